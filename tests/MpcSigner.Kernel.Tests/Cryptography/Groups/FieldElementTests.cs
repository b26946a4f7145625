using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MpcSigner.Cryptography.Groups.Ed25519;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

public sealed class FieldElementTests
{
    /// <summary>All 255-bit values, those from p upwards included, with the edges of limbs as likely as the rest.</summary>
    private static readonly Arbitrary<BigInteger> Values = Gen.OneOf(
        Gen.Elements([.. Edges()]),
        Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 32).Select(bytes => new BigInteger(bytes, isUnsigned: true) & (BigInteger.Pow(2, 255) - 1))).ToArbitrary();

    [Fact]
    public void Arithmetic_agrees_with_BigInteger() => Prop.ForAll(Values, Values, (a, b) =>
    {
        var (x, y) = (Read(a), Read(b));
        Same(a, x);
        Same(a + b, x + y);
        Same(a - b, x - y);
        Same(-a, -x);
        Same(a * b, x * y);
        // The loosest operands that point arithmetic makes: three values summed.
        Same((a + b + a) * (b + a + b), (x + y + x) * (y + x + y));
        Same((a + b) - (b + a + b), (x + y) - (y + x + y));
        Same(BigInteger.ModPow(a, Ed25519Oracle.P - 2, Ed25519Oracle.P), x.Invert());
        Assert.Equal(Ed25519Oracle.Mod(a).IsZero, x.IsZero());
        Assert.Equal(!Ed25519Oracle.Mod(a).IsEven, x.IsOdd());
        Assert.Equal(Ed25519Oracle.Mod(a) == Ed25519Oracle.Mod(b), x.Is(y));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void All_pairs_of_edges_multiply_right()
    {
        var edges = Edges().ToArray();
        foreach (var a in edges)
        {
            foreach (var b in edges)
                Same(a * b, Read(a) * Read(b));
        }
    }

    [Fact]
    public void Constants_are_those_of_the_curve()
    {
        Same(-121665 * BigInteger.ModPow(121666, Ed25519Oracle.P - 2, Ed25519Oracle.P), FieldElement.D);
        Same(-2 * 121665 * BigInteger.ModPow(121666, Ed25519Oracle.P - 2, Ed25519Oracle.P), FieldElement.TwoD);
        Same(-1, FieldElement.SqrtMinusOne * FieldElement.SqrtMinusOne);
    }

    private static IEnumerable<BigInteger> Edges()
    {
        foreach (var k in new[] { 0, 50, 51, 52, 102, 153, 204, 254, 255 })
        {
            foreach (var offset in new[] { -20, -19, -18, -1, 0, 1, 18, 19 })
            {
                var value = BigInteger.Pow(2, k) + offset;
                if (value >= 0 && value < BigInteger.Pow(2, 255))
                    yield return value;
            }
        }
    }

    private static FieldElement Read(BigInteger value) => FieldElement.Read(Ed25519Oracle.Little(value));

    private static void Same(BigInteger expected, FieldElement actual)
    {
        var bytes = new byte[FieldElement.Size];
        actual.WriteTo(bytes);
        Assert.Equal(Ed25519Oracle.Mod(expected), Ed25519Oracle.FromLittle(bytes));
    }
}
