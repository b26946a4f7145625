using System.Buffers.Binary;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>An element of GF(2^255 − 19) in five limbs of 51 bits, to be read, written and compared; products are <see cref="FieldVector"/>'s. For public values only.</summary>
/// <remarks>
/// Between operations limbs stay below 2^52 (2^54 after one addition), which every operation accepts; only
/// <see cref="WriteTo"/> brings a value to its canonical form. Overflow checks are off: the bounds are the argument.
/// </remarks>
internal readonly struct FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    internal const int Size = 32;

    private const ulong Mask = (1UL << 51) - 1;

    internal readonly ulong L0 = l0, L1 = l1, L2 = l2, L3 = l3, L4 = l4;

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
            return new(a.L0 + b.L0, a.L1 + b.L1, a.L2 + b.L2, a.L3 + b.L3, a.L4 + b.L4);
        }
    }

    /// <remarks>16·p is added first, so that no limb goes below zero.</remarks>
    public static FieldElement operator -(FieldElement a, FieldElement b)
    {
        const ulong low = 16 * (Mask - 18), rest = 16 * Mask;
        unchecked
        {
            return Carry(a.L0 + low - b.L0, a.L1 + rest - b.L1, a.L2 + rest - b.L2, a.L3 + rest - b.L3, a.L4 + rest - b.L4);
        }
    }

    public static FieldElement operator -(FieldElement a) => Zero - a;

    public static FieldElement operator *(FieldElement a, FieldElement b)
    {
        FieldVector.Multiply(FieldVector.Broadcast(a), FieldVector.Broadcast(b), out var product);
        return product[0];
    }

    /// <summary>1/x; 0 for 0.</summary>
    internal FieldElement Invert()
    {
        // x^(p−2) = x^(2^255 − 21) = (x^(2^250 − 1))^(2^5) · x^11
        FieldVector.PowerChain(FieldVector.Broadcast(this), out var power, out var power11);
        FieldVector.SquareTimes(power, 5, out power);
        FieldVector.Multiply(power, power11, out power);
        return power[0];
    }

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
            var v = Carry(L0, L1, L2, L3, L4);
            // q = 1 exactly if the value is p or more; then the carry of + 19 runs out of the top.
            var q = (v.L0 + 19) >> 51;
            q = (v.L1 + q) >> 51;
            q = (v.L2 + q) >> 51;
            q = (v.L3 + q) >> 51;
            q = (v.L4 + q) >> 51;
            var l0 = v.L0 + 19 * q;
            var l1 = v.L1 + (l0 >> 51);
            var l2 = v.L2 + (l1 >> 51);
            var l3 = v.L3 + (l2 >> 51);
            var l4 = v.L4 + (l3 >> 51);
            (l0, l1, l2, l3, l4) = (l0 & Mask, l1 & Mask, l2 & Mask, l3 & Mask, l4 & Mask);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, l0 | (l1 << 51));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (l1 >> 13) | (l2 << 38));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (l2 >> 26) | (l3 << 25));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (l3 >> 39) | (l4 << 12));
        }
    }

    private static FieldElement Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        unchecked
        {
            return new(
                (l0 & Mask) + 19 * (l4 >> 51), (l1 & Mask) + (l0 >> 51), (l2 & Mask) + (l1 >> 51), (l3 & Mask) + (l2 >> 51), (l4 & Mask) + (l3 >> 51));
        }
    }
}
