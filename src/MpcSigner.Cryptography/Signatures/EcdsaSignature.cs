using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>An ECDSA signature (SEC 1 §4.1) over a 32-byte digest, on secp256k1 or P-256: r and s in [1, q−1], and the recovery id that tells R from its like.</summary>
/// <remarks>
/// Both s and q − s are read, verified and recovered from: they are signatures alike to the mathematics. Who releases or accepts only the low one
/// (spec §13) asks <see cref="IsLowS"/> or takes <see cref="ToLowS"/>.
/// </remarks>
public sealed record EcdsaSignature
{
    /// <summary>r (32) ‖ s (32) ‖ u8 recovery id.</summary>
    public const int Size = CompactSize + 1;

    /// <summary>r (32) ‖ s (32), big endian.</summary>
    public const int CompactSize = 2 * IGroup.ScalarSize;

    /// <summary>Bit 0: y(R) is odd; bit 1: x(R) ≥ q, so that r = x(R) − q.</summary>
    public const int MaxRecoveryId = 3;

    public const int DigestSize = 32;

    private EcdsaSignature(PublicScalar r, PublicScalar s, byte recoveryId) => (R, S, RecoveryId) = (r, s, recoveryId);

    public PublicScalar R { get; }

    public PublicScalar S { get; }

    /// <summary>0..<see cref="MaxRecoveryId"/>. It is a claim: only <see cref="TryRecover(ReadOnlySpan{byte}, out GroupPoint?)"/> shows whether it is true.</summary>
    public byte RecoveryId { get; }

    /// <summary>s ≤ (q−1)/2.</summary>
    public bool IsLowS => Ecdsa.IsLow(S);

    /// <summary>Of two scalars of one group.</summary>
    /// <param name="recoveryId">0..<see cref="MaxRecoveryId"/>.</param>
    /// <returns>False if r or s is zero.</returns>
    /// <exception cref="ArgumentException">Scalars of two groups, or of one without ECDSA.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No recovery id.</exception>
    public static bool TryCreate(PublicScalar r, PublicScalar s, byte recoveryId, [NotNullWhen(true)] out EcdsaSignature? signature)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recoveryId, MaxRecoveryId);
        Ecdsa.CheckGroup(r.Group);
        if (!ReferenceEquals(r.Group, s.Group))
            throw new ArgumentException($"r of {r.Group.Name}, s of {s.Group.Name}", nameof(s));
        signature = r.IsZero | s.IsZero ? null : new(r, s, recoveryId);
        return signature is not null;
    }

    /// <summary>Strict decoding: 65 bytes, r and s in [1, q−1], a recovery id of 0..3.</summary>
    /// <exception cref="ArgumentException">A group without ECDSA.</exception>
    public static bool TryDecode(IGroup group, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out EcdsaSignature? signature)
    {
        signature = null;
        return encoded.Length == Size
            && encoded[CompactSize] <= MaxRecoveryId
            && Ecdsa.TryDecode(group, encoded[..CompactSize], out var r, out var s)
            && TryCreate(r, s, encoded[CompactSize], out signature);
    }

    /// <summary>r ‖ s ‖ u8 recovery id.</summary>
    public byte[] Encode() => [.. EncodeCompact(), RecoveryId];

    /// <summary>r ‖ s.</summary>
    public byte[] EncodeCompact() => [.. R.Encode(), .. S.Encode()];

    /// <summary>The signature itself if s is low, else its twin: q − s, and the recovery id of −R.</summary>
    public EcdsaSignature ToLowS() => IsLowS ? this : new(R, S.Group.NegatePublic(S), (byte)(RecoveryId ^ 1));

    /// <summary>Whether it is a signature on the digest under the key, whatever the recovery id.</summary>
    /// <returns>False also for a digest of another length and for the identity as the key.</returns>
    /// <exception cref="ArgumentException">A key of another group.</exception>
    public bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> digest) =>
        ReferenceEquals(publicKey.Group, R.Group)
            ? Verify(publicKey, digest, EncodeCompact())
            : throw new ArgumentException($"a key of {publicKey.Group.Name}, a signature of {R.Group.Name}", nameof(publicKey));

    /// <summary>The only key under which this is a signature on the digest with this recovery id.</summary>
    /// <inheritdoc cref="TryRecover(IGroup, ReadOnlySpan{byte}, ReadOnlySpan{byte}, int, out GroupPoint?)"/>
    public bool TryRecover(ReadOnlySpan<byte> digest, [NotNullWhen(true)] out GroupPoint? publicKey) =>
        TryRecover(R.Group, digest, EncodeCompact(), RecoveryId, out publicKey);

    /// <summary>Verifies r ‖ s, low or high s, under the key's curve.</summary>
    /// <param name="digest">32 bytes; read mod q.</param>
    /// <param name="signature">r ‖ s, 64 bytes.</param>
    /// <returns>False for wrong lengths, r or s outside [1, q−1], the identity as the key, and what does not hold.</returns>
    /// <exception cref="ArgumentException">A key of a group without ECDSA.</exception>
    public static bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        Ecdsa.CheckGroup(publicKey.Group);
        if (publicKey.IsIdentity || digest.Length != DigestSize || signature.Length != CompactSize)
            return false;
        return publicKey.Group.Curve == Curve.Secp256k1
            ? Ecdsa.VerifySecp256k1(publicKey, digest, signature)
            : Ecdsa.VerifyP256(publicKey, digest, signature);
    }

    /// <summary>Recovers the public key (SEC 1 §4.1.6): r^−1·(s·R − e·G).</summary>
    /// <param name="digest">32 bytes; read mod q.</param>
    /// <param name="signature">r ‖ s, 64 bytes.</param>
    /// <param name="recoveryId">0..<see cref="MaxRecoveryId"/>.</param>
    /// <returns>False for wrong lengths or numbers, r or s outside [1, q−1], an x that is no point's, and where the key would be the identity.</returns>
    /// <exception cref="ArgumentException">A group without ECDSA.</exception>
    public static bool TryRecover(
        IGroup group, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, [NotNullWhen(true)] out GroupPoint? publicKey)
    {
        Ecdsa.CheckGroup(group);
        publicKey = null;
        if (digest.Length != DigestSize || signature.Length != CompactSize || recoveryId is < 0 or > MaxRecoveryId)
            return false;
        return group.Curve == Curve.Secp256k1
            ? Ecdsa.TryRecoverSecp256k1(digest, signature, recoveryId, out publicKey)
            : Ecdsa.TryRecoverP256(digest, signature, recoveryId, out publicKey);
    }
}
