using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Protocols.Dkls23.Ot;

/// <summary>B's side of one extension of correlated OT (SoftSpokenOT; spec §6): choice bits in, COT1 out, rows v_j kept.</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class CotReceiver : IDisposable
{
    private const int NonceSize = 32;

    private CotReceiver(CotTranscript transcript, SecureMemory rows) => (Transcript, Rows) = (transcript, rows);

    internal CotTranscript Transcript { get; }

    /// <summary>v_j, 416 rows of 16 bytes.</summary>
    internal SecureMemory Rows { get; }

    /// <summary>Steps 1–7 for choice bits x.</summary>
    /// <param name="choices">x: 52 bytes, secret.</param>
    /// <param name="message">COT1, <see cref="CotMessage.Size"/> bytes.</param>
    internal static CotReceiver Begin(OtReceiverSeeds seeds, CotTerms terms, ReadOnlySpan<byte> choices, IRandomSource random, Span<byte> message)
    {
        if (choices.Length != OtSizes.ChoiceSize || message.Length != CotMessage.Size)
            throw new ArgumentException("choice bits or message of another size");
        // 1. ν, sid1, K_N.
        random.Fill(message[..NonceSize]);
        var session = CotHashes.Session(terms, CotMessage.Nonce(message));
        using var permutation = CotHashes.PrgPermutation(session);

        // 2. X = x ‖ x_mask.
        const int sums = OtSizes.Matrix, extended = sums + OtSizes.Trees * OtSizes.PaddedRow;
        using var memory = SecureMemory.Allocate(extended + OtSizes.RowSize);
        var space = memory.DangerousSpan;
        var row = space[extended..];
        choices.CopyTo(row);
        random.Fill(row[OtSizes.ChoiceSize..]);

        // 3., 4. U_i = X ⊕ ⊕_y r_{i,y}; V_{4i+b} = ⊕_{y: bit_b(y)=1} r_{i,y}.
        using (var leaves = seeds.Leaves.Borrow())
            LeafExpansion.Run(permutation, leaves.Span, space[sums..extended], space[..sums]);
        for (var tree = 0; tree < OtSizes.Trees; tree++)
            MaskedRow(row, space[(sums + tree * OtSizes.PaddedRow)..], message[CotMessage.Row(tree)]);

        // 5., 6. The check: x̂ = fold(X), t̂_p = fold(V_p).
        var transcript = CotHashes.Transcript(session, message);
        var challenges = CotHashes.ChallengesOf(transcript);
        BinaryField.Write(BinaryField.Fold(row, challenges), message[CotMessage.ChoiceCheck]);
        for (var p = 0; p < OtSizes.Kappa; p++)
            BinaryField.Write(BinaryField.Fold(space[(p * OtSizes.PaddedRow)..], challenges), message[CotMessage.RowCheck(p)]);

        // 7. Keep the columns.
        var rows = SecureMemory.Allocate(OtSizes.OtRows);
        BitTranspose.Run(space[..sums], rows.DangerousSpan);
        return new(transcript, rows);
    }

    public override string ToString() => "CotReceiver(<redacted>)";

    public void Dispose() => Rows.Dispose();

    /// <summary>masked ← row ⊕ sum.</summary>
    private static void MaskedRow(ReadOnlySpan<byte> row, ReadOnlySpan<byte> sum, Span<byte> masked)
    {
        const int words = OtSizes.RowSize / sizeof(ulong) * sizeof(ulong);
        sum[..OtSizes.RowSize].CopyTo(masked);
        MaskedBytes.XorInto(masked[..words], row[..words]);
        for (var i = words; i < OtSizes.RowSize; i++)
            masked[i] ^= row[i];
    }
}
