using System.Buffers.Binary;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.Ed25519;

namespace MpcSigner.Cryptography.Derivation;

/// <summary>The soft derivation of BIP32-Ed25519 (Khovratovich–Law) on the public key (spec §11).</summary>
/// <remarks>τ_i = 8·LE(first 28 bytes of Z) stays below 2^227, so no step reduces; sums over a path may.</remarks>
public static class Ed25519SoftDerivation
{
    private const int TweakBytes = 28;
    private const byte TweakPrefix = 2, ChainCodePrefix = 3;

    /// <summary>Derives the child of <paramref name="publicKey"/> at <paramref name="path"/>; the empty path is the key itself with τ = 0.</summary>
    /// <exception cref="ArgumentException">The key is not of edwards25519, or is O.</exception>
    public static DerivationFault TryDerive(
        GroupPoint publicKey, Digest32 chainCode, ReadOnlySpan<uint> path, out DerivedKey? child)
    {
        child = null;
        if (publicKey.Group.Curve != Curve.Edwards25519 || publicKey.IsIdentity)
            throw new ArgumentException("expected a point of edwards25519", nameof(publicKey));
        var fault = SoftDerivation.Check(path);
        if (fault != DerivationFault.None)
            return fault;
        var (tweak, point, code) = (Ed25519Group.Instance.Zero, publicKey, chainCode);
        foreach (var index in path)
        {
            (var step, code) = Step(point, code, index);
            tweak = Ed25519Group.Instance.AddPublic(tweak, step);
            if (!SoftDerivation.TryChild(point, step, out point))
                return DerivationFault.InvalidChild;
        }
        child = new(tweak, point, code);
        return DerivationFault.None;
    }

    /// <summary>Z = HMAC-SHA512(cc, 02 ‖ A ‖ i), cc_child = the last 32 bytes of HMAC-SHA512(cc, 03 ‖ A ‖ i), i little endian.</summary>
    private static (PublicScalar Tweak, Digest32 ChainCode) Step(GroupPoint parent, Digest32 chainCode, uint index)
    {
        Span<byte> message = stackalloc byte[1 + 32 + 4];
        Span<byte> key = stackalloc byte[Digest32.Size], mac = stackalloc byte[HMACSHA512.HashSizeInBytes];
        chainCode.CopyTo(key);
        parent.CopyTo(message[1..]);
        BinaryPrimitives.WriteUInt32LittleEndian(message[33..], index);

        message[0] = TweakPrefix;
        HMACSHA512.HashData(key, message, mac);
        Span<byte> wide = stackalloc byte[IGroup.WideSize];
        wide.Clear();
        var carry = 0;
        for (var i = 0; i < TweakBytes; i++)
        {
            var shifted = (mac[i] << 3) | carry;
            wide[i] = (byte)(shifted & 0xff);
            carry = shifted >> 8;
        }
        wide[TweakBytes] = (byte)carry;
        var tweak = Ed25519Group.Instance.ReduceWideLittleEndian(wide);

        message[0] = ChainCodePrefix;
        HMACSHA512.HashData(key, message, mac);
        return (tweak, new(mac[32..]));
    }
}
