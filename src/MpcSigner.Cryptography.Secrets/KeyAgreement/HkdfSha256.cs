using System.Diagnostics;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.KeyAgreement;

/// <summary>HKDF-SHA256 (RFC 5869), from locked memory into locked memory.</summary>
/// <remarks>.NET's own keeps its pseudorandom key on the stack and does not promise to wipe it; here every state is a piece of a slab.</remarks>
public static class HkdfSha256
{
    private const int HashSize = SecretSodium.crypto_auth_hmacsha256_BYTES;

    /// <summary>RFC 5869 §2.3: L ≤ 255·HashLen.</summary>
    public const int MaxLength = 255 * HashSize;

    /// <summary>Extract, then expand.</summary>
    /// <param name="inputKey">Secret; stays the caller's.</param>
    /// <param name="salt">Public; empty stands for 32 zero bytes.</param>
    /// <param name="info">Public: what the key is for.</param>
    /// <param name="length">1..<see cref="MaxLength"/>.</param>
    public static SecureMemory DeriveKey(SecureMemory inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, int length = HashSize)
    {
        using var pseudorandomKey = Extract(inputKey, salt);
        return Expand(pseudorandomKey, info, length);
    }

    /// <summary>RFC 5869 §2.2: PRK = HMAC(salt, IKM).</summary>
    public static SecureMemory Extract(SecureMemory inputKey, ReadOnlySpan<byte> salt)
    {
        using var mac = new Mac(salt);
        using var input = inputKey.Borrow();
        mac.Append(input.Span);
        var pseudorandomKey = SecureMemory.Allocate(HashSize);
        mac.Finish(pseudorandomKey.DangerousSpan);
        return pseudorandomKey;
    }

    /// <summary>RFC 5869 §2.3: T(i) = HMAC(PRK, T(i−1) ‖ info ‖ i).</summary>
    public static SecureMemory Expand(SecureMemory pseudorandomKey, ReadOnlySpan<byte> info, int length = HashSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxLength);
        using var key = pseudorandomKey.Borrow();
        using var block = SecureMemory.Allocate(HashSize);
        var output = SecureMemory.Allocate(length);
        for (var at = 0; at < length; at += HashSize)
        {
            using var mac = new Mac(key.Span);
            if (at > 0)
                mac.Append(block.DangerousSpan);
            mac.Append(info);
            mac.Append([(byte)(at / HashSize + 1)]);
            mac.Finish(block.DangerousSpan);
            block.DangerousSpan[..Math.Min(HashSize, length - at)].CopyTo(output.DangerousSpan[at..]);
        }
        return output;
    }

    [DebuggerDisplay("<redacted>")]
    private readonly ref struct Mac
    {
        private readonly SecureMemory _state = SecureMemory.Allocate(SecretSodium.crypto_auth_hmacsha256_STATEBYTES);

        internal Mac(ReadOnlySpan<byte> key) =>
            Libsodium.MustSucceed(SecretSodium.crypto_auth_hmacsha256_init(_state.DangerousSpan, key, (nuint)key.Length));

        internal void Append(ReadOnlySpan<byte> bytes) =>
            Libsodium.MustSucceed(SecretSodium.crypto_auth_hmacsha256_update(_state.DangerousSpan, bytes, (ulong)bytes.Length));

        internal void Finish(Span<byte> tag) => Libsodium.MustSucceed(SecretSodium.crypto_auth_hmacsha256_final(_state.DangerousSpan, tag));

        public void Dispose() => _state.Dispose();
    }
}
