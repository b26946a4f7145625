using System.Security.Cryptography;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Resharing.Recovery;

namespace MpcSigner.Benchmarks.ConstantTime;

/// <summary>An operation on a vector of secret scalars as dealers hold them: every element one, or zero, against random ones.</summary>
internal sealed class VectorCall(IGroup group, byte[] fixedElement, VectorCall.Operation run) : ITimedCall
{
    public delegate void Operation(SecretScalars vector, Span<byte> output);

    /// <summary>Coefficients of a polynomial of t = 3; shares of three keys.</summary>
    public const int Count = 3;

    private const int SlotCount = 32;

    private readonly SecretField _field = SecretField.For(group);
    private readonly SecretScalars[] _vectors = [.. Enumerable.Range(0, SlotCount).Select(_ => SecretScalars.Zero(group, Count))];
    private readonly byte[] _output = new byte[IGroup.ScalarSize];
    private readonly byte[] _drawn = new byte[IGroup.WideSize];

    public int Slots => SlotCount;

    public void Prepare(int slot, bool random)
    {
        for (var i = 0; i < Count; i++)
        {
            RandomNumberGenerator.Fill(_drawn);
            var element = _vectors[slot].Slot(i);
            _field.ReduceWideLittleEndian(element, _drawn);
            if (!random)
                fixedElement.CopyTo(element);
        }
    }

    public void Run(int slot) => run(_vectors[slot], _output);

    public void Dispose()
    {
        foreach (var vector in _vectors)
            vector.Dispose();
    }
}

/// <summary>The rows of the table that belong to dealing in refresh, reshare and recovery (spec §10): what touches old shares, coefficients and dealt shares.</summary>
internal static class DealingRows
{
    private const ushort LargestPid = 65_535;

    public static IEnumerable<TimingRow> Of(IGroup group, string name)
    {
        byte[] one = group.One.Encode(), zero = new byte[IGroup.ScalarSize];
        var lambda = group.FromUInt64(0x0123456789abcdef);
        return
        [
            // f_i(pid): a refresh's and a reshare's dealt share.
            new($"{name}-deal-evaluate", () => new VectorCall(group, one, (vector, output) => vector.EvaluateAt(LargestPid, output))),
            // x_i + g_i(pid_i), and what others deal added to it.
            new($"{name}-deal-add", () => Adding(group, zero)),
            // f_i(0) = λ·x_i of a reshare, v_i of a recovery.
            new($"{name}-deal-lambda", () => new VectorCall(group, one, (vector, _) =>
            {
                using var share = vector[0];
                using var product = share.Multiply(lambda);
            })),
            // v_i = Σ δ_{i,k}, the parts drawn alike in both classes.
            new($"{name}-deal-split", () => Splitting(group, one)),
            // Σ ρ_k·s_k, the secret side of a batched share check.
            new($"{name}-deal-check", () => Checking(group, one)),
        ];
    }

    private static VectorCall Adding(IGroup group, byte[] fixedElement)
    {
        var sum = SecretScalars.Random(group, VectorCall.Count, Protocols.Committee.Random);
        return new(group, fixedElement, (vector, _) => sum.AddInPlace(vector));
    }

    private static VectorCall Splitting(IGroup group, byte[] fixedElement)
    {
        SecretScalars[] parts = [.. Enumerable.Range(0, VectorCall.Count).Select(_ => SecretScalars.Zero(group, 1))];
        var random = new SameBytes();
        return new(group, fixedElement, (vector, _) =>
        {
            using var value = vector[0];
            RecoveryDealing.Split(value, parts, 0, random);
        });
    }

    private static VectorCall Checking(IGroup group, byte[] fixedElement)
    {
        PublicScalar[] weights = [.. Enumerable.Range(0, VectorCall.Count).Select(i => group.FromUInt64(0x0123456789abcdef + (ulong)i))];
        return new(group, fixedElement, (vector, _) =>
        {
            using var sum = vector.WeightedSum(weights);
        });
    }

    /// <summary>Below every order, whatever its byte order.</summary>
    private sealed class SameBytes : IRandomSource
    {
        public void Fill(Span<byte> destination) => destination.Fill(5);
    }
}
