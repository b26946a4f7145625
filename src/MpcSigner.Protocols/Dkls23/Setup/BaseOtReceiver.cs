using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>A in the base OT (spec §5.1): the receiver, with choice bits c_i and exponents a_i. They become Δ.</summary>
/// <remarks>Endemic OT from Diffie–Hellman, ePrint 2019/706. No branch and no index depends on a choice bit.</remarks>
[DebuggerDisplay("<redacted>")]
internal sealed class BaseOtReceiver : IDisposable
{
    private static readonly IGroup Group = Groups.For(Curve.Secp256k1);

    private readonly Digest32 _setupSid;
    private readonly SecureMemory _choices;
    private readonly SecretScalars _exponents;
    private readonly byte[] _points;

    private BaseOtReceiver(Digest32 setupSid, SecureMemory choices, SecretScalars exponents, byte[] points) =>
        (_setupSid, _choices, _exponents, _points) = (setupSid, choices, exponents, points);

    /// <summary>c_i at bit i mod 8 (least significant first) of byte ⌊i/8⌋.</summary>
    internal SecureMemory Choices => _choices;

    /// <summary>M1: draws c_i, a_i and s_i, in this order and each for all i, and writes the points.</summary>
    /// <param name="points">R_{0,0}, R_{0,1}, R_{1,0}, …</param>
    internal static BaseOtReceiver Choose(Digest32 setupSid, IRandomSource random, Span<byte> points)
    {
        var choices = SecureMemory.Random(SetupSizes.BaseOts / 8, random);
        var exponents = SecretScalars.Random(Group, SetupSizes.BaseOts, random);
        using (var simulated = SecretScalars.Random(Group, SetupSizes.BaseOts, random)) // s, discarded at once
        using (var hash = new PointHash(setupSid))
        using (var workspace = SecureMemory.Allocate(3 * Secp256k1Points.NativeSize + 2 * SetupLayout.Point))
        {
            for (var i = 0; i < SetupSizes.BaseOts; i++)
                ChooseOne(i, BitOf(choices.DangerousSpan, i), exponents.Slot(i), simulated.Slot(i), hash, workspace.DangerousSpan, points);
        }
        return new(setupSid, choices, exponents, points.ToArray());
    }

    /// <summary>Steps 1 and 2 of M1: R_{i,1−c} = s·G, R_{i,c} = a·G − HG(i, c, R_{i,1−c}).</summary>
    private static void ChooseOne(int i, int choice, ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> simulated, PointHash hash, Span<byte> workspace, Span<byte> points)
    {
        const int size = Secp256k1Points.NativeSize;
        Span<byte> chosen = workspace[..size], other = workspace.Slice(size, size), hashed = workspace.Slice(2 * size, size);
        Span<byte> encodedChosen = workspace.Slice(3 * size, SetupLayout.Point), encodedOther = workspace.Slice(3 * size + SetupLayout.Point, SetupLayout.Point);

        Secp256k1Points.MultiplyBase(other, simulated);
        Secp256k1Points.Encode(encodedOther, other);
        hash.Hash(hashed, i, choice, encodedOther);
        Secp256k1Points.Negate(hashed);
        Secp256k1Points.MultiplyBase(chosen, exponent);
        if (!Secp256k1Points.TryAdd(chosen, hashed))
            throw new InvalidOperationException("a point of base OT came out as the identity"); // 2^-256
        Secp256k1Points.Encode(encodedChosen, chosen);

        var mask = MaskedBytes.Mask(choice);
        MaskedBytes.Select(SetupLayout.PointOf(points, i, 0), mask, encodedOther, encodedChosen);
        MaskedBytes.Select(SetupLayout.PointOf(points, i, 1), mask, encodedChosen, encodedOther);

        // Step 3: HG for the other branch as well, so that the time of M1 is the same for c and 1 − c.
        hash.Hash(hashed, i, choice ^ 1, encodedChosen);
    }

    /// <summary>On M2: K_{i,c_i} for all i.</summary>
    /// <param name="senderPoints">B_{0,0}, B_{0,1}, B_{1,0}, …, as they came.</param>
    /// <param name="keys">32 bytes for each i, locked memory.</param>
    /// <returns>False if any point does not decode, chosen or not: deciding by the chosen ones alone would tell the choices.</returns>
    internal bool TryDerive(ReadOnlySpan<byte> senderPoints, Span<byte> keys)
    {
        var decoded = new byte[2 * SetupSizes.BaseOts * Secp256k1Points.NativeSize];
        if (!BaseOtSender.TryDecodePublic(senderPoints, decoded))
            return false;
        using var choices = _choices.Borrow();
        using var exponents = _exponents.Borrow();
        using var derivation = new BaseOtKey(_setupSid);
        using var chosen = SecureMemory.Allocate(Secp256k1Points.NativeSize);
        for (var i = 0; i < SetupSizes.BaseOts; i++)
        {
            var choice = BitOf(choices.Span, i);
            var mask = MaskedBytes.Mask(choice);
            MaskedBytes.Select(chosen.DangerousSpan, mask, BaseOtSender.NativeOf(decoded, i, 1), BaseOtSender.NativeOf(decoded, i, 0));
            MaskedBytes.Select(derivation.SenderPoint, mask, SetupLayout.PointOf(senderPoints, i, 1), SetupLayout.PointOf(senderPoints, i, 0));
            derivation.Derive(keys.Slice(i * SetupSizes.Node, SetupSizes.Node), i, choice, _points, chosen.DangerousSpan, _exponents.Slot(i));
        }
        return true;
    }

    internal static int BitOf(ReadOnlySpan<byte> choices, int i) => choices[i >> 3] >> (i & 7) & 1;

    public void Dispose()
    {
        _choices.Dispose();
        _exponents.Dispose();
    }
}
