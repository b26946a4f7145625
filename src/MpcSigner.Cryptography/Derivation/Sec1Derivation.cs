using System.Buffers.Binary;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Derivation;

/// <summary>Public child derivation of secp256k1 keys (BIP-32, CKDpub) and of P-256 keys (SLIP-0010) (spec §11).</summary>
/// <remarks>
/// Both take I = HMAC-SHA512(cc, enc(P) ‖ u32 index) with τ = I_L and I_R as the child's chain code. Where I_L ≥ q or the child is O,
/// BIP-32 has no child at this index, and SLIP-0010 tries again with HMAC-SHA512(cc, 01 ‖ I_R ‖ u32 index).
/// </remarks>
public static class Sec1Derivation
{
    /// <summary>A second try happens with probability 2^−32 on P-256: none that is right needs this many.</summary>
    private const int MaxTries = 16;

    private const int PointSize = 33, HalfSize = 32;
    private const byte RetryPrefix = 1;

    /// <summary>Derives the child of <paramref name="publicKey"/> at <paramref name="path"/>; the empty path is the key itself with τ = 0.</summary>
    /// <exception cref="ArgumentException">The key is neither of secp256k1 nor of P-256, or is O.</exception>
    public static DerivationFault TryDerive(GroupPoint publicKey, Digest32 chainCode, ReadOnlySpan<uint> path, out DerivedKey? child)
    {
        child = null;
        var group = publicKey.Group;
        if (group.Curve is not (Curve.Secp256k1 or Curve.P256) || publicKey.IsIdentity)
            throw new ArgumentException("expected a point of secp256k1 or P-256", nameof(publicKey));
        var fault = SoftDerivation.Check(path);
        if (fault != DerivationFault.None)
            return fault;
        var (tweak, point, code) = (group.Zero, publicKey, chainCode);
        foreach (var index in path)
        {
            if (!TryStep(point, code, index, out var step, out var next, out code))
                return DerivationFault.InvalidChild;
            tweak = group.AddPublic(tweak, step);
            point = next;
        }
        child = new(tweak, point, code);
        return DerivationFault.None;
    }

    private static bool TryStep(GroupPoint parent, Digest32 chainCode, uint index, out PublicScalar tweak, out GroupPoint child, out Digest32 code)
    {
        var group = parent.Group;
        Span<byte> key = stackalloc byte[Digest32.Size], mac = stackalloc byte[HMACSHA512.HashSizeInBytes];
        Span<byte> message = stackalloc byte[PointSize + sizeof(uint)];
        chainCode.CopyTo(key);
        parent.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message[PointSize..], index);
        var tries = group.Curve == Curve.P256 ? MaxTries : 1;
        for (var attempt = 0; attempt < tries; attempt++)
        {
            HMACSHA512.HashData(key, message, mac);
            if (group.TryDecodeScalar(mac[..HalfSize], out tweak) && SoftDerivation.TryChild(parent, tweak, out child))
            {
                code = new(mac[HalfSize..]);
                return true;
            }
            message[0] = RetryPrefix;
            mac[HalfSize..].CopyTo(message[1..]);
        }
        (tweak, child, code) = (group.Zero, group.Identity, chainCode);
        return false;
    }
}
