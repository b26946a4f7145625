using System.Buffers.Binary;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>An element of GF(2^255 − 19) in five limbs of 51 bits: for public values only.</summary>
/// <remarks>
/// Between operations limbs stay below 2^52 (2^54 after one addition), which every operation accepts; only
/// <see cref="WriteTo"/> brings a value to its canonical form. Overflow checks are off: the bounds are the argument.
/// </remarks>
internal readonly struct FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    internal const int Size = 32;

    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong _l0 = l0, _l1 = l1, _l2 = l2, _l3 = l3, _l4 = l4;

    internal static FieldElement Zero => default;

    internal static FieldElement One => new(1, 0, 0, 0, 0);

    /// <summary>d of −x² + y² = 1 + d·x²·y² (RFC 8032 §5.1).</summary>
    internal static FieldElement D => new(0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);

    internal static FieldElement TwoD => new(0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);

    /// <summary>2^((p−1)/4).</summary>
    internal static FieldElement SqrtMinusOne => new(0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d);

    public static FieldElement operator +(FieldElement a, FieldElement b)
    {
        unchecked
        {
            return new(a._l0 + b._l0, a._l1 + b._l1, a._l2 + b._l2, a._l3 + b._l3, a._l4 + b._l4);
        }
    }

    /// <remarks>16·p is added first, so that no limb goes below zero.</remarks>
    public static FieldElement operator -(FieldElement a, FieldElement b)
    {
        const ulong low = 16 * (Mask - 18), rest = 16 * Mask;
        unchecked
        {
            return Carry(a._l0 + low - b._l0, a._l1 + rest - b._l1, a._l2 + rest - b._l2, a._l3 + rest - b._l3, a._l4 + rest - b._l4);
        }
    }

    public static FieldElement operator -(FieldElement a) => Zero - a;

    public static FieldElement operator *(FieldElement a, FieldElement b)
    {
        unchecked
        {
            ulong b1 = 19 * b._l1, b2 = 19 * b._l2, b3 = 19 * b._l3, b4 = 19 * b._l4;
            var r0 = Math.BigMul(a._l0, b._l0) + Math.BigMul(a._l1, b4) + Math.BigMul(a._l2, b3) + Math.BigMul(a._l3, b2) + Math.BigMul(a._l4, b1);
            var r1 = Math.BigMul(a._l0, b._l1) + Math.BigMul(a._l1, b._l0) + Math.BigMul(a._l2, b4) + Math.BigMul(a._l3, b3) + Math.BigMul(a._l4, b2);
            var r2 = Math.BigMul(a._l0, b._l2) + Math.BigMul(a._l1, b._l1) + Math.BigMul(a._l2, b._l0) + Math.BigMul(a._l3, b4) + Math.BigMul(a._l4, b3);
            var r3 = Math.BigMul(a._l0, b._l3) + Math.BigMul(a._l1, b._l2) + Math.BigMul(a._l2, b._l1) + Math.BigMul(a._l3, b._l0) + Math.BigMul(a._l4, b4);
            var r4 = Math.BigMul(a._l0, b._l4) + Math.BigMul(a._l1, b._l3) + Math.BigMul(a._l2, b._l2) + Math.BigMul(a._l3, b._l1) + Math.BigMul(a._l4, b._l0);
            return Fold(r0, r1, r2, r3, r4);
        }
    }

    internal FieldElement Square()
    {
        unchecked
        {
            ulong d0 = 2 * _l0, d1 = 2 * _l1, d2 = 2 * _l2, m3 = 19 * _l3, m4 = 19 * _l4;
            var r0 = Math.BigMul(_l0, _l0) + Math.BigMul(d1, m4) + Math.BigMul(d2, m3);
            var r1 = Math.BigMul(d0, _l1) + Math.BigMul(d2, m4) + Math.BigMul(_l3, m3);
            var r2 = Math.BigMul(d0, _l2) + Math.BigMul(_l1, _l1) + Math.BigMul(2 * _l3, m4);
            var r3 = Math.BigMul(d0, _l3) + Math.BigMul(d1, _l2) + Math.BigMul(_l4, m4);
            var r4 = Math.BigMul(d0, _l4) + Math.BigMul(d1, _l3) + Math.BigMul(_l2, _l2);
            return Fold(r0, r1, r2, r3, r4);
        }
    }

    /// <summary>1/x; 0 for 0.</summary>
    internal FieldElement Invert()
    {
        var (power, cube) = PowerChain();
        // x^(p−2) = x^(2^255 − 21) = (x^(2^250 − 1))^(2^5) · x^11
        return power.SquareTimes(5) * cube;
    }

    /// <summary>x^((p−5)/8) = x^(2^252 − 3).</summary>
    internal FieldElement PowerForRoot() => PowerChain().Power250.SquareTimes(2) * this;

    internal bool IsZero()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteTo(bytes);
        return bytes.IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>The lowest bit of the canonical value: the sign of RFC 8032 §5.1.2.</summary>
    internal bool IsOdd()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteTo(bytes);
        return (bytes[0] & 1) == 1;
    }

    internal bool Is(FieldElement other) => (this - other).IsZero();

    /// <summary>255 bits little endian; the top bit is ignored.</summary>
    internal static FieldElement Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes) & Mask,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[6..]) >> 3) & Mask,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]) >> 6) & Mask,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[19..]) >> 1) & Mask,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]) >> 12) & Mask);

    /// <summary>The canonical 32 bytes, little endian.</summary>
    internal void WriteTo(Span<byte> bytes)
    {
        unchecked
        {
            var v = Carry(_l0, _l1, _l2, _l3, _l4);
            // q = 1 exactly if the value is p or more; then the carry of + 19 runs out of the top.
            var q = (v._l0 + 19) >> 51;
            q = (v._l1 + q) >> 51;
            q = (v._l2 + q) >> 51;
            q = (v._l3 + q) >> 51;
            q = (v._l4 + q) >> 51;
            var l0 = v._l0 + 19 * q;
            var l1 = v._l1 + (l0 >> 51);
            var l2 = v._l2 + (l1 >> 51);
            var l3 = v._l3 + (l2 >> 51);
            var l4 = v._l4 + (l3 >> 51);
            (l0, l1, l2, l3, l4) = (l0 & Mask, l1 & Mask, l2 & Mask, l3 & Mask, l4 & Mask);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, l0 | (l1 << 51));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (l1 >> 13) | (l2 << 38));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (l2 >> 26) | (l3 << 25));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (l3 >> 39) | (l4 << 12));
        }
    }

    /// <summary>x^(2^250 − 1) and x^11, the common start of both powers.</summary>
    private (FieldElement Power250, FieldElement Power11) PowerChain()
    {
        var x2 = Square();
        var x9 = x2.SquareTimes(2) * this;
        var x11 = x9 * x2;
        var p5 = x11.Square() * x9; // 2^5 − 1
        var p10 = p5.SquareTimes(5) * p5;
        var p20 = p10.SquareTimes(10) * p10;
        var p40 = p20.SquareTimes(20) * p20;
        var p50 = p40.SquareTimes(10) * p10;
        var p100 = p50.SquareTimes(50) * p50;
        var p200 = p100.SquareTimes(100) * p100;
        return (p200.SquareTimes(50) * p50, x11);
    }

    private FieldElement SquareTimes(int count)
    {
        var value = this;
        for (var i = 0; i < count; i++)
            value = value.Square();
        return value;
    }

    private static FieldElement Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        unchecked
        {
            return new(
                (l0 & Mask) + 19 * (l4 >> 51), (l1 & Mask) + (l0 >> 51), (l2 & Mask) + (l1 >> 51), (l3 & Mask) + (l2 >> 51), (l4 & Mask) + (l3 >> 51));
        }
    }

    private static FieldElement Fold(UInt128 r0, UInt128 r1, UInt128 r2, UInt128 r3, UInt128 r4)
    {
        unchecked
        {
            r1 += (ulong)(r0 >> 51);
            r2 += (ulong)(r1 >> 51);
            r3 += (ulong)(r2 >> 51);
            r4 += (ulong)(r3 >> 51);
            var l0 = ((ulong)r0 & Mask) + 19 * (ulong)(r4 >> 51);
            return new(l0 & Mask, ((ulong)r1 & Mask) + (l0 >> 51), (ulong)r2 & Mask, (ulong)r3 & Mask, (ulong)r4 & Mask);
        }
    }
}
