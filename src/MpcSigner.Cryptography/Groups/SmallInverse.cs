namespace MpcSigner.Cryptography.Groups;

/// <summary>1/d mod q for a small public d: party numbers differ by 16 bits, and a whole exponentiation would cost tens of microseconds.</summary>
/// <remarks>(1 + q·k)/d with k = −1/q mod d divides exactly, is below q, and is the inverse: d times it is 1 mod q.</remarks>
internal static class SmallInverse
{
    internal const int OrderSize = 32;

    /// <param name="order">q, a prime above 2^16: 32 bytes little endian.</param>
    /// <param name="value">d, not 0.</param>
    /// <param name="inverse">32 bytes little endian.</param>
    internal static void Compute(ReadOnlySpan<byte> order, ushort value, Span<byte> inverse)
    {
        if (value == 0)
            throw new DivideByZeroException("zero has no inverse");
        var remainder = 0u;
        for (var i = OrderSize - 1; i >= 0; i--)
            remainder = ((remainder << 8) | order[i]) % value;
        var k = value == 1 ? 0 : value - InvertModulo(remainder, value);

        Span<byte> product = stackalloc byte[OrderSize + sizeof(uint)];
        var carry = 1UL; // 1 + q·k
        for (var i = 0; i < product.Length; i++)
        {
            carry += i < OrderSize ? (ulong)order[i] * k : 0;
            product[i] = (byte)(carry & 0xff);
            carry >>= 8;
        }
        var rest = 0u;
        for (var i = product.Length - 1; i >= 0; i--)
        {
            rest = (rest << 8) | product[i];
            if (i < OrderSize)
                inverse[i] = (byte)(rest / value);
            rest %= value;
        }
    }

    /// <summary>Euclid's algorithm; a is prime to m.</summary>
    private static uint InvertModulo(uint a, uint m)
    {
        var (r, next, t, following) = ((long)m, (long)a, 0L, 1L);
        while (next != 0)
        {
            var quotient = r / next;
            (r, next) = (next, r - quotient * next);
            (t, following) = (following, t - quotient * following);
        }
        return (uint)(t < 0 ? t + m : t);
    }
}
