using System.Numerics;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Scalars;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Scalars;

/// <summary>Every pair of the edges against BigInteger, the same ones each time: what <see cref="ScalarArithmeticTests"/> asks of values drawn anew.</summary>
public sealed class ScalarEdgeTests
{
    private static readonly BigInteger Radix = BigInteger.One << 256;

    [Fact]
    public void Pairs_of_edges_agree_with_BigInteger_mod_the_order_of_secp256k1() => Check<Secp256k1Order>(WeierstrassOracle.Secp256k1.Q);

    [Fact]
    public void Pairs_of_edges_agree_with_BigInteger_mod_the_order_of_P256() => Check<P256Order>(WeierstrassOracle.P256.Q);

    private static void Check<T>(BigInteger q)
        where T : struct, IScalarModulus
    {
        BigInteger[] edges = [.. Edges(q)];
        foreach (var x in edges)
        {
            Assert.Equal(x < q ? 1UL : 0UL, ScalarArithmetic<T>.IsCanonical(Limbed(x)));
            Assert.Equal(x.IsZero ? 1UL : 0UL, ScalarArithmetic<T>.IsZero(Limbed(x)));
            Assert.Equal((q - (x % q)) % q, Big(ScalarArithmetic<T>.Negate(Limbed(x % q))));
            Assert.Equal(BigInteger.ModPow(x % q, q - 2, q), Big(ScalarArithmetic<T>.Invert(Limbed(x % q))));
            foreach (var y in edges)
                CheckPair<T>(q, x, y);
        }
    }

    private static void CheckPair<T>(BigInteger q, BigInteger x, BigInteger y)
        where T : struct, IScalarModulus
    {
        var wide = new byte[Wide512.Size];
        var number = (x << 256) + y;
        Assert.True(number.TryWriteBytes(wide, out _, isUnsigned: true));
        Assert.Equal(number % q, Big(ScalarArithmetic<T>.Reduce(Wide512.ReadLittleEndian(wide))));
        Array.Reverse(wide);
        Assert.Equal(number % q, Big(ScalarArithmetic<T>.Reduce(Wide512.ReadBigEndian(wide))));
        var (a, b) = (x % q, y % q);
        Assert.Equal((a + b) % q, Big(ScalarArithmetic<T>.Add(Limbed(a), Limbed(b))));
        Assert.Equal((a - b + q) % q, Big(ScalarArithmetic<T>.Subtract(Limbed(a), Limbed(b))));
        Assert.Equal(a * b % q, Big(ScalarArithmetic<T>.Multiply(Limbed(a), Limbed(b))));
    }

    /// <summary>Both sides of q and of its half, and every row of limbs that are empty, full, or full but for the lowest bit.</summary>
    private static IEnumerable<BigInteger> Edges(BigInteger q)
    {
        foreach (var value in new[] { 1, 2, q - 2, q - 1, q, q + 1, (q - 1) / 2, (q + 1) / 2, Radix - q, Radix - q - 1, (2 * q) - Radix, BigInteger.One << 255 })
            yield return value;
        ulong[] limbs = [0, ulong.MaxValue, ulong.MaxValue - 1];
        for (var row = 0; row < 81; row++)
            yield return Big(new(limbs[row % 3], limbs[row / 3 % 3], limbs[row / 9 % 3], limbs[row / 27]));
    }

    private static Scalar256 Limbed(BigInteger value) => Scalar256.ReadBigEndian(WeierstrassOracle.Big(value));

    private static BigInteger Big(Scalar256 value)
    {
        var bytes = new byte[Scalar256.Size];
        value.WriteBigEndian(bytes);
        return new(bytes, isUnsigned: true, isBigEndian: true);
    }
}
