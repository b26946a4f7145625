using System.Numerics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>Against the textbook arithmetic of <see cref="Ed25519Oracle"/>; strictness is in <see cref="Ed25519StrictnessTests"/>.</summary>
public sealed class Ed25519GroupTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519);

    [Fact]
    public void The_generator_is_that_of_RFC_8032()
    {
        Assert.Equal("5866666666666666666666666666666666666666666666666666666666666666", Group.Generator.ToString());
        Assert.Equal(Ed25519Oracle.Encode(Ed25519Oracle.Base), Group.Generator.Encode());
    }

    [Fact]
    public void Multiplication_by_the_base_agrees_with_the_textbook()
    {
        foreach (var scalar in EdgeScalars())
        {
            var point = Group.MultiplyBasePublic(Scalar(scalar));
            AssertPoint(Ed25519Oracle.Multiply(scalar, Ed25519Oracle.Base), point);
        }
    }

    [Fact]
    public void Multiplication_of_a_point_agrees_with_the_textbook()
    {
        var point = Group.MultiplyBasePublic(Scalar(987654321));
        var theirs = Ed25519Oracle.Multiply(987654321, Ed25519Oracle.Base);
        foreach (var scalar in EdgeScalars())
            AssertPoint(Ed25519Oracle.Multiply(scalar, theirs), Group.MultiplyPublic(Scalar(scalar), point));
        Assert.True(Group.MultiplyPublic(Scalar(5), Group.Identity).IsIdentity);
    }

    [Fact]
    public void Sums_and_differences_agree_with_the_textbook()
    {
        var scalars = EdgeScalars();
        for (var i = 0; i < scalars.Length; i++)
        {
            var (a, b) = (scalars[i], scalars[(i + 3) % scalars.Length]);
            var (left, right) = (Group.MultiplyBasePublic(Scalar(a)), Group.MultiplyBasePublic(Scalar(b)));
            AssertPoint(Ed25519Oracle.Multiply(Ed25519Oracle.ModL(a + b), Ed25519Oracle.Base), Group.Add(left, right));
            AssertPoint(Ed25519Oracle.Multiply(Ed25519Oracle.ModL(a - b), Ed25519Oracle.Base), Group.Subtract(left, right));
            AssertPoint(Ed25519Oracle.Multiply(Ed25519Oracle.ModL(-a), Ed25519Oracle.Base), Group.Negate(left));
            AssertPoint(Ed25519Oracle.Multiply(Ed25519Oracle.ModL(2 * a), Ed25519Oracle.Base), Group.Add(left, left));
            Assert.True(Group.Add(left, Group.Negate(left)).IsIdentity);
            Assert.Equal(left, Group.Add(left, Group.Identity));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(64)]
    public void A_linear_combination_is_the_sum_of_its_products(int count)
    {
        var random = new SeededRandom(count);
        var scalars = Enumerable.Range(0, count).Select(_ => RandomScalar(random)).ToArray();
        var logarithms = Enumerable.Range(0, count).Select(_ => RandomScalar(random)).ToArray();
        if (count > 2)
            (scalars[0], scalars[1]) = (Group.Zero, Group.One);
        var points = logarithms.Select(Group.MultiplyBasePublic).ToArray();
        var expected = scalars.Zip(logarithms, (s, l) => Big(s) * Big(l)).Aggregate(BigInteger.Zero, (a, b) => a + b);

        AssertPoint(Ed25519Oracle.Multiply(Ed25519Oracle.ModL(expected), Ed25519Oracle.Base), Group.LinearCombinationPublic(scalars, points));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(300)]
    [InlineData(65535)]
    public void A_committed_polynomial_is_evaluated_at_a_coordinate(int x)
    {
        var random = new SeededRandom(x);
        var coefficients = Enumerable.Range(0, 5).Select(_ => RandomScalar(random)).ToArray();
        var expected = coefficients.Select((c, k) => Big(c) * BigInteger.Pow(x, k)).Aggregate(BigInteger.Zero, (a, b) => a + b);
        var commitments = coefficients.Select(Group.MultiplyBasePublic).ToArray();

        AssertPoint(Ed25519Oracle.Multiply(Ed25519Oracle.ModL(expected), Ed25519Oracle.Base), Group.EvaluatePublic(commitments, (ushort)x));
    }

    [Fact]
    public void Sums_of_many_and_prepared_encodings_change_nothing()
    {
        var points = Enumerable.Range(1, 9).Select(i => Group.Add(Group.MultiplyBasePublic(Group.FromUInt64((ulong)i)), Group.Identity)).ToArray();
        Group.PrepareEncodings([.. points, Group.Identity, points[0]]);

        for (var i = 0; i < points.Length; i++)
            AssertPoint(Ed25519Oracle.Multiply(i + 1, Ed25519Oracle.Base), points[i]);
        AssertPoint(Ed25519Oracle.Multiply(45, Ed25519Oracle.Base), Group.Sum(points));
        Assert.True(Group.Sum([]).IsIdentity);
        Assert.True(Group.EvaluatePublic([], 3).IsIdentity);
    }

    [Fact]
    public void Scalar_arithmetic_agrees_with_BigInteger()
    {
        var scalars = EdgeScalars();
        foreach (var a in scalars)
        {
            foreach (var b in scalars)
            {
                Assert.Equal(Ed25519Oracle.ModL(a + b), Big(Group.AddPublic(Scalar(a), Scalar(b))));
                Assert.Equal(Ed25519Oracle.ModL(a - b), Big(Group.SubtractPublic(Scalar(a), Scalar(b))));
                Assert.Equal(Ed25519Oracle.ModL(a * b), Big(Group.MultiplyPublic(Scalar(a), Scalar(b))));
            }
            Assert.Equal(Ed25519Oracle.ModL(-a), Big(Group.NegatePublic(Scalar(a))));
            if (!a.IsZero)
                Assert.Equal(Group.One, Group.MultiplyPublic(Scalar(a), Group.InvertPublic(Scalar(a))));
        }
        Assert.Throws<DivideByZeroException>(() => Group.InvertPublic(Group.Zero));
    }

    [Fact]
    public void Wide_reductions_read_the_order_of_bytes_they_name()
    {
        var random = new SeededRandom(9);
        foreach (var wide in new[] { new byte[64], Enumerable.Repeat((byte)0xff, 64).ToArray(), Fill(random, 64), Fill(random, 64) })
        {
            Assert.Equal(Ed25519Oracle.ModL(new BigInteger(wide, isUnsigned: true)), Big(Group.ReduceWideLittleEndian(wide)));
            Assert.Equal(Ed25519Oracle.ModL(new BigInteger(wide, isUnsigned: true, isBigEndian: true)), Big(Group.ReduceWideBigEndian(wide)));
        }
        Assert.Throws<ArgumentException>(() => Group.ReduceWideLittleEndian(new byte[63]));
        Assert.Throws<ArgumentException>(() => Group.ReduceWideBigEndian(new byte[65]));
    }

    [Fact]
    public void Rejects_lists_of_unequal_lengths() =>
        Assert.Throws<ArgumentException>(() => Group.LinearCombinationPublic([Group.One], []));

    [Fact]
    public void Rejects_a_scalar_that_was_never_assigned() =>
        Assert.Throws<InvalidOperationException>(() => Group.MultiplyBasePublic(default));

    private static void AssertPoint((BigInteger X, BigInteger Y) expected, GroupPoint actual)
    {
        Assert.Equal(expected == Ed25519Oracle.Identity, actual.IsIdentity);
        if (!actual.IsIdentity)
            Assert.Equal(Convert.ToHexStringLower(Ed25519Oracle.Encode(expected)), actual.ToString());
    }

    private static BigInteger[] EdgeScalars()
    {
        var random = new SeededRandom(4);
        return [0, 1, 2, 8, 15, 16, 31, 32, 255, 256, 65535, BigInteger.Pow(2, 128) - 1, BigInteger.Pow(2, 252), (Ed25519Oracle.L - 1) / 2,
            Ed25519Oracle.L - 2, Ed25519Oracle.L - 1, Big(RandomScalar(random)), Big(RandomScalar(random)), Big(RandomScalar(random))];
    }

    private static PublicScalar RandomScalar(SeededRandom random) => Group.ReduceWideLittleEndian(Fill(random, 64));

    private static byte[] Fill(SeededRandom random, int count)
    {
        var bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    private static PublicScalar Scalar(BigInteger value)
    {
        Assert.True(Group.TryDecodeScalar(Ed25519Oracle.Little(value), out var scalar));
        return scalar;
    }

    private static BigInteger Big(PublicScalar scalar) => Ed25519Oracle.FromLittle(scalar.Encode());
}
