using System.Diagnostics;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Cryptography.Secrets.Identities;

/// <summary>An Ed25519 signing key (RFC 8032) in locked memory: seed ‖ public key, as libsodium keeps it.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class IdentityKey : IIdentitySigner, IDisposable
{
    public const int SeedSize = SecretSodium.crypto_sign_SEEDBYTES;

    private readonly SecureMemory _secretKey;

    private IdentityKey(SecureMemory secretKey, Ed25519PublicKey publicKey) => (_secretKey, PublicKey) = (secretKey, publicKey);

    public Ed25519PublicKey PublicKey { get; }

    public static IdentityKey Generate(IRandomSource random)
    {
        using var seed = SecureMemory.Allocate(SeedSize);
        random.Fill(seed.DangerousSpan);
        return FromSeed(seed.DangerousSpan);
    }

    /// <param name="seed">32 bytes, which stay the caller's to wipe.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static IdentityKey FromSeed(ReadOnlySpan<byte> seed)
    {
        Libsodium.MustBe(SeedSize, seed.Length);
        Span<byte> publicKey = stackalloc byte[Ed25519PublicKey.Size];
        var secretKey = SecureMemory.Allocate(SecretSodium.crypto_sign_SECRETKEYBYTES);
        Libsodium.MustSucceed(SecretSodium.crypto_sign_seed_keypair(publicKey, secretKey.DangerousSpan, seed));
        return new(secretKey, Ed25519PublicKey.Decode(publicKey));
    }

    /// <summary>From a seed that was unsealed into locked memory, which stays the caller's.</summary>
    public static IdentityKey FromSeed(SecureMemory seed)
    {
        using var bytes = seed.Borrow();
        return FromSeed(bytes.Span);
    }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Libsodium.MustBe(Ed25519Signature.Size, signature.Length);
        using var secretKey = _secretKey.Borrow();
        Libsodium.MustSucceed(SecretSodium.crypto_sign_detached(signature, out _, message, (ulong)message.Length, secretKey.Span));
    }

    /// <returns>64 bytes.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519Signature.Size];
        Sign(message, signature);
        return signature;
    }

    /// <summary>The seed in a second home, to be sealed at rest.</summary>
    public SecureMemory CopySeed()
    {
        using var secretKey = _secretKey.Borrow();
        return SecureMemory.CopyOf(secretKey.Span[..SeedSize]);
    }

    public override string ToString() => $"IdentityKey({PublicKey}, <redacted>)";

    public void Dispose() => _secretKey.Dispose();
}
