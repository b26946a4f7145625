using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>How an operator's secret was met.</summary>
public enum UnlockResult : byte
{
    NotTried = 0,
    Unlocked,

    /// <summary>The stored header or the key file is damaged, of another version, or asks for costs out of bounds.</summary>
    Malformed,

    /// <summary>The secret is not the one that the header was made with (or the header's salt or costs were altered).</summary>
    WrongSecret,

    /// <summary>The system has not the memory that Argon2id asks for: try again when it has, or give it more.</summary>
    NotEnoughMemory,
}

/// <summary>Argon2id (RFC 9106): a key-encryption key from an operator's passphrase and a stored header.</summary>
public static class PassphraseKey
{
    private const byte FormatVersion = 1;
    private const int SaltSize = SecretSodium.crypto_pwhash_argon2id_SALTBYTES;

    /// <summary>Bytes of a passphrase at most.</summary>
    public const int MaxPassphraseBytes = 1024;

    /// <summary>Bytes of a passphrase at least: entropy is the operator's, but a slip of the finger is not a passphrase.</summary>
    public const int MinPassphraseBytes = 12;

    /// <summary>u8 version ‖ u32 operations ‖ u64 memory ‖ salt (16) ‖ verifier (32).</summary>
    public const int HeaderSize = 1 + 4 + 8 + SaltSize + KeyEncryptionKey.VerifierSize;

    /// <summary>Makes a key under a fresh salt, and the header to store in clear.</summary>
    /// <exception cref="ArgumentException">The passphrase's length or the costs are out of bounds.</exception>
    /// <exception cref="InsufficientMemoryException">The system has not the memory that the costs ask for.</exception>
    public static KeyEncryptionKey Create(SecureMemory passphrase, Argon2idParameters costs, IRandomSource random, out byte[] header)
    {
        if (passphrase.Length is < MinPassphraseBytes or > MaxPassphraseBytes)
            throw new ArgumentException($"a passphrase has {MinPassphraseBytes}..{MaxPassphraseBytes} bytes", nameof(passphrase));
        if (!costs.IsWithinBounds)
            throw new ArgumentException($"costs out of bounds: {costs}", nameof(costs));
        var salt = new byte[SaltSize];
        random.Fill(salt);
        var key = Derive(passphrase, costs, salt)
            ?? throw new InsufficientMemoryException($"Argon2id cannot have {costs.MemoryBytes} bytes of memory");
        header = new ByteWriter(HeaderSize).U8(FormatVersion).U32(costs.Operations).U64(costs.MemoryBytes).Bytes(salt).Bytes(key.Verifier).ToArray();
        return key;
    }

    /// <summary>Derives the key of a stored header and tells a wrong passphrase.</summary>
    public static UnlockResult TryUnlock(ReadOnlySpan<byte> header, SecureMemory passphrase, out KeyEncryptionKey? key)
    {
        key = null;
        if (!TryReadHeader(header, out var costs, out var salt, out var verifier))
            return UnlockResult.Malformed;
        if (passphrase.Length is < MinPassphraseBytes or > MaxPassphraseBytes)
            return UnlockResult.WrongSecret;
        if (Derive(passphrase, costs, salt) is not { } derived)
            return UnlockResult.NotEnoughMemory;
        if (!derived.Matches(verifier))
        {
            derived.Dispose();
            return UnlockResult.WrongSecret;
        }
        key = derived;
        return UnlockResult.Unlocked;
    }

    private static bool TryReadHeader(
        ReadOnlySpan<byte> header, [NotNullWhen(true)] out Argon2idParameters? costs, out ReadOnlySpan<byte> salt, out ReadOnlySpan<byte> verifier)
    {
        costs = null;
        salt = verifier = default;
        var reader = new ByteReader(header);
        if (header.Length != HeaderSize || !reader.U8(out var version) || version != FormatVersion
            || !reader.U32(out var operations) || !reader.U64(out var memory)
            || !reader.Bytes(SaltSize, out salt) || !reader.Bytes(KeyEncryptionKey.VerifierSize, out verifier))
            return false;
        costs = new(operations, memory);
        return costs.IsWithinBounds;
    }

    /// <returns>Null if memory ran out.</returns>
    private static KeyEncryptionKey? Derive(SecureMemory passphrase, Argon2idParameters costs, ReadOnlySpan<byte> salt)
    {
        using var master = SecureMemory.Allocate(KeyEncryptionKey.Size);
        using var secret = passphrase.Borrow();
        // The parameters are within libsodium's bounds by our own: what is left to fail is the memory.
        var code = SecretSodium.crypto_pwhash_argon2id(
            master.DangerousSpan, (ulong)master.Length, secret.Span, (ulong)secret.Span.Length, salt,
            costs.Operations, (nuint)costs.MemoryBytes, SecretSodium.crypto_pwhash_argon2id_ALG_ARGON2ID13);
        return code == 0 ? new(master) : null;
    }
}
