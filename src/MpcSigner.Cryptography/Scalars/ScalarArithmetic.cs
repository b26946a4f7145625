using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace MpcSigner.Cryptography.Scalars;

/// <summary>Arithmetic mod q in constant time: no branch and no index depends on a value. Arguments and results are below q unless said otherwise.</summary>
/// <remarks>
/// Products are reduced by Montgomery's method (Montgomery 1985): x_h·2^256 + x_l = REDC(x_h·(2^512 mod q)) + x_l mod q, so that values
/// enter and leave in plain form. Compiled fully at once: no tier and no profile of earlier values shapes the code. Runs on public scalars here and on secret ones, lent by MpcSigner.Cryptography.Secrets, alike.
/// </remarks>
internal static class ScalarArithmetic<TModulus>
    where TModulus : struct, IScalarModulus
{
    internal static Scalar256 Order
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(TModulus.Q0, TModulus.Q1, TModulus.Q2, TModulus.Q3);
    }

    internal static Scalar256 One => new(1, 0, 0, 0);

    /// <summary>1 if any 256 bits are below q, else 0.</summary>
    internal static ulong IsCanonical(in Scalar256 value)
    {
        Limbs.Subtract(value, Order, out var borrow);
        return borrow;
    }

    /// <summary>1 for zero, else 0.</summary>
    internal static ulong IsZero(in Scalar256 value)
    {
        var bits = value.L0 | value.L1 | value.L2 | value.L3;
        return unchecked(1 ^ ((bits | (0UL - bits)) >> 63));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Scalar256 Add(in Scalar256 a, in Scalar256 b)
    {
        var sum = Limbs.Add(a, b, out var carry);
        return SubtractOrderOnce(sum, carry);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Scalar256 Subtract(in Scalar256 a, in Scalar256 b)
    {
        var difference = Limbs.Subtract(a, b, out var borrow);
        var mask = Limbs.Mask(borrow);
        return Limbs.Add(difference, new(TModulus.Q0 & mask, TModulus.Q1 & mask, TModulus.Q2 & mask, TModulus.Q3 & mask), out _);
    }

    internal static Scalar256 Negate(in Scalar256 a) => Subtract(default, a);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Scalar256 Multiply(in Scalar256 a, in Scalar256 b)
    {
        Limbs.Multiply(a, b, out var product);
        return Reduce(product);
    }

    /// <summary>Any 512 bits mod q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Scalar256 Reduce(in Wide512 value)
    {
        Limbs.Multiply(value.High, TModulus.RadixSquared, out var high);
        // 2^256 < 2q: one subtraction makes the low half canonical.
        return Add(MontgomeryReduce(high), SubtractOrderOnce(value.Low, 0));
    }

    /// <summary>a^(q−2) by fixed windows of four bits; the exponent is public, so its digits may choose from the table. 0 gives 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Scalar256 Invert(in Scalar256 a)
    {
        Span<Scalar256> powers = stackalloc Scalar256[16];
        powers[1] = MontgomeryMultiply(a, TModulus.RadixSquared);
        for (var i = 2; i < powers.Length; i++)
            powers[i] = MontgomeryMultiply(powers[i - 1], powers[1]);
        // No borrow: the lowest limb of either order is far above 2.
        ReadOnlySpan<ulong> exponent = [unchecked(TModulus.Q0 - 2), TModulus.Q1, TModulus.Q2, TModulus.Q3];
        var result = powers[(int)(exponent[3] >> 60)];
        for (var digit = 62; digit >= 0; digit--)
        {
            for (var i = 0; i < 4; i++)
                result = MontgomeryMultiply(result, result);
            var window = (int)((exponent[digit / 16] >> (digit % 16 * 4)) & 15);
            if (window != 0)
                result = MontgomeryMultiply(result, powers[window]);
        }
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(powers));
        return MontgomeryMultiply(result, One);
    }

    /// <summary>a·b·2^−256 mod q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Scalar256 MontgomeryMultiply(in Scalar256 a, in Scalar256 b)
    {
        Limbs.Multiply(a, b, out var product);
        return MontgomeryReduce(product);
    }

    /// <summary>REDC: t·2^−256 mod q for t below q·2^256.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Scalar256 MontgomeryReduce(in Wide512 t)
    {
        ulong q0 = TModulus.Q0, q1 = TModulus.Q1, q2 = TModulus.Q2, q3 = TModulus.Q3;
        ulong r1 = t.Low.L1, r2 = t.Low.L2, r3 = t.Low.L3, r4 = t.High.L0, r5 = t.High.L1, r6 = t.High.L2, r7 = t.High.L3;
        ulong carry = 0;

        var m = unchecked(t.Low.L0 * TModulus.NegativeInverse);
        ulong c = 0;
        Limbs.MultiplyAdd(m, q0, t.Low.L0, ref c);
        r1 = Limbs.MultiplyAdd(m, q1, r1, ref c);
        r2 = Limbs.MultiplyAdd(m, q2, r2, ref c);
        r3 = Limbs.MultiplyAdd(m, q3, r3, ref c);
        r4 = Limbs.Add(r4, c, ref carry);

        m = unchecked(r1 * TModulus.NegativeInverse);
        c = 0;
        Limbs.MultiplyAdd(m, q0, r1, ref c);
        r2 = Limbs.MultiplyAdd(m, q1, r2, ref c);
        r3 = Limbs.MultiplyAdd(m, q2, r3, ref c);
        r4 = Limbs.MultiplyAdd(m, q3, r4, ref c);
        r5 = Limbs.Add(r5, c, ref carry);

        m = unchecked(r2 * TModulus.NegativeInverse);
        c = 0;
        Limbs.MultiplyAdd(m, q0, r2, ref c);
        r3 = Limbs.MultiplyAdd(m, q1, r3, ref c);
        r4 = Limbs.MultiplyAdd(m, q2, r4, ref c);
        r5 = Limbs.MultiplyAdd(m, q3, r5, ref c);
        r6 = Limbs.Add(r6, c, ref carry);

        m = unchecked(r3 * TModulus.NegativeInverse);
        c = 0;
        Limbs.MultiplyAdd(m, q0, r3, ref c);
        r4 = Limbs.MultiplyAdd(m, q1, r4, ref c);
        r5 = Limbs.MultiplyAdd(m, q2, r5, ref c);
        r6 = Limbs.MultiplyAdd(m, q3, r6, ref c);
        r7 = Limbs.Add(r7, c, ref carry);

        return SubtractOrderOnce(new(r4, r5, r6, r7), carry);
    }

    /// <summary>carry·2^256 + value, which is below 2q, mod q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar256 SubtractOrderOnce(in Scalar256 value, ulong carry)
    {
        var reduced = Limbs.Subtract(value, Order, out var borrow);
        return Limbs.Select(Limbs.Mask(carry | (borrow ^ 1)), reduced, value);
    }
}
