using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.KeyAgreement;

/// <summary>An X25519 key pair (RFC 7748) in locked memory: one session's, or an offline recovery key.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class X25519KeyPair : IDisposable
{
    public const int PublicKeySize = SecretSodium.crypto_scalarmult_curve25519_BYTES;
    public const int SecretKeySize = SecretSodium.crypto_scalarmult_curve25519_SCALARBYTES;

    private readonly SecureMemory _secret;

    private X25519KeyPair(SecureMemory secret)
    {
        _secret = secret;
        Span<byte> publicKey = stackalloc byte[PublicKeySize];
        Libsodium.MustSucceed(SecretSodium.crypto_scalarmult_curve25519_base(publicKey, secret.DangerousSpan));
        PublicKey = new(publicKey);
    }

    public Bytes32 PublicKey { get; }

    public static X25519KeyPair Generate(IRandomSource random)
    {
        var secret = SecureMemory.Allocate(SecretKeySize);
        random.Fill(secret.DangerousSpan);
        return new(secret);
    }

    /// <param name="secret">32 bytes (clamped in use, RFC 7748 §5), which stay the caller's to wipe.</param>
    public static X25519KeyPair FromSecret(ReadOnlySpan<byte> secret)
    {
        Libsodium.MustBe(SecretKeySize, secret.Length);
        return new(SecureMemory.CopyOf(secret));
    }

    /// <summary>The shared secret; false if it is all zero (spec §4.10), which only a peer that sent a point of small order brings about.</summary>
    public bool TryAgree(Bytes32 peerPublicKey, [NotNullWhen(true)] out SecureMemory? shared)
    {
        Span<byte> peer = stackalloc byte[PublicKeySize];
        peerPublicKey.CopyTo(peer);
        return TryAgree(peer, out shared);
    }

    /// <inheritdoc cref="TryAgree(Bytes32, out SecureMemory?)"/>
    /// <param name="peerPublicKey">Any 32 bytes; another length is answered with false.</param>
    /// <param name="shared">32 bytes, not yet a key: put them through HKDF.</param>
    public bool TryAgree(ReadOnlySpan<byte> peerPublicKey, [NotNullWhen(true)] out SecureMemory? shared)
    {
        shared = null;
        if (peerPublicKey.Length != PublicKeySize)
            return false;
        var result = SecureMemory.Allocate(PublicKeySize);
        using var secret = _secret.Borrow();
        if (SecretSodium.crypto_scalarmult_curve25519(result.DangerousSpan, secret.Span, peerPublicKey) != 0)
        {
            result.Dispose();
            return false;
        }
        shared = result;
        return true;
    }

    /// <summary>The secret in a second home, to be sealed at rest.</summary>
    public SecureMemory CopySecret()
    {
        using var secret = _secret.Borrow();
        return SecureMemory.CopyOf(secret.Span);
    }

    public override string ToString() => $"X25519KeyPair({PublicKey}, <redacted>)";

    public void Dispose() => _secret.Dispose();
}
