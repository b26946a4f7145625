using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Lanes;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Secrets.Multiplication;

using Word = Vector512<ulong>;

/// <summary>The gadget vector of spec §7: g_j = Hs("gadget"; u16 j), j &lt; ξ, one public vector a curve, kept in the form of the kernels.</summary>
internal sealed unsafe class Gadget
{
    /// <summary>Groups of eight rows.</summary>
    internal const int Groups = OtSizes.Xi / LaneWord.Count;

    private static readonly ConcurrentDictionary<Curve, Gadget> Made = new();

    private readonly Word* _limbs;

    private Gadget(IGroup group)
    {
        Field = LaneField.For(group);
        Group = group;
        // Public constants for the life of the process.
        _limbs = (Word*)NativeMemory.AlignedAlloc((nuint)(Groups * LaneField.Limbs * sizeof(Word)), (nuint)sizeof(Word));
        Span<byte> elements = stackalloc byte[LaneWord.Count * IGroup.ScalarSize];
        for (var at = 0; at < Groups; at++)
        {
            for (var lane = 0; lane < LaneWord.Count; lane++)
                new TranscriptHash(Tags.Gadget, group).U16((ushort)(at * LaneWord.Count + lane)).ToScalar().CopyTo(elements[(lane * IGroup.ScalarSize)..]);
            fixed (byte* first = elements)
                LaneBytes.Read(first, IGroup.ScalarSize, Elements(at));
        }
    }

    internal IGroup Group { get; }

    internal LaneField Field { get; }

    internal static Gadget For(IGroup group) => Made.GetOrAdd(group.Curve, static (_, group) => new Gadget(group), group);

    /// <summary>Nine limbs of g_8i … g_8i+7.</summary>
    internal Word* Elements(int at) => _limbs + at * LaneField.Limbs;

    /// <summary>Σ_j g_j·β_j mod q, the output b of a VOLE receiver, in constant time.</summary>
    /// <param name="choices">ξ bits in 52 bytes, secret.</param>
    /// <param name="sum">32 bytes.</param>
    internal void Sum(ReadOnlySpan<byte> choices, Span<byte> sum)
    {
        if (choices.Length != OtSizes.ChoiceSize)
            throw new ArgumentException($"expected {OtSizes.ChoiceSize} bytes, got {choices.Length}", nameof(choices));
        Span<Word> space = stackalloc Word[LaneField.WideLimbs];
        space.Clear();
        fixed (Word* columns = space)
        {
            for (var at = 0; at < Groups; at++)
            {
                var mask = LaneWord.Mask(choices[at]);
                var elements = Elements(at);
                for (var k = 0; k < LaneField.Limbs; k++)
                    columns[k] += elements[k] & mask;
            }
            LaneOutput.Write(Field, columns, sum);
        }
        MemoryMarshal.AsBytes(space).Clear();
    }
}
