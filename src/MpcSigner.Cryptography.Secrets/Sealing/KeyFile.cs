using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>A key-encryption key from a file that the operator mounts at start and keeps apart from the database.</summary>
/// <remarks>16 bytes "MPCSIGNER-KEY-1\n" ‖ 32 random bytes ‖ the first 8 bytes of SHA-256 over both. The checksum tells damage from a wrong file.</remarks>
public static class KeyFile
{
    private const int SecretSize = 32, ChecksumSize = 8;

    /// <summary>Bytes of a key file.</summary>
    public const int Size = 16 + SecretSize + ChecksumSize;

    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-KEY-1\n"u8;

    /// <summary>The bytes of a new key file, in locked memory, to be written to a file that only the node may read.</summary>
    public static SecureMemory Create(IRandomSource random)
    {
        var file = SecureMemory.Allocate(Size);
        Magic.CopyTo(file.DangerousSpan);
        random.Fill(file.DangerousSpan.Slice(Magic.Length, SecretSize));
        WriteChecksum(file.DangerousSpan[..^ChecksumSize], file.DangerousSpan[^ChecksumSize..]);
        return file;
    }

    /// <summary>Reads a key file. Whether it is the right one is for <see cref="KeyEncryptionKey.Matches"/> to say.</summary>
    public static UnlockResult TryRead(SecureMemory file, out KeyEncryptionKey? key)
    {
        key = null;
        if (file.Length != Size)
            return UnlockResult.Malformed;
        using var bytes = file.Borrow();
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(bytes.Span[..^ChecksumSize], checksum);
        if (!bytes.Span.StartsWith(Magic) || !CryptographicOperations.FixedTimeEquals(checksum, bytes.Span[^ChecksumSize..]))
            return UnlockResult.Malformed;
        using var master = SecureMemory.CopyOf(bytes.Span.Slice(Magic.Length, SecretSize));
        key = new(master);
        return UnlockResult.Unlocked;
    }

    private static void WriteChecksum(ReadOnlySpan<byte> body, Span<byte> checksum)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        hash[..ChecksumSize].CopyTo(checksum);
        CryptographicOperations.ZeroMemory(hash);
    }
}
