using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Interop.Secp256k1;
using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>ECDSA on public values: secp256k1 by libsecp256k1, P-256 by the equation of SEC 1 §4.1.4 on libcrypto's points. Lengths have been judged.</summary>
internal static class Ecdsa
{
    /// <exception cref="ArgumentException">A group without ECDSA.</exception>
    internal static void CheckGroup(IGroup group)
    {
        if (group.Curve is not (Curve.Secp256k1 or Curve.P256))
            throw new ArgumentException($"no ECDSA on {group.Name}", nameof(group));
    }

    /// <summary>Whether a scalar other than zero is at most (q−1)/2: smaller than its negative, since q is odd.</summary>
    internal static bool IsLow(PublicScalar s) => s.Encode().AsSpan().SequenceCompareTo(s.Group.NegatePublic(s).Encode()) < 0;

    /// <summary>r and s, each in [1, q−1].</summary>
    internal static bool TryDecode(IGroup group, ReadOnlySpan<byte> compact, out PublicScalar r, out PublicScalar s)
    {
        s = default;
        return group.TryDecodeScalar(compact[..IGroup.ScalarSize], out r) && group.TryDecodeScalar(compact[IGroup.ScalarSize..], out s)
            && !r.IsZero && !s.IsZero;
    }

    /// <remarks>The library refuses zeros itself, and verifies low s only: the high one is turned first.</remarks>
    internal static bool VerifySecp256k1(GroupPoint publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        Span<byte> native = stackalloc byte[Libsecp256k1.EcdsaSignatureSize];
        if (Libsecp256k1.secp256k1_ecdsa_signature_parse_compact(Libsecp256k1.Context, native, signature) != 1)
            return false;
        Libsecp256k1.secp256k1_ecdsa_signature_normalize(Libsecp256k1.Context, native, native);
        return Libsecp256k1.secp256k1_ecdsa_verify(Libsecp256k1.Context, native, digest, ((Secp256k1Point)publicKey).Native) == 1;
    }

    /// <summary>x(s^−1·(e·G + r·P)) = r mod q.</summary>
    internal static bool VerifyP256(GroupPoint publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        var group = P256Group.Instance;
        if (!TryDecode(group, signature, out var r, out var s))
            return false;
        var inverse = group.InvertPublic(s);
        var sum = group.MultiplyBaseAddPublic(
            group.MultiplyPublic(TaprootKeys.Reduce(group, digest), inverse), group.MultiplyPublic(r, inverse), publicKey);
        return !sum.IsIdentity && TaprootKeys.Reduce(group, sum.Encoded[1..]) == r;
    }

    internal static bool TryRecoverSecp256k1(
        ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, [NotNullWhen(true)] out GroupPoint? publicKey)
    {
        publicKey = null;
        Span<byte> native = stackalloc byte[Libsecp256k1.RecoverableSignatureSize];
        var key = new byte[Libsecp256k1.PubkeySize];
        if (Libsecp256k1.secp256k1_ecdsa_recoverable_signature_parse_compact(Libsecp256k1.Context, native, signature, recoveryId) != 1
            || Libsecp256k1.secp256k1_ecdsa_recover(Libsecp256k1.Context, key, native, digest) != 1)
            return false;
        publicKey = Secp256k1Group.FromNative(key);
        return true;
    }

    internal static bool TryRecoverP256(
        ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, [NotNullWhen(true)] out GroupPoint? publicKey)
    {
        publicKey = null;
        var group = P256Group.Instance;
        if (!TryDecode(group, signature, out var r, out var s) || !TryReadNonce(r, recoveryId, out var nonce))
            return false;
        var inverse = group.InvertPublic(r);
        var minusE = group.NegatePublic(TaprootKeys.Reduce(group, digest));
        var key = group.MultiplyBaseAddPublic(group.MultiplyPublic(minusE, inverse), group.MultiplyPublic(s, inverse), nonce);
        if (key.IsIdentity)
            return false;
        publicKey = key;
        return true;
    }

    /// <summary>R from r and the recovery id; the group refuses an x that is not below p.</summary>
    private static bool TryReadNonce(PublicScalar r, int recoveryId, [NotNullWhen(true)] out GroupPoint? nonce)
    {
        nonce = null;
        Span<byte> encoded = stackalloc byte[1 + IGroup.ScalarSize];
        encoded[0] = (byte)(2 + (recoveryId & 1));
        r.CopyTo(encoded[1..]);
        if ((recoveryId & 2) != 0)
        {
            var x = Limbs.Add(Scalar256.ReadBigEndian(encoded[1..]), ScalarArithmetic<P256Order>.Order, out var carry);
            if (carry != 0)
                return false;
            x.WriteBigEndian(encoded[1..]);
        }
        return r.Group.TryDecodePoint(encoded, out nonce);
    }
}
