using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Protocols.Dkls23.Ot;

/// <summary>A's side of one extension of correlated OT (spec §6): evaluates COT1.</summary>
/// <remarks>The verdict tells the receiver about Δ: this runs only inside the setup's lock (spec §8.4, C2 to C4), and its caller reveals nothing but pass or fail.</remarks>
internal static class CotSender
{
    /// <summary>Steps 1–3 and 5: rows w_j, and whether all 128 checks hold. Evaluated to the end whatever comes out.</summary>
    /// <param name="message">COT1 of the right length, after ctx and setup_id were compared (C1).</param>
    /// <param name="rows">w_j, 416 rows of 16 bytes of locked memory; they mean nothing when the check fails.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool Evaluate(OtSenderSeeds seeds, CotTerms terms, ReadOnlySpan<byte> message, Span<byte> rows, out CotTranscript transcript)
    {
        if (message.Length != CotMessage.Size || rows.Length != OtSizes.OtRows)
            throw new ArgumentException("message or rows of another size");
        // 1. sid1, K_N, d_U, χ.
        transcript = CotHashes.Transcript(CotHashes.Session(terms, CotMessage.Nonce(message)), message);
        var challenges = CotHashes.ChallengesOf(transcript);
        using var permutation = CotHashes.PrgPermutation(transcript.Session);

        // 2. W_{4i+b}: the leaves stand in the order y ⊕ Δ_i, so that the sum over bit_b(y ⊕ Δ_i) = 1 is one over slots.
        using var matrix = SecureMemory.Allocate(OtSizes.Matrix);
        using var delta = seeds.Delta.Borrow();
        using (var leaves = seeds.Leaves.Borrow())
            LeafExpansion.Run(permutation, leaves.Span, [], matrix.DangerousSpan);
        for (var p = 0; p < OtSizes.Kappa; p++)
            AddUnder(MaskOf(delta.Span, p), message[CotMessage.Row(p / OtSizes.BlockBits)], matrix.DangerousSpan[(p * OtSizes.PaddedRow)..]);

        // 3. bad = OR_p fold(W_p) ⊕ t̂_p ⊕ Δ[p]·x̂ ≠ 0.
        var choiceCheck = BinaryField.Read(message[CotMessage.ChoiceCheck]);
        var bad = Vector128<ulong>.Zero;
        for (var p = 0; p < OtSizes.Kappa; p++)
        {
            var expected = BinaryField.Read(message[CotMessage.RowCheck(p)]) ^ (choiceCheck & Vector128.Create(MaskOf(delta.Span, p)));
            bad |= BinaryField.Fold(matrix.DangerousSpan[(p * OtSizes.PaddedRow)..], challenges) ^ expected;
        }
        BitTranspose.Run(matrix.DangerousSpan, rows);
        return Vector128.EqualsAll(bad, Vector128<ulong>.Zero);
    }

    /// <summary>All ones if bit p of Δ is set.</summary>
    private static ulong MaskOf(ReadOnlySpan<byte> delta, int p) => unchecked(0UL - (ulong)((delta[p / 8] >> (p % 8)) & 1));

    /// <summary>row ⊕= U_i under a mask.</summary>
    private static void AddUnder(ulong mask, ReadOnlySpan<byte> addend, Span<byte> row)
    {
        const int words = OtSizes.RowSize / sizeof(ulong) * sizeof(ulong);
        MaskedBytes.XorInto(row[..words], mask, addend[..words]);
        for (var i = words; i < OtSizes.RowSize; i++)
            row[i] ^= (byte)(addend[i] & (byte)(mask & 0xff));
    }
}
