using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Scalars;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Scalars;

public sealed class ScalarArithmeticTests
{
    private static readonly BigInteger Radix = BigInteger.One << 256;

    [Fact]
    public void The_constants_follow_from_the_orders()
    {
        CheckConstants<Secp256k1Order>(WeierstrassOracle.Secp256k1.Q);
        CheckConstants<P256Order>(WeierstrassOracle.P256.Q);
    }

    [Fact]
    public void Arithmetic_mod_the_order_of_secp256k1_agrees_with_BigInteger() => Check<Secp256k1Order>(WeierstrassOracle.Secp256k1.Q);

    [Fact]
    public void Arithmetic_mod_the_order_of_P256_agrees_with_BigInteger() => Check<P256Order>(WeierstrassOracle.P256.Q);

    private static void CheckConstants<T>(BigInteger q)
        where T : struct, IScalarModulus
    {
        Assert.Equal(q, Big(ScalarArithmetic<T>.Order));
        Assert.Equal(Radix * Radix % q, Big(T.RadixSquared));
        Assert.Equal(BigInteger.Zero, (T.NegativeInverse * q + 1) % (BigInteger.One << 64));
    }

    private static void Check<T>(BigInteger q)
        where T : struct, IScalarModulus
    {
        // Any 256 bits, with the edges of every carry as likely as the rest.
        var any = Gen.OneOf(
            Gen.Elements<BigInteger>(0, 1, 2, q - 1, q, q + 1, q - 2, Radix - 1, Radix - 2, (q - 1) / 2, (q + 1) / 2, Radix - q, q - (Radix - q)),
            Gen.ArrayOf(Gen.Elements<ulong>(0, 1, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63), 4).Select(limbs => Big(new(limbs[0], limbs[1], limbs[2], limbs[3]))),
            Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 32).Select(bytes => new BigInteger(bytes, isUnsigned: true))).ToArbitrary();
        Prop.ForAll(any, any, (x, y) =>
        {
            Assert.Equal(x < q ? 1UL : 0UL, ScalarArithmetic<T>.IsCanonical(Limbed(x)));
            Assert.Equal(x.IsZero ? 1UL : 0UL, ScalarArithmetic<T>.IsZero(Limbed(x)));
            Assert.Equal((x * Radix + y) % q, Big(ScalarArithmetic<T>.Reduce(new() { High = Limbed(x), Low = Limbed(y) })));
            var wide = (x * Radix + y).ToByteArray(isUnsigned: true);
            byte[] little = [.. wide, .. new byte[64 - wide.Length]];
            Assert.Equal(x * Radix + y, BigWide(Wide512.ReadLittleEndian(little)));
            Array.Reverse(little);
            Assert.Equal(x * Radix + y, BigWide(Wide512.ReadBigEndian(little)));

            var (a, b) = (x % q, y % q);
            Assert.Equal((a + b) % q, Big(ScalarArithmetic<T>.Add(Limbed(a), Limbed(b))));
            Assert.Equal((a - b + q) % q, Big(ScalarArithmetic<T>.Subtract(Limbed(a), Limbed(b))));
            Assert.Equal((q - a) % q, Big(ScalarArithmetic<T>.Negate(Limbed(a))));
            Assert.Equal(a * b % q, Big(ScalarArithmetic<T>.Multiply(Limbed(a), Limbed(b))));
            Assert.Equal(BigInteger.ModPow(a, q - 2, q), Big(ScalarArithmetic<T>.Invert(Limbed(a))));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithQuietOnSuccess(true));
    }

    private static Scalar256 Limbed(BigInteger value) => Scalar256.ReadBigEndian(WeierstrassOracle.Big(value));

    private static BigInteger Big(Scalar256 value)
    {
        var bytes = new byte[32];
        value.WriteBigEndian(bytes);
        return new(bytes, isUnsigned: true, isBigEndian: true);
    }

    private static BigInteger BigWide(Wide512 value) => Big(value.High) * Radix + Big(value.Low);
}
