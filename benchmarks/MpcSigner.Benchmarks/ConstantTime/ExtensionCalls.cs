using System.Security.Cryptography;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Multiplication;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Benchmarks.ConstantTime;

/// <summary>The sender's verdict on COT1 (spec §6): Δ = 0 against a random Δ, on messages that all fail.</summary>
internal sealed class CotVerdictCall : ITimedCall
{
    private const int SlotCount = 32;

    private readonly SecureMemory[] _deltas = [.. Enumerable.Range(0, SlotCount).Select(_ => SecureMemory.Random(OtSizes.OtRowSize, Protocols.Committee.Random))];
    private readonly OtSenderSeeds[] _seeds;
    private readonly byte[] _message = RandomNumberGenerator.GetBytes(CotMessage.Size);
    private readonly byte[] _rows = new byte[OtSizes.OtRows];
    private int _passed;

    public CotVerdictCall() =>
        _seeds = [.. _deltas.Select(delta => new OtSenderSeeds(delta, SecureMemory.Random(OtSizes.AllLeaves, Protocols.Committee.Random)))];

    public int Slots => SlotCount;

    public void Prepare(int slot, bool random)
    {
        var delta = _deltas[slot].DangerousSpan;
        RandomNumberGenerator.Fill(delta);
        if (!random)
            delta.Clear();
    }

    public void Run(int slot) => _passed += CotSender.Evaluate(_seeds[slot], new(default, default, new(1), new(2)), _message, _rows, out _) ? 1 : 0;

    public void Dispose()
    {
        foreach (var seeds in _seeds)
            seeds.Dispose();
    }
}

/// <summary>What a receiver's choice bits β go through: one drawn value against random bits. Why not zeros: benchmarks/README.md.</summary>
internal sealed class ChoiceBitsCall(Action<ReadOnlySpan<byte>> run) : ITimedCall
{
    private const int SlotCount = 32;

    private readonly byte[] _fixed = RandomNumberGenerator.GetBytes(OtSizes.ChoiceSize);
    private readonly byte[] _choices = GC.AllocateArray<byte>(SlotCount * OtSizes.ChoiceSize, pinned: true);

    public int Slots => SlotCount;

    public void Prepare(int slot, bool random)
    {
        RandomNumberGenerator.Fill(Of(slot));
        if (!random)
            _fixed.CopyTo(Of(slot));
    }

    public void Run(int slot) => run(Of(slot));

    public void Dispose() { }

    private Span<byte> Of(int slot) => _choices.AsSpan(slot * OtSizes.ChoiceSize, OtSizes.ChoiceSize);
}

/// <summary>The rows of the table that belong to OT extension and the vector OLE.</summary>
internal static class ExtensionRows
{
    public static IEnumerable<TimingRow> Of(IGroup group, string name) =>
    [
        new($"{name}-vole-verdict", () => new ChoiceBitsCall(Verdict(group))),
        new($"{name}-vole-choices", () => new ChoiceBitsCall(Sum(group))),
        new($"{name}-vole-corrections", () => new BytesCall(new byte[3 * IGroup.ScalarSize], input => Canonical(group, input), Corrections(group))),
    ];

    /// <summary>Steps 2–4 of the receiver and the comparison of μ, on a VOLE2 that fails.</summary>
    private static Action<ReadOnlySpan<byte>> Verdict(IGroup group)
    {
        var gadget = Gadget.For(group);
        var permutation = new SessionPermutation(new byte[SessionPermutation.KeySize]);
        byte[] rows = RandomNumberGenerator.GetBytes(OtSizes.OtRows), check = new byte[VoleSenderRows.CheckSize], outputs = new byte[2 * IGroup.ScalarSize];
        var corrections = RandomNumberGenerator.GetBytes(VoleSenderRows.CorrectionsSize);
        for (var at = 0; at < corrections.Length; at += IGroup.ScalarSize)
            corrections[at] = 0; // below q
        var theta = group.FromUInt64(0x0123456789abcdef);
        byte[] digest = new byte[SHA256.HashSizeInBytes], expected = new byte[SHA256.HashSizeInBytes];
        return choices =>
        {
            VoleReceiverRows.Run(gadget, permutation, rows, choices, corrections, theta, theta, theta, check, outputs);
            SHA256.HashData(check, digest);
            if (CryptographicOperations.FixedTimeEquals(digest, expected))
                throw new InvalidOperationException("a random check holds");
        };
    }

    /// <summary>b = Σ g_j·β_j.</summary>
    private static Action<ReadOnlySpan<byte>> Sum(IGroup group)
    {
        var (gadget, sum) = (Gadget.For(group), new byte[IGroup.ScalarSize]);
        return choices => gadget.Sum(choices, sum);
    }

    /// <summary>ã and c of the sender for inputs a_0, a_1, â.</summary>
    private static BytesCall.Operation Corrections(IGroup group)
    {
        var gadget = Gadget.For(group);
        var permutation = new SessionPermutation(new byte[SessionPermutation.KeySize]);
        byte[] rows = RandomNumberGenerator.GetBytes(OtSizes.OtRows), delta = RandomNumberGenerator.GetBytes(OtSizes.OtRowSize);
        var corrections = new byte[VoleSenderRows.CorrectionsSize];
        return (inputs, output) =>
        {
            using var sender = new VoleSenderRows(gadget, permutation, rows, delta, inputs, corrections);
            output[0] = corrections[0];
        };
    }

    private static void Canonical(IGroup group, Span<byte> scalars)
    {
        for (var at = 0; at < scalars.Length; at += IGroup.ScalarSize)
        {
            if (!group.TryDecodeScalar(scalars.Slice(at, IGroup.ScalarSize), out _))
                scalars[at] = 0;
        }
    }
}
