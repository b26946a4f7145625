using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.Ed25519;
using MpcSigner.Cryptography.Interop.Sodium;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>Strict verification of Ed25519 signatures (RFC 8032; spec §19.1).</summary>
public static class Ed25519Signature
{
    /// <summary>R (32) ‖ s (32, little endian).</summary>
    public const int Size = Libsodium.crypto_sign_BYTES;

    /// <summary>
    /// The cofactorless equation s·B = R + c·A with canonical encodings of all three: A in the prime-order subgroup, s below ℓ,
    /// R of no small order and equal to the recomputed bytes. What passes here passes every other verifier.
    /// </summary>
    /// <returns>False for anything else, wrong lengths included.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Ed25519Group.Instance.TryDecodePoint(publicKey, out _) && VerifyChecked(publicKey, message, signature);

    /// <summary>As <see cref="Verify(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> under a point of the group, which was judged when it was made.</summary>
    /// <exception cref="ArgumentException">A point of another group.</exception>
    /// <exception cref="InvalidOperationException">O.</exception>
    public static bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        ReferenceEquals(publicKey.Group, Ed25519Group.Instance)
            ? VerifyChecked(publicKey.Encoded, message, signature)
            : throw new ArgumentException($"a point of {publicKey.Group.Name}", nameof(publicKey));

    /// <remarks>libsodium compares the bytes of s·B − c·A with R: as A has prime order, so has every R that is accepted.</remarks>
    internal static bool VerifyChecked(ReadOnlySpan<byte> checkedPublicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == Size
        && Ed25519Scalars.IsCanonical(signature[32..])
        && Libsodium.crypto_sign_verify_detached(signature, message, (ulong)message.Length, checkedPublicKey) == 0;
}
