using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MpcSigner.Cryptography.Scalars;

/// <summary>Steps of multi-limb arithmetic without branches. Wrapping is what is meant: an overflow check would be a branch on a secret.</summary>
internal static class Limbs
{
    /// <summary>1 if a &lt; b, else 0: the flag itself, not a choice between two constants that could be compiled to a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong IsLess(ulong a, ulong b) => Unsafe.BitCast<bool, byte>(a < b);

    /// <summary>a + b + carry; the new carry is 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        unchecked
        {
            var partial = a + b;
            var sum = partial + carry;
            carry = IsLess(partial, a) | IsLess(sum, partial);
            return sum;
        }
    }

    /// <summary>a − b − borrow; the new borrow is 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        unchecked
        {
            var partial = a - b;
            var difference = partial - borrow;
            borrow = IsLess(a, b) | IsLess(partial, borrow);
            return difference;
        }
    }

    /// <summary>The low half of a·b + addend + carry; the high half becomes the carry. 128 bits hold the whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong carry)
    {
        unchecked
        {
            var low = a * b;
            var high = High(a, b);
            low += addend;
            high += IsLess(low, addend);
            low += carry;
            high += IsLess(low, carry);
            carry = high;
            return low;
        }
    }

    /// <summary>The high half of a·b. With the low half by a multiplication of its own, as one instruction for both passes through memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong a, ulong b) => Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>All ones for 1, zero for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mask(ulong bit) => unchecked(0UL - bit);

    /// <summary>a where the mask is all ones, b where it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Scalar256 Select(ulong mask, in Scalar256 a, in Scalar256 b) => new(
        (a.L0 & mask) | (b.L0 & ~mask), (a.L1 & mask) | (b.L1 & ~mask), (a.L2 & mask) | (b.L2 & ~mask), (a.L3 & mask) | (b.L3 & ~mask));

    /// <summary>a − b mod 2^256, and the borrow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Scalar256 Subtract(in Scalar256 a, in Scalar256 b, out ulong borrow)
    {
        borrow = 0;
        var d0 = Subtract(a.L0, b.L0, ref borrow);
        var d1 = Subtract(a.L1, b.L1, ref borrow);
        var d2 = Subtract(a.L2, b.L2, ref borrow);
        var d3 = Subtract(a.L3, b.L3, ref borrow);
        return new(d0, d1, d2, d3);
    }

    /// <summary>a + b mod 2^256, and the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Scalar256 Add(in Scalar256 a, in Scalar256 b, out ulong carry)
    {
        carry = 0;
        var s0 = Add(a.L0, b.L0, ref carry);
        var s1 = Add(a.L1, b.L1, ref carry);
        var s2 = Add(a.L2, b.L2, ref carry);
        var s3 = Add(a.L3, b.L3, ref carry);
        return new(s0, s1, s2, s3);
    }

    /// <summary>a·b, schoolbook.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply(in Scalar256 a, in Scalar256 b, out Wide512 product)
    {
        ulong b0 = b.L0, b1 = b.L1, b2 = b.L2, b3 = b.L3;

        ulong a0 = a.L0, c = 0;
        var r0 = MultiplyAdd(a0, b0, 0, ref c);
        var r1 = MultiplyAdd(a0, b1, 0, ref c);
        var r2 = MultiplyAdd(a0, b2, 0, ref c);
        var r3 = MultiplyAdd(a0, b3, 0, ref c);
        var r4 = c;

        a0 = a.L1;
        c = 0;
        r1 = MultiplyAdd(a0, b0, r1, ref c);
        r2 = MultiplyAdd(a0, b1, r2, ref c);
        r3 = MultiplyAdd(a0, b2, r3, ref c);
        r4 = MultiplyAdd(a0, b3, r4, ref c);
        var r5 = c;

        a0 = a.L2;
        c = 0;
        r2 = MultiplyAdd(a0, b0, r2, ref c);
        r3 = MultiplyAdd(a0, b1, r3, ref c);
        r4 = MultiplyAdd(a0, b2, r4, ref c);
        r5 = MultiplyAdd(a0, b3, r5, ref c);
        var r6 = c;

        a0 = a.L3;
        c = 0;
        r3 = MultiplyAdd(a0, b0, r3, ref c);
        r4 = MultiplyAdd(a0, b1, r4, ref c);
        r5 = MultiplyAdd(a0, b2, r5, ref c);
        r6 = MultiplyAdd(a0, b3, r6, ref c);

        product.Low = new(r0, r1, r2, r3);
        product.High = new(r4, r5, r6, c);
    }
}
