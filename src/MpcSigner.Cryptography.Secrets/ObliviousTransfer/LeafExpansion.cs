using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

using Block = Vector128<byte>;

/// <summary>The PRG of spec §3.3 on all leaves of a setup, and the sums of its streams that the extension is made of (spec §6).</summary>
internal static unsafe class LeafExpansion
{
    private const int StreamsSize = OtSizes.Trees * OtSizes.Leaves * OtSizes.PaddedRow;

    /// <summary>
    /// For each tree i with streams r_y of its 16 slots: sums[i] = ⊕_y r_y, and rows[4i + b] = ⊕_{bit b of y set} r_y.
    /// </summary>
    /// <param name="leaves">32 × 16 × 16 bytes, secret.</param>
    /// <param name="sums">32 padded rows; empty where they are not wanted. Bytes from 68 on of any row mean nothing.</param>
    /// <param name="rows">128 padded rows.</param>
    /// <remarks>A sender's slot 0 stands for the leaf it lacks: it enters no row (0 has no bit set), only the sums, which a sender does not want.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(SessionPermutation permutation, ReadOnlySpan<byte> leaves, Span<byte> sums, Span<byte> rows)
    {
        Check(OtSizes.AllLeaves, leaves.Length);
        Check(OtSizes.Matrix, rows.Length);
        if (!sums.IsEmpty)
            Check(OtSizes.Trees * OtSizes.PaddedRow, sums.Length);
        using var memory = SecureMemory.Allocate(StreamsSize);
        var streams = memory.DangerousSpan;
        fixed (byte* seeds = leaves, first = streams, matrix = rows, totals = sums)
        {
            // block c = π(s ⊕ u128(c)) ⊕ s
            for (var leaf = 0; leaf < OtSizes.Trees * OtSizes.Leaves; leaf++)
            {
                var seed = Vector128.Load(seeds + leaf * OtSizes.LeafSize);
                for (var c = 0; c < OtSizes.RowBlocks; c++)
                    (seed ^ Vector128.Create(0UL, (ulong)c << 56).AsByte()).Store(first + leaf * OtSizes.PaddedRow + c * 16);
            }
            permutation.Apply(streams);
            for (var tree = 0; tree < OtSizes.Trees; tree++)
            {
                for (var c = 0; c < OtSizes.RowBlocks; c++)
                {
                    SumTree(
                        first + tree * OtSizes.Leaves * OtSizes.PaddedRow + c * 16, seeds + tree * OtSizes.Leaves * OtSizes.LeafSize,
                        matrix + tree * OtSizes.BlockBits * OtSizes.PaddedRow + c * 16, totals is null ? null : totals + tree * OtSizes.PaddedRow + c * 16);
                }
            }
        }
    }

    /// <summary>One block of each of a tree's 16 streams: each slot's goes into the sums of the bits of its number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumTree(byte* streams, byte* seeds, byte* rows, byte* total)
    {
        Block odd0 = Block.Zero, odd1 = Block.Zero, odd2 = Block.Zero, odd3 = Block.Zero, all = Block.Zero;
        for (var y = 0; y < OtSizes.Leaves; y += 4)
        {
            Block v0 = Value(streams, seeds, y), v1 = Value(streams, seeds, y + 1), v2 = Value(streams, seeds, y + 2), v3 = Value(streams, seeds, y + 3);
            Block upper = v2 ^ v3, four = v0 ^ v1 ^ upper;
            odd0 ^= v1 ^ v3;
            odd1 ^= upper;
            odd2 ^= (y & 4) != 0 ? four : Block.Zero;
            odd3 ^= (y & 8) != 0 ? four : Block.Zero;
            all ^= four;
        }
        odd0.Store(rows);
        odd1.Store(rows + OtSizes.PaddedRow);
        odd2.Store(rows + 2 * OtSizes.PaddedRow);
        odd3.Store(rows + 3 * OtSizes.PaddedRow);
        if (total is not null)
            all.Store(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Block Value(byte* streams, byte* seeds, int y) => Vector128.Load(streams + y * OtSizes.PaddedRow) ^ Vector128.Load(seeds + y * OtSizes.LeafSize);

    private static void Check(int expected, int actual)
    {
        if (expected != actual)
            throw new ArgumentException($"expected {expected} bytes, got {actual}");
    }
}
