using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MpcSigner.Cryptography.Secrets.ObliviousTransfer;

using Element = Vector128<ulong>;

/// <summary>GF(2^128) in the polynomial basis of spec §3.1 (bit j ↔ X^j, least significant bit first, modulus X^128 + X^7 + X^2 + X + 1), in constant time.</summary>
internal static class BinaryField
{
    /// <summary>X^128 = X^7 + X^2 + X + 1.</summary>
    private const ulong Modulus = 0x87;

    internal static Element Read(ReadOnlySpan<byte> bytes) =>
        Vector128.Create(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..16]));

    internal static void Write(Element element, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, element[0]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..16], element[1]);
    }

    internal static Element Multiply(Element a, Element b)
    {
        Element low = Element.Zero, middle = Element.Zero, high = Element.Zero;
        MultiplyAdd(a, b, ref low, ref middle, ref high);
        return Reduce(low, middle, high);
    }

    /// <summary>fold(Y) = Y[*] ⊕ Σ_m χ_m·Y[m] (spec §6): a row of 68 bytes, whose fourth block has 4 bytes, into one element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Element Fold(ReadOnlySpan<byte> row, ReadOnlySpan<Element> challenges)
    {
        row = row[..OtSizes.RowSize];
        Element low = Element.Zero, middle = Element.Zero, high = Element.Zero;
        MultiplyAdd(Read(row), challenges[0], ref low, ref middle, ref high);
        MultiplyAdd(Read(row[16..]), challenges[1], ref low, ref middle, ref high);
        MultiplyAdd(Read(row[32..]), challenges[2], ref low, ref middle, ref high);
        MultiplyAdd(Vector128.CreateScalar((ulong)BinaryPrimitives.ReadUInt32LittleEndian(row[48..])), challenges[3], ref low, ref middle, ref high);
        return Reduce(low, middle, high) ^ Read(row[OtSizes.ChoiceSize..]);
    }

    /// <summary>Adds a·b, not yet reduced: low + middle·X^64 + high·X^128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(Element a, Element b, ref Element low, ref Element middle, ref Element high)
    {
        if (Pclmulqdq.IsSupported)
        {
            low ^= Pclmulqdq.CarrylessMultiply(a, b, 0x00);
            middle ^= Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10);
            high ^= Pclmulqdq.CarrylessMultiply(a, b, 0x11);
            return;
        }
        low ^= CarrylessMultiply(a[0], b[0]);
        middle ^= CarrylessMultiply(a[1], b[0]) ^ CarrylessMultiply(a[0], b[1]);
        high ^= CarrylessMultiply(a[1], b[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Element Reduce(Element low, Element middle, Element high)
    {
        low ^= Vector128.Create(0, middle[0]);
        high ^= Vector128.Create(middle[1], 0);
        // high·X^128 = high·(X^7 + X^2 + X + 1): its upper word reaches past 2^128 once more, by seven bits.
        var modulus = Vector128.CreateScalar(Modulus);
        var upper = Multiply64(high[1], modulus);
        var lower = Multiply64(high[0] ^ upper[1], modulus);
        return low ^ lower ^ Vector128.Create(0, upper[0]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Element Multiply64(ulong a, Element b) =>
        Pclmulqdq.IsSupported ? Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(a), b, 0x00) : CarrylessMultiply(a, b[0]);

    /// <summary>For processors without the instruction: every bit of b adds a shifted a under a mask.</summary>
    internal static Element CarrylessMultiply(ulong a, ulong b)
    {
        ulong low = 0, high = 0;
        for (var bit = 0; bit < 64; bit++)
        {
            var mask = unchecked(0UL - ((b >> bit) & 1));
            low ^= (a << bit) & mask;
            high ^= (a >> 1 >> (63 - bit)) & mask;
        }
        return Vector128.Create(low, high);
    }
}
