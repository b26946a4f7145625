using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

/// <summary>Choices by a secret bit without a branch or an index that depends on it. A mask is all ones or zero.</summary>
/// <remarks>Compiled fully at once, like the scalars: no tier and no profile shapes the code.</remarks>
internal static class MaskedBytes
{
    /// <summary>All ones for 1, zero for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mask(int bit) => unchecked((ulong)-(long)bit);

    /// <summary>All ones if the numbers are equal. Both are 0..2^31−1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MaskOfEqual(int a, int b) => unchecked((ulong)((long)(uint)(a ^ b) - 1 >> 63));

    /// <summary>destination ← ifSet under the mask, else ifClear. All have one length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Select(Span<byte> destination, ulong mask, ReadOnlySpan<byte> ifSet, ReadOnlySpan<byte> ifClear)
    {
        Check(destination, ifSet);
        Check(destination, ifClear);
        var at = 0;
        for (; at <= destination.Length - sizeof(ulong); at += sizeof(ulong))
            Write(destination, at, Read(ifClear, at) ^ mask & (Read(ifSet, at) ^ Read(ifClear, at)));
        for (; at < destination.Length; at++)
            destination[at] = unchecked((byte)(ifClear[at] ^ mask & (ulong)(ifSet[at] ^ ifClear[at])));
    }

    /// <summary>Exchanges two spans under the mask. Their length is a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Swap(ulong mask, Span<byte> a, Span<byte> b)
    {
        Check(a, b);
        CheckWords(a);
        for (var at = 0; at < a.Length; at += sizeof(ulong))
        {
            var difference = mask & (Read(a, at) ^ Read(b, at));
            Write(a, at, Read(a, at) ^ difference);
            Write(b, at, Read(b, at) ^ difference);
        }
    }

    /// <summary>destination ← destination ⊕ (source under the mask). The length is a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void XorInto(Span<byte> destination, ulong mask, ReadOnlySpan<byte> source)
    {
        Check(destination, source);
        CheckWords(destination);
        for (var at = 0; at < destination.Length; at += sizeof(ulong))
            Write(destination, at, Read(destination, at) ^ mask & Read(source, at));
    }

    /// <summary>destination ← destination ⊕ source. The length is a multiple of 8.</summary>
    internal static void XorInto(Span<byte> destination, ReadOnlySpan<byte> source) => XorInto(destination, ulong.MaxValue, source);

    /// <summary>Keeps the bytes under the mask, else clears them. The length is a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Keep(ulong mask, Span<byte> bytes)
    {
        CheckWords(bytes);
        for (var at = 0; at < bytes.Length; at += sizeof(ulong))
            Write(bytes, at, mask & Read(bytes, at));
    }

    /// <summary>Zero exactly if both are equal: what a verdict over many comparisons gathers by OR. The length is a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Difference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        Check(a, b);
        CheckWords(a);
        ulong difference = 0;
        for (var at = 0; at < a.Length; at += sizeof(ulong))
            difference |= Read(a, at) ^ Read(b, at);
        return difference;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Span<byte> bytes, int at, ulong word) => BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], word);

    private static void Check(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"spans of {a.Length} and {b.Length} bytes");
    }

    private static void CheckWords(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(ulong) != 0)
            throw new ArgumentException($"{bytes.Length} bytes are not whole words");
    }
}
