using System.Security.Cryptography;
using System.Text;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Identity;

/// <summary>Brings the passphrase into locked memory by the shortest way its source allows, and wipes the way.</summary>
internal static class PassphraseReader
{
    /// <exception cref="StartRefusedException">Unreadable, too short or too long.</exception>
    public static SecureMemory Read(PassphraseSource source)
    {
        var buffer = GC.AllocateArray<byte>(PassphraseKey.MaxPassphraseBytes + 2, pinned: true); // the collector makes no copies of a pinned array
        try
        {
            var length = source switch
            {
                PassphraseSource.FromFile file => ReadFile(file.Path, buffer),
                PassphraseSource.FromEnvironment environment => ReadEnvironment(environment.Variable, buffer),
                PassphraseSource.FromPrompt => ReadPrompt(buffer),
                _ => throw new NotSupportedException($"no reader for {source.GetType().Name}"),
            };
            if (length is < PassphraseKey.MinPassphraseBytes or > PassphraseKey.MaxPassphraseBytes)
                throw Unavailable($"The passphrase has {length} bytes; {PassphraseKey.MinPassphraseBytes}..{PassphraseKey.MaxPassphraseBytes} are allowed.");
            return SecureMemory.TakeFrom(buffer.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static int ReadFile(string path, byte[] buffer)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            // A text editor ends the file with a line break that nobody meant.
            if (length > 0 && buffer[length - 1] == (byte)'\n')
                length--;
            return length > 0 && buffer[length - 1] == (byte)'\r' ? length - 1 : length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"The passphrase file {path} cannot be read: {e.Message}", e);
        }
    }

    private static int ReadEnvironment(string variable, byte[] buffer)
    {
        // The runtime keeps its own copy of the environment; the operator's note on this source says so.
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } value)
            throw Unavailable($"The environment variable {variable} is not set.");
        return Encoding.UTF8.TryGetBytes(value, buffer, out var length) ? length : buffer.Length;
    }

    private static int ReadPrompt(byte[] buffer)
    {
        if (Console.IsInputRedirected)
            throw Unavailable("There is no terminal to ask for the passphrase at.");
        Console.Error.Write("passphrase: ");
        var length = 0;
        Span<char> typed = stackalloc char[1];
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                do { length = Math.Max(length - 1, 0); } while (length > 0 && (buffer[length] & 0xc0) == 0x80);
                continue;
            }
            typed[0] = key.KeyChar;
            if (!Encoding.UTF8.TryGetBytes(typed, buffer.AsSpan(length), out var written))
                return buffer.Length;
            length += written;
        }
        typed.Clear();
        Console.Error.WriteLine();
        return length;
    }

    private static StartRefusedException Unavailable(string message, Exception? inner = null) =>
        new(ExitCode.PassphraseUnavailable, message, "Correct the 'passphrase' option or its source.", inner);
}
