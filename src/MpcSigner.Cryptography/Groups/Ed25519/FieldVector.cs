using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>Four elements of GF(2^255 − 19), one in each 64-bit lane, computed with side by side: for public values only.</summary>
/// <remarks>
/// Ten limbs of 26 and 25 bits in turn, so that a product of two limbs and the sum of ten fit a lane. "Tight" limbs exceed their
/// width by less than one part in a hundred: what products, <see cref="Reduce"/> and packing give. "Loose" ones are sums of a few tight ones. Every
/// operation names what it accepts; overflow checks are off, the bounds are the argument. Without AVX2 the same lines run
/// on whatever the platform has.
/// </remarks>
[SkipLocalsInit]
internal partial struct FieldVector
{
    internal const int Lanes = 4;

    private const int EvenBits = 26, OddBits = 25;

    private Vector256<ulong> _v0, _v1, _v2, _v3, _v4, _v5, _v6, _v7, _v8, _v9;

    private static Vector256<ulong> EvenMask => Vector256.Create((1UL << EvenBits) - 1);

    private static Vector256<ulong> OddMask => Vector256.Create((1UL << OddBits) - 1);

    /// <summary>2·p, limb by limb: added before a subtraction, so that no limb goes below zero.</summary>
    private static Vector256<ulong> TwiceP0 => Vector256.Create((1UL << (EvenBits + 1)) - 38);

    private static Vector256<ulong> TwicePEven => Vector256.Create((1UL << (EvenBits + 1)) - 2);

    private static Vector256<ulong> TwicePOdd => Vector256.Create((1UL << (OddBits + 1)) - 2);

    /// <summary>One element for each lane; tight.</summary>
    internal static FieldVector Pack(FieldElement lane0, FieldElement lane1, FieldElement lane2, FieldElement lane3)
    {
        FieldVector r;
        (r._v0, r._v1) = Split(lane0.L0, lane1.L0, lane2.L0, lane3.L0);
        (r._v2, r._v3) = Split(lane0.L1, lane1.L1, lane2.L1, lane3.L1);
        (r._v4, r._v5) = Split(lane0.L2, lane1.L2, lane2.L2, lane3.L2);
        (r._v6, r._v7) = Split(lane0.L3, lane1.L3, lane2.L3, lane3.L3);
        (r._v8, r._v9) = Split(lane0.L4, lane1.L4, lane2.L4, lane3.L4);
        Reduce(ref r);
        return r;
    }

    internal static FieldVector Broadcast(FieldElement value) => Pack(value, value, value, value);

    /// <summary>The element in one lane of a tight vector.</summary>
    internal readonly FieldElement this[int lane]
    {
        get
        {
            unchecked
            {
                return new(
                    _v0.GetElement(lane) + (_v1.GetElement(lane) << EvenBits), _v2.GetElement(lane) + (_v3.GetElement(lane) << EvenBits),
                    _v4.GetElement(lane) + (_v5.GetElement(lane) << EvenBits), _v6.GetElement(lane) + (_v7.GetElement(lane) << EvenBits),
                    _v8.GetElement(lane) + (_v9.GetElement(lane) << EvenBits));
            }
        }
    }

    /// <summary>a + b: loose unless it is reduced.</summary>
    internal static void Add(in FieldVector a, in FieldVector b, out FieldVector r)
    {
        r._v0 = a._v0 + b._v0;
        r._v1 = a._v1 + b._v1;
        r._v2 = a._v2 + b._v2;
        r._v3 = a._v3 + b._v3;
        r._v4 = a._v4 + b._v4;
        r._v5 = a._v5 + b._v5;
        r._v6 = a._v6 + b._v6;
        r._v7 = a._v7 + b._v7;
        r._v8 = a._v8 + b._v8;
        r._v9 = a._v9 + b._v9;
    }

    /// <summary>a + 2·p − b for a tight b: below four times the width of a limb if a is tight too.</summary>
    internal static void Subtract(in FieldVector a, in FieldVector b, out FieldVector r)
    {
        r._v0 = a._v0 + (TwiceP0 - b._v0);
        r._v1 = a._v1 + (TwicePOdd - b._v1);
        r._v2 = a._v2 + (TwicePEven - b._v2);
        r._v3 = a._v3 + (TwicePOdd - b._v3);
        r._v4 = a._v4 + (TwicePEven - b._v4);
        r._v5 = a._v5 + (TwicePOdd - b._v5);
        r._v6 = a._v6 + (TwicePEven - b._v6);
        r._v7 = a._v7 + (TwicePOdd - b._v7);
        r._v8 = a._v8 + (TwicePEven - b._v8);
        r._v9 = a._v9 + (TwicePOdd - b._v9);
    }

    /// <summary>Lanes of a where the mask is all ones, of b where it is zero.</summary>
    internal static void Select(Vector256<ulong> mask, in FieldVector a, in FieldVector b, out FieldVector r)
    {
        r._v0 = Vector256.ConditionalSelect(mask, a._v0, b._v0);
        r._v1 = Vector256.ConditionalSelect(mask, a._v1, b._v1);
        r._v2 = Vector256.ConditionalSelect(mask, a._v2, b._v2);
        r._v3 = Vector256.ConditionalSelect(mask, a._v3, b._v3);
        r._v4 = Vector256.ConditionalSelect(mask, a._v4, b._v4);
        r._v5 = Vector256.ConditionalSelect(mask, a._v5, b._v5);
        r._v6 = Vector256.ConditionalSelect(mask, a._v6, b._v6);
        r._v7 = Vector256.ConditionalSelect(mask, a._v7, b._v7);
        r._v8 = Vector256.ConditionalSelect(mask, a._v8, b._v8);
        r._v9 = Vector256.ConditionalSelect(mask, a._v9, b._v9);
    }

    /// <summary>Makes limbs of up to 2^32 tight: all carries move one limb up at once.</summary>
    internal static void Reduce(ref FieldVector a)
    {
        Vector256<ulong> even = EvenMask, odd = OddMask;
        var carry = Product(a._v9 >> OddBits, Vector256.Create(19UL));
        (a._v0, carry) = ((a._v0 & even) + carry, a._v0 >> EvenBits);
        (a._v1, carry) = ((a._v1 & odd) + carry, a._v1 >> OddBits);
        (a._v2, carry) = ((a._v2 & even) + carry, a._v2 >> EvenBits);
        (a._v3, carry) = ((a._v3 & odd) + carry, a._v3 >> OddBits);
        (a._v4, carry) = ((a._v4 & even) + carry, a._v4 >> EvenBits);
        (a._v5, carry) = ((a._v5 & odd) + carry, a._v5 >> OddBits);
        (a._v6, carry) = ((a._v6 & even) + carry, a._v6 >> EvenBits);
        (a._v7, carry) = ((a._v7 & odd) + carry, a._v7 >> OddBits);
        (a._v8, carry) = ((a._v8 & even) + carry, a._v8 >> EvenBits);
        a._v9 = (a._v9 & odd) + carry;
    }

    /// <summary>a·b, tight. Limbs of a below eight times their width, of b below 3.2 times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(in FieldVector a, in FieldVector b, out FieldVector r)
    {
        Vector256<ulong> a0 = a._v0, a1 = a._v1, a2 = a._v2, a3 = a._v3, a4 = a._v4, a5 = a._v5, a6 = a._v6, a7 = a._v7, a8 = a._v8, a9 = a._v9;
        Vector256<ulong> b0 = b._v0, b1 = b._v1, b2 = b._v2, b3 = b._v3, b4 = b._v4, b5 = b._v5, b6 = b._v6, b7 = b._v7, b8 = b._v8, b9 = b._v9;
        // 2^255 = 19; two odd limbs lie half a bit off each.
        var nineteen = Vector256.Create(19UL);
        Vector256<ulong> n1 = Product(b1, nineteen), n2 = Product(b2, nineteen), n3 = Product(b3, nineteen), n4 = Product(b4, nineteen), n5 = Product(b5, nineteen);
        Vector256<ulong> n6 = Product(b6, nineteen), n7 = Product(b7, nineteen), n8 = Product(b8, nineteen), n9 = Product(b9, nineteen);
        Vector256<ulong> d1 = a1 + a1, d3 = a3 + a3, d5 = a5 + a5, d7 = a7 + a7, d9 = a9 + a9;
        var r0 = Product(a0, b0) + Product(d1, n9) + Product(a2, n8) + Product(d3, n7) + Product(a4, n6)
            + Product(d5, n5) + Product(a6, n4) + Product(d7, n3) + Product(a8, n2) + Product(d9, n1);
        var r1 = Product(a0, b1) + Product(a1, b0) + Product(a2, n9) + Product(a3, n8) + Product(a4, n7)
            + Product(a5, n6) + Product(a6, n5) + Product(a7, n4) + Product(a8, n3) + Product(a9, n2);
        var r2 = Product(a0, b2) + Product(d1, b1) + Product(a2, b0) + Product(d3, n9) + Product(a4, n8)
            + Product(d5, n7) + Product(a6, n6) + Product(d7, n5) + Product(a8, n4) + Product(d9, n3);
        var r3 = Product(a0, b3) + Product(a1, b2) + Product(a2, b1) + Product(a3, b0) + Product(a4, n9)
            + Product(a5, n8) + Product(a6, n7) + Product(a7, n6) + Product(a8, n5) + Product(a9, n4);
        var r4 = Product(a0, b4) + Product(d1, b3) + Product(a2, b2) + Product(d3, b1) + Product(a4, b0)
            + Product(d5, n9) + Product(a6, n8) + Product(d7, n7) + Product(a8, n6) + Product(d9, n5);
        var r5 = Product(a0, b5) + Product(a1, b4) + Product(a2, b3) + Product(a3, b2) + Product(a4, b1)
            + Product(a5, b0) + Product(a6, n9) + Product(a7, n8) + Product(a8, n7) + Product(a9, n6);
        var r6 = Product(a0, b6) + Product(d1, b5) + Product(a2, b4) + Product(d3, b3) + Product(a4, b2)
            + Product(d5, b1) + Product(a6, b0) + Product(d7, n9) + Product(a8, n8) + Product(d9, n7);
        var r7 = Product(a0, b7) + Product(a1, b6) + Product(a2, b5) + Product(a3, b4) + Product(a4, b3)
            + Product(a5, b2) + Product(a6, b1) + Product(a7, b0) + Product(a8, n9) + Product(a9, n8);
        var r8 = Product(a0, b8) + Product(d1, b7) + Product(a2, b6) + Product(d3, b5) + Product(a4, b4)
            + Product(d5, b3) + Product(a6, b2) + Product(d7, b1) + Product(a8, b0) + Product(d9, n9);
        var r9 = Product(a0, b9) + Product(a1, b8) + Product(a2, b7) + Product(a3, b6) + Product(a4, b5)
            + Product(a5, b4) + Product(a6, b3) + Product(a7, b2) + Product(a8, b1) + Product(a9, b0);
        Carry(r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, out r);
    }

    /// <summary>a², tight. Limbs of a below 2.8 times their width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Square(in FieldVector a, out FieldVector r)
    {
        Vector256<ulong> a0 = a._v0, a1 = a._v1, a2 = a._v2, a3 = a._v3, a4 = a._v4, a5 = a._v5, a6 = a._v6, a7 = a._v7, a8 = a._v8, a9 = a._v9;
        Vector256<ulong> nineteen = Vector256.Create(19UL), twice = Vector256.Create(38UL);
        Vector256<ulong> m5 = Product(a5, twice), n6 = Product(a6, nineteen), m7 = Product(a7, twice), n8 = Product(a8, nineteen), m9 = Product(a9, twice);
        Vector256<ulong> d0 = a0 + a0, d1 = a1 + a1, d2 = a2 + a2, d3 = a3 + a3, d4 = a4 + a4, d5 = a5 + a5, d6 = a6 + a6, d7 = a7 + a7;
        var r0 = Product(a0, a0) + Product(d1, m9) + Product(d2, n8) + Product(d3, m7) + Product(d4, n6) + Product(a5, m5);
        var r1 = Product(d0, a1) + Product(a2, m9) + Product(d3, n8) + Product(a4, m7) + Product(d5, n6);
        var r2 = Product(d0, a2) + Product(d1, a1) + Product(d3, m9) + Product(d4, n8) + Product(d5, m7) + Product(a6, n6);
        var r3 = Product(d0, a3) + Product(d1, a2) + Product(a4, m9) + Product(d5, n8) + Product(a6, m7);
        var r4 = Product(d0, a4) + Product(d1, d3) + Product(a2, a2) + Product(d5, m9) + Product(d6, n8) + Product(a7, m7);
        var r5 = Product(d0, a5) + Product(d1, a4) + Product(d2, a3) + Product(a6, m9) + Product(d7, n8);
        var r6 = Product(d0, a6) + Product(d1, d5) + Product(d2, a4) + Product(d3, a3) + Product(d7, m9) + Product(a8, n8);
        var r7 = Product(d0, a7) + Product(d1, a6) + Product(d2, a5) + Product(d3, a4) + Product(a8, m9);
        var r8 = Product(d0, a8) + Product(d1, d7) + Product(d2, a6) + Product(d3, d5) + Product(a4, a4) + Product(a9, m9);
        var r9 = Product(d0, a9) + Product(d1, a8) + Product(d2, a7) + Product(d3, a6) + Product(d4, a5);
        Carry(r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, out r);
    }

    /// <summary>a^(2^count).</summary>
    internal static void SquareTimes(in FieldVector a, int count, out FieldVector r)
    {
        r = a;
        for (var i = 0; i < count; i++)
            Square(r, out r);
    }

    /// <summary>a^(2^250 − 1) and a^11, the common start of all powers, of a tight a.</summary>
    internal static void PowerChain(in FieldVector a, out FieldVector power250, out FieldVector power11)
    {
        Square(a, out var x2);
        SquareTimes(x2, 2, out var x9);
        Multiply(x9, a, out x9);
        Multiply(x9, x2, out power11);
        Square(power11, out var p5);
        Multiply(p5, x9, out p5); // 2^5 − 1
        Step(p5, p5, 5, out var p10);
        Step(p10, p10, 10, out var p20);
        Step(p20, p20, 20, out var p40);
        Step(p40, p10, 10, out var p50);
        Step(p50, p50, 50, out var p100);
        Step(p100, p100, 100, out var p200);
        Step(p200, p50, 50, out power250);

        static void Step(in FieldVector high, in FieldVector low, int by, out FieldVector joined)
        {
            SquareTimes(high, by, out joined);
            Multiply(joined, low, out joined);
        }
    }

    /// <summary>The product of the low 32 bits of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> a, Vector256<ulong> b) =>
        Avx2.IsSupported ? Avx2.Multiply(a.AsUInt32(), b.AsUInt32()) : a * b;

    /// <summary>Ten sums below 2^63.5 to tight limbs, in two chains side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(
        Vector256<ulong> r0, Vector256<ulong> r1, Vector256<ulong> r2, Vector256<ulong> r3, Vector256<ulong> r4,
        Vector256<ulong> r5, Vector256<ulong> r6, Vector256<ulong> r7, Vector256<ulong> r8, Vector256<ulong> r9, out FieldVector r)
    {
        Vector256<ulong> even = EvenMask, odd = OddMask;
        r1 += r0 >> EvenBits;
        r5 += r4 >> EvenBits;
        r0 &= even;
        r4 &= even;
        r2 += r1 >> OddBits;
        r6 += r5 >> OddBits;
        r1 &= odd;
        r5 &= odd;
        r3 += r2 >> EvenBits;
        r7 += r6 >> EvenBits;
        r2 &= even;
        r6 &= even;
        r4 += r3 >> OddBits;
        r8 += r7 >> OddBits;
        r3 &= odd;
        r7 &= odd;
        r5 += r4 >> EvenBits;
        r9 += r8 >> EvenBits;
        r4 &= even;
        r8 &= even;
        var top = r9 >> OddBits; // above 32 bits: 19 times it by shifts
        r9 &= odd;
        r0 += (top << 4) + (top << 1) + top;
        r1 += r0 >> EvenBits;
        r0 &= even;
        r._v0 = r0;
        r._v1 = r1;
        r._v2 = r2;
        r._v3 = r3;
        r._v4 = r4;
        r._v5 = r5;
        r._v6 = r6;
        r._v7 = r7;
        r._v8 = r8;
        r._v9 = r9;
    }

    /// <summary>51-bit limbs of four elements as their low 26 and their high bits.</summary>
    private static (Vector256<ulong> Low, Vector256<ulong> High) Split(ulong lane0, ulong lane1, ulong lane2, ulong lane3)
    {
        var limbs = Vector256.Create(lane0, lane1, lane2, lane3);
        return (limbs & EvenMask, limbs >> EvenBits);
    }
}
