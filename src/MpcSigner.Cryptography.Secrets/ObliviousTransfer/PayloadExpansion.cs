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
        fixed (byte* from = masks, to = blocks)
        {
            for (var row = 0; row < count; row++)
            {
                var mask = Vector128.Load(from + row * OtSizes.OtRowSize).AsUInt64();
                for (var c = 0; c < OtSizes.PayloadBlocks; c++)
                {
                    var tweak = BinaryPrimitives.ReverseEndianness((ulong)(16 * (first + row) + c)); // u128, big endian
                    (mask ^ Vector128.Create(0, tweak)).Store((ulong*)(to + row * payload) + 2 * c);
                }
            }
        }
        permutation.Apply(blocks);
    }
}
