using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MpcSigner.Cryptography.Secrets.Lanes;

using Word = Vector512<ulong>;

/// <summary>The end of a sum that was gathered lane by lane.</summary>
internal static unsafe class LaneOutput
{
    /// <summary>Adds up the eight lanes of columns and writes the sum mod q as 32 bytes; the columns are used up.</summary>
    /// <param name="columns">18 columns, as long as six products at most were added after the last carry.</param>
    [SkipLocalsInit]
    internal static void Write(LaneField field, Word* columns, Span<byte> scalar)
    {
        var loose = stackalloc Word[LaneField.Limbs];
        var bytes = stackalloc byte[LaneWord.Count * 32];
        LaneField.Carry(columns);
        for (var i = 0; i < LaneField.WideLimbs; i++)
            columns[i] = Vector512.CreateScalar(Vector512.Sum(columns[i]));
        LaneField.Carry(columns);
        field.Reduce(columns, loose);
        field.Canonicalize(loose);
        LaneBytes.Write(loose, bytes, 32);
        new ReadOnlySpan<byte>(bytes, 32).CopyTo(scalar);
        new Span<byte>(bytes, LaneWord.Count * 32).Clear();
        new Span<byte>(loose, LaneField.Limbs * sizeof(Word)).Clear();
    }
}
