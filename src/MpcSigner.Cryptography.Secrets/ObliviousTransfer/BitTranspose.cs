using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

/// <summary>From the 128 rows of the extension to its 416 OT rows: bit p of OT row j is bit j of row p (spec §3.1, §6).</summary>
internal static unsafe class BitTranspose
{
    /// <param name="matrix">128 padded rows.</param>
    /// <param name="otRows">416 rows of 16 bytes.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(ReadOnlySpan<byte> matrix, Span<byte> otRows)
    {
        if (matrix.Length != OtSizes.Matrix || otRows.Length != OtSizes.OtRows)
            throw new ArgumentException("the matrix or the rows have another size");
        Span<byte> column = stackalloc byte[OtSizes.Kappa];
        fixed (byte* rows = matrix, output = otRows, gathered = column)
        {
            for (var at = 0; at < OtSizes.ChoiceSize; at++)
            {
                for (var p = 0; p < OtSizes.Kappa; p++)
                    gathered[p] = rows[p * OtSizes.PaddedRow + at];
                var low = Vector512.Load(gathered);
                var high = Vector512.Load(gathered + 64);
                // The highest bit of each byte, then the next one.
                for (var bit = 7; bit >= 0; bit--)
                {
                    var row = (ulong*)(output + (at * 8 + bit) * OtSizes.OtRowSize);
                    row[0] = low.ExtractMostSignificantBits();
                    row[1] = high.ExtractMostSignificantBits();
                    low += low;
                    high += high;
                }
            }
        }
        column.Clear();
    }
}
