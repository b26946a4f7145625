namespace MpcSigner.Cryptography.Secrets.Memory;

/// <summary>The way of a secret to the operator who is to hold it: out of locked memory, without a stop on the managed heap.</summary>
public static class SecretOutput
{
    /// <summary>Writes all bytes. Give a stream that does not buffer: what it keeps is not wiped here.</summary>
    /// <param name="secret">Stays the caller's.</param>
    /// <param name="stream">A private file, a terminal, a local socket.</param>
    /// <exception cref="IOException">The stream refuses.</exception>
    public static void Write(SecureMemory secret, Stream stream)
    {
        using var bytes = secret.Borrow();
        stream.Write(bytes.Span);
        stream.Flush();
    }
}
