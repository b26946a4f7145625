using System.Buffers.Binary;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>What opening said.</summary>
public enum OpenResult : byte
{
    NotTried = 0,
    Opened,

    /// <summary>Too short, too long or of another format version.</summary>
    Malformed,

    /// <summary>Sealed under another generation of the sealing key: see <see cref="SealedBytes.TryReadGeneration"/>.</summary>
    OtherGeneration,

    /// <summary>Altered, moved from another place, or sealed under another key.</summary>
    NotAuthentic,
}

/// <summary>The form of everything sealed at rest: u8 version ‖ u32 sealing generation ‖ the rest. Version 1, of a <see cref="SealingKey"/>: nonce (24) ‖ ciphertext ‖ tag (16), XChaCha20-Poly1305.
/// Version 2, of a <see cref="TokenSealingKey"/>: what the token gave.</summary>
public static class SealedBytes
{
    private const byte FormatVersion = 1;

    /// <summary>Of seals that a token makes.</summary>
    internal const byte TokenVersion = 2;

    /// <summary>Version and generation: what every seal begins with.</summary>
    internal const int GenerationHeader = 1 + 4;

    private const int NonceSize = SecretSodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    private const int TagSize = SecretSodium.crypto_aead_xchacha20poly1305_ietf_ABYTES;
    private const int HeaderSize = GenerationHeader + NonceSize;

    /// <summary>The most that a token's seal adds: its nonce and tag, or its wrapped data key, and lengths.</summary>
    private const int MaxTokenOverhead = 256;

    /// <summary>Bytes that sealing adds, in locked memory.</summary>
    public const int Overhead = HeaderSize + TagSize;

    /// <summary>The longest plaintext.</summary>
    public const int MaxPlaintext = 64 * 1024;

    /// <summary>Which generation of the sealing key opens this? Readable without any key; authenticated only by opening.</summary>
    public static bool TryReadGeneration(ReadOnlySpan<byte> sealedBytes, out uint generation)
    {
        generation = 0;
        if (sealedBytes.Length <= GenerationHeader || !(sealedBytes[0] switch
        {
            FormatVersion => sealedBytes.Length is > Overhead and <= Overhead + MaxPlaintext,
            TokenVersion => sealedBytes.Length <= GenerationHeader + MaxTokenOverhead + MaxPlaintext,
            _ => false,
        }))
            return false;
        generation = BinaryPrimitives.ReadUInt32BigEndian(sealedBytes[1..]);
        return true;
    }

    /// <remarks>Nonces are drawn: 24 bytes make a repetition hopeless at any number of shares.</remarks>
    internal static byte[] Seal(ReadOnlySpan<byte> key, uint generation, SealingContext context, ReadOnlySpan<byte> plaintext, IRandomSource random)
    {
        if (plaintext.Length is < 1 or > MaxPlaintext)
            throw new ArgumentException($"expected 1..{MaxPlaintext} bytes, got {plaintext.Length}", nameof(plaintext));
        var sealedBytes = new byte[Overhead + plaintext.Length];
        sealedBytes[0] = FormatVersion;
        BinaryPrimitives.WriteUInt32BigEndian(sealedBytes.AsSpan(1), generation);
        var nonce = sealedBytes.AsSpan(5, NonceSize);
        random.Fill(nonce);
        var associated = context.AssociatedData(generation);
        Libsodium.MustSucceed(SecretSodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
            sealedBytes.AsSpan(HeaderSize), out _, plaintext, (ulong)plaintext.Length, associated, (ulong)associated.Length, 0, nonce, CheckedKey(key)));
        return sealedBytes;
    }

    internal static OpenResult TryOpen(
        ReadOnlySpan<byte> key, uint generation, SealingContext context, ReadOnlySpan<byte> sealedBytes, out SecureMemory? plaintext)
    {
        plaintext = null;
        if (!TryReadGeneration(sealedBytes, out var sealedUnder) || sealedBytes[0] != FormatVersion)
            return OpenResult.Malformed;
        if (sealedUnder != generation)
            return OpenResult.OtherGeneration;
        var ciphertext = sealedBytes[HeaderSize..];
        var associated = context.AssociatedData(generation);
        var memory = SecureMemory.Allocate(ciphertext.Length - TagSize);
        if (SecretSodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            memory.DangerousSpan, out _, 0, ciphertext, (ulong)ciphertext.Length, associated, (ulong)associated.Length,
            sealedBytes.Slice(5, NonceSize), CheckedKey(key)) != 0)
        {
            memory.Dispose();
            return OpenResult.NotAuthentic;
        }
        plaintext = memory;
        return OpenResult.Opened;
    }

    private static ReadOnlySpan<byte> CheckedKey(ReadOnlySpan<byte> key)
    {
        Libsodium.MustBe(SecretSodium.crypto_aead_xchacha20poly1305_ietf_KEYBYTES, key.Length);
        return key;
    }
}
