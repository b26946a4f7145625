using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

/// <summary>CRH of spec §3.3 up to its last ⊕ and its reduction mod q, for many rows by few calls of the permutation.</summary>
/// <remarks>y = π(row); block c of row j is π(y ⊕ u128(16·j + c)), to which whoever reads it still adds y.</remarks>
internal static unsafe class PayloadExpansion
{
    /// <summary>rows[j] ← y_j = π(row_j), in place.</summary>
    internal static void Mask(SessionPermutation permutation, Span<byte> rows) => permutation.Apply(rows);

    /// <summary>The twelve blocks of each of <paramref name="count"/> rows from row <paramref name="first"/> on.</summary>
    /// <param name="masks">y of all rows.</param>
    /// <param name="blocks">count × 192 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(SessionPermutation permutation, ReadOnlySpan<byte> masks, int first, int count, Span<byte> blocks)
    {
        const int payload = OtSizes.PayloadBlocks * SessionPermutation.BlockSize;
        blocks = blocks[..(count * payload)];
        masks = masks.Slice(first * OtSizes.OtRowSize, count * OtSizes.OtRowSize);
        // c is below 16: 16·j + c is their ⊕, so that twelve blocks are four at a time of one value and of three constants.
        Vector512<ulong> first4 = Counters(0), next4 = Counters(4), last4 = Counters(8);
        fixed (byte* from = masks, to = blocks)
        {
            for (var row = 0; row < count; row++)
            {
                var tweak = BinaryPrimitives.ReverseEndianness((ulong)(16 * (first + row))); // u128, big endian
                var block = Vector128.Load((ulong*)(from + row * OtSizes.OtRowSize)) ^ Vector128.Create(0, tweak);
                var twice = Vector256.Create(block, block);
                var four = Vector512.Create(twice, twice);
                var at = (ulong*)(to + row * payload);
                (four ^ first4).Store(at);
                (four ^ next4).Store(at + 8);
                (four ^ last4).Store(at + 16);
            }
        }
        permutation.Apply(blocks);
    }

    /// <summary>u128(c) … u128(c + 3), big endian, c below 16.</summary>
    private static Vector512<ulong> Counters(ulong c) => Vector512.Create(0, c << 56, 0, (c + 1) << 56, 0, (c + 2) << 56, 0, (c + 3) << 56);
}
