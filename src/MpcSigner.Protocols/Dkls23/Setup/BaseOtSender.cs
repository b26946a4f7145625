using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>B in the base OT (spec §5.1): the sender, who gets both keys of each instance.</summary>
internal static class BaseOtSender
{
    private const int Branches = 2 * SetupSizes.BaseOts;

    private static readonly IGroup Group = Groups.For(Curve.Secp256k1);

    /// <summary>M2, part 1: B_{i,b} = e·G and K_{i,b} from e·M_{i,b}, with an e of its own for each branch; e_{0,0}, e_{0,1}, e_{1,0}, … are drawn in this order.</summary>
    /// <param name="receiverPoints">R_{0,0}, R_{0,1}, R_{1,0}, …, as they came.</param>
    /// <param name="points">Where B_{0,0}, B_{0,1}, B_{1,0}, … go.</param>
    /// <param name="keys">32 bytes for K_{0,0}, K_{0,1}, K_{1,0}, …, locked memory.</param>
    /// <returns>False if a point does not decode or some M_{i,b} is O: abort.</returns>
    internal static bool TryAnswer(Digest32 setupSid, ReadOnlySpan<byte> receiverPoints, IRandomSource random, Span<byte> points, Span<byte> keys)
    {
        var bases = new byte[Branches * Secp256k1Points.NativeSize];
        if (!TryDecodePublic(receiverPoints, bases) || !TryAddHashes(setupSid, receiverPoints, bases))
            return false;
        using var exponents = SecretScalars.Random(Group, Branches, random);
        using var derivation = new BaseOtKey(setupSid);
        using var product = SecureMemory.Allocate(Secp256k1Points.NativeSize);
        for (var i = 0; i < SetupSizes.BaseOts; i++)
        {
            for (var b = 0; b < 2; b++)
            {
                var exponent = exponents.Slot(2 * i + b);
                Secp256k1Points.MultiplyBase(product.DangerousSpan, exponent);
                Secp256k1Points.Encode(derivation.SenderPoint, product.DangerousSpan);
                derivation.SenderPoint.CopyTo(SetupLayout.PointOf(points, i, b));
                derivation.Derive(keys.Slice((2 * i + b) * SetupSizes.Node, SetupSizes.Node), i, b, receiverPoints, NativeOf(bases, i, b), exponent);
            }
        }
        return true;
    }

    /// <summary>M_{i,b} = R_{i,b} + HG(i, b, R_{i,1−b}), in place.</summary>
    private static bool TryAddHashes(Digest32 setupSid, ReadOnlySpan<byte> receiverPoints, byte[] bases)
    {
        using var hash = new PointHash(setupSid);
        Span<byte> hashed = stackalloc byte[Secp256k1Points.NativeSize];
        var valid = true;
        for (var i = 0; i < SetupSizes.BaseOts; i++)
        {
            for (var b = 0; b < 2; b++)
            {
                hash.Hash(hashed, i, b, SetupLayout.PointOf(receiverPoints, i, 1 - b));
                valid &= Secp256k1Points.TryAdd(NativeOf(bases, i, b), hashed);
            }
        }
        return valid;
    }

    /// <summary>Decodes all 256 points of a message, whatever the first ones were.</summary>
    internal static bool TryDecodePublic(ReadOnlySpan<byte> points, Span<byte> decoded)
    {
        var valid = true;
        for (var i = 0; i < SetupSizes.BaseOts; i++)
        {
            valid &= Secp256k1Points.TryDecodePublic(NativeOf(decoded, i, 0), SetupLayout.PointOf(points, i, 0));
            valid &= Secp256k1Points.TryDecodePublic(NativeOf(decoded, i, 1), SetupLayout.PointOf(points, i, 1));
        }
        return valid;
    }

    internal static Span<byte> NativeOf(Span<byte> decoded, int i, int b) =>
        decoded.Slice((2 * i + b) * Secp256k1Points.NativeSize, Secp256k1Points.NativeSize);
}
