using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Lanes;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Multiplication;

using Word = Vector512<ulong>;

/// <summary>The 416 rows of a VOLE at its receiver (spec §7), eight at a time.</summary>
internal static unsafe class VoleReceiverRows
{
    private const int ScalarSize = SecretField.Size;
    private const int RowSize = OtSizes.Width * ScalarSize;
    private const int ChunkGroups = 13;
    private const int ChunkRows = ChunkGroups * LaneWord.Count;
    private const int PayloadSize = OtSizes.PayloadBlocks * SessionPermutation.BlockSize;
    private const int WideScalar = 64;

    /// <summary>Are all 1,248 scalars of ã below q? Evaluated to the end.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool AreCanonical(Gadget gadget, ReadOnlySpan<byte> corrections)
    {
        if (corrections.Length != VoleSenderRows.CorrectionsSize)
            throw new ArgumentException($"expected {VoleSenderRows.CorrectionsSize} bytes, got {corrections.Length}", nameof(corrections));
        var limbs = stackalloc Word[LaneField.Limbs];
        var all = Word.AllBitsSet;
        fixed (byte* first = corrections)
        {
            for (var at = 0; at < OtSizes.Xi * OtSizes.Width; at += LaneWord.Count)
            {
                LaneBytes.Read(first + at * ScalarSize, ScalarSize, limbs);
                all &= gadget.Field.IsCanonical(limbs);
            }
        }
        return Vector512.EqualsAll(all, Word.AllBitsSet);
    }

    /// <summary>
    /// ḋ_j[k] = γ_j[k] + β_j·ã_j[k]; d_k = Σ_j g_j·ḋ_j[k]; and enc( ḋ_j[2] + θ_0·ḋ_j[0] + θ_1·ḋ_j[1] − β_j·η ) of all rows.
    /// </summary>
    /// <param name="permutation">Under K_C.</param>
    /// <param name="rows">v_j: 416 rows of 16 bytes.</param>
    /// <param name="choices">β: 52 bytes.</param>
    /// <param name="corrections">ã, all canonical.</param>
    /// <param name="check">Secret: 13,312 bytes of locked memory, hashed to μ′.</param>
    /// <param name="outputs">d_0 ‖ d_1, 64 bytes of locked memory.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(
        Gadget gadget, SessionPermutation permutation, ReadOnlySpan<byte> rows, ReadOnlySpan<byte> choices, ReadOnlySpan<byte> corrections,
        PublicScalar theta0, PublicScalar theta1, PublicScalar eta, Span<byte> check, Span<byte> outputs)
    {
        if (rows.Length != OtSizes.OtRows || choices.Length != OtSizes.ChoiceSize || corrections.Length != VoleSenderRows.CorrectionsSize
            || check.Length != VoleSenderRows.CheckSize || outputs.Length != 2 * ScalarSize)
            throw new ArgumentException("the arguments have other sizes");
        using var memory = SecureMemory.Allocate(OtSizes.OtRows + ChunkRows * PayloadSize);
        Span<byte> masks = memory.DangerousSpan[..OtSizes.OtRows], blocks = memory.DangerousSpan[OtSizes.OtRows..];
        rows.CopyTo(masks);
        PayloadExpansion.Mask(permutation, masks);

        const int sumsSize = 2 * LaneField.WideLimbs, scratchAt = sumsSize + 3 * LaneField.Limbs;
        Span<Word> working = stackalloc Word[scratchAt + LaneField.WideLimbs + (OtSizes.Width + 1) * LaneField.Limbs];
        working.Clear();
        fixed (Word* space = working)
        {
            var constants = space + sumsSize;
            LaneBytes.Broadcast(theta0.Encode(), constants);
            LaneBytes.Broadcast(theta1.Encode(), constants + LaneField.Limbs);
            LaneBytes.Broadcast(gadget.Group.NegatePublic(eta).Encode(), constants + 2 * LaneField.Limbs);
            for (var first = 0; first < OtSizes.Xi; first += ChunkRows)
            {
                PayloadExpansion.Run(permutation, masks, first, ChunkRows, blocks);
                fixed (byte* m = masks, b = blocks, received = corrections, checks = check)
                {
                    for (var at = 0; at < ChunkGroups; at++)
                    {
                        var row = first + at * LaneWord.Count;
                        Add(
                            gadget, row / LaneWord.Count, b + at * LaneWord.Count * PayloadSize, m + row * OtSizes.OtRowSize,
                            LaneWord.Mask(choices[row / 8]), received + row * RowSize, constants, space, space + scratchAt, checks + row * ScalarSize);
                    }
                }
            }
            LaneOutput.Write(gadget.Field, space, outputs[..ScalarSize]);
            LaneOutput.Write(gadget.Field, space + LaneField.WideLimbs, outputs[ScalarSize..]);
        }
        MemoryMarshal.AsBytes(working).Clear();
    }

    /// <summary>Eight rows; <paramref name="chosen"/> selects ã and η in the lanes whose choice bit is set.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(Gadget gadget, int group, byte* blocks, byte* masks, Word chosen, byte* corrections, Word* constants, Word* sums, Word* scratch, byte* check)
    {
        var field = gadget.Field;
        Word* wide = scratch, values = scratch + LaneField.WideLimbs, received = values + OtSizes.Width * LaneField.Limbs;
        for (var k = 0; k < OtSizes.Width; k++)
        {
            LaneBytes.ReadWide(blocks + k * WideScalar, PayloadSize, masks, wide);
            LaneBytes.Read(corrections + k * ScalarSize, RowSize, received);
            for (var i = 0; i < LaneField.Limbs; i++)
                wide[i] += received[i] & chosen;
            var value = values + k * LaneField.Limbs;
            field.Reduce(wide, value);
            if (k == 2)
                break;
            LaneField.MultiplyAdd(sums + k * LaneField.WideLimbs, value, gadget.Elements(group));
            if (group % LaneField.MaxProducts == LaneField.MaxProducts - 1)
                LaneField.Carry(sums + k * LaneField.WideLimbs);
        }
        for (var i = 0; i < LaneField.WideLimbs; i++)
            wide[i] = i < LaneField.Limbs ? values[2 * LaneField.Limbs + i] + (constants[2 * LaneField.Limbs + i] & chosen) : Word.Zero;
        LaneField.MultiplyAdd(wide, values, constants);
        LaneField.MultiplyAdd(wide, values + LaneField.Limbs, constants + LaneField.Limbs);
        LaneField.Carry(wide);
        field.Reduce(wide, received);
        field.Canonicalize(received);
        LaneBytes.Write(received, check, ScalarSize);
    }
}
