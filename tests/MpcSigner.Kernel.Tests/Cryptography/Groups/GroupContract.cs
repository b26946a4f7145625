using System.Numerics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>What every group owes (one suite, all groups), against textbook arithmetic. What is special to a curve's encoding is in its own tests.</summary>
public abstract class GroupContract(Curve curve)
{
    private JudgedGroup Judged { get; } = JudgedGroup.Of(curve);

    private IGroup Group => Judged.Group;

    [Fact]
    public void Knows_its_curve()
    {
        Assert.Equal(curve, Group.Curve);
        Assert.Equal(curve.HashName(), Group.Name);
        Assert.Equal(curve.PointSize(), Group.PointSize);
        AssertPoint(1, Group.Generator);
    }

    [Fact]
    [Trait("row", "E08"), Trait("row", "E09")]
    public void Points_survive_their_encoding()
    {
        foreach (var scalar in EdgeScalars().Where(scalar => !scalar.IsZero))
        {
            var point = Group.MultiplyBasePublic(Scalar(scalar));
            Assert.True(Group.TryDecodePoint(point.Encode(), out var decoded));
            Assert.Equal(point, decoded);
            Assert.Equal(point.GetHashCode(), decoded.GetHashCode());
            AssertPoint(scalar * 3, Group.MultiplyPublic(Scalar(3), decoded));
        }
    }

    [Fact]
    [Trait("row", "E07")]
    public void The_identity_is_held_in_memory_only()
    {
        Assert.True(Group.Identity.IsIdentity);
        Assert.Throws<InvalidOperationException>(() => Group.Identity.Encode());
        Assert.Equal("O", Group.Identity.ToString());
        Assert.Equal(Group.Identity, Group.Subtract(Group.Generator, Group.Generator));
        Assert.Equal(Group.Identity, Group.Negate(Group.Identity));
        Assert.Equal(Group.Identity, Group.Add(Group.Identity, Group.Identity));
        Assert.NotEqual(Group.Identity, Group.Generator);
        Assert.Equal(Group.Generator, Group.Sum([Group.Identity, Group.Generator, Group.Identity]));
        Assert.True(Group.LinearCombinationPublic([Group.One, Scalar(Judged.Order - 1)], [Group.Generator, Group.Generator]).IsIdentity);
        Assert.Equal(Group.Generator, Group.LinearCombinationPublic([Scalar(7), Group.One], [Group.Identity, Group.Generator]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(34)]
    [InlineData(64)]
    [InlineData(65)]
    public void Rejects_points_and_scalars_of_another_length(int length)
    {
        Assert.False(Group.TryDecodePoint(new byte[length], out var point));
        Assert.Null(point);
        Assert.False(Group.TryDecodeScalar(new byte[length], out _));
        Assert.False(SecretScalar.TryDecode(Group, new byte[length], out var secret));
        Assert.Null(secret);
    }

    [Fact]
    [Trait("row", "E01"), Trait("row", "E02"), Trait("row", "E03"), Trait("row", "E04"), Trait("row", "E05"), Trait("row", "E06")]
    [Trait("row", "M14")]
    public void Rejects_scalars_from_the_order_upwards_and_takes_those_below()
    {
        foreach (var value in new[] { Judged.Order, Judged.Order + 1, BigInteger.Pow(2, 256) - 1, Judged.Order + (BigInteger.One << 64) })
        {
            Assert.False(Group.TryDecodeScalar(Judged.Encode(value), out _));
            Assert.False(SecretScalar.TryDecode(Group, Judged.Encode(value), out _));
            Assert.False(SecretScalars.TryDecode(Group, [.. new byte[32], .. Judged.Encode(value)], out _));
        }
        foreach (var value in new[] { 0, 1, Judged.Order - 1, Judged.Order - (BigInteger.One << 64) })
        {
            Assert.Equal(Judged.Encode(value), Scalar(value).Encode());
            Assert.True(SecretScalar.TryDecode(Group, Judged.Encode(value), out var secret));
            using (secret)
                Assert.Equal(Scalar(value), secret.ToPublic());
        }
    }

    [Fact]
    public void Rejects_points_and_scalars_of_another_group()
    {
        var other = MpcSigner.Cryptography.Groups.Groups.For(Group.Curve == Curve.P256 ? Curve.Secp256k1 : Curve.P256);
        Assert.Throws<ArgumentException>(() => Group.Add(Group.Generator, other.Generator));
        Assert.Throws<ArgumentException>(() => Group.Sum([other.Identity]));
        Assert.Throws<ArgumentException>(() => Group.Negate(other.Identity));
        Assert.Throws<ArgumentException>(() => Group.MultiplyPublic(Group.Zero, other.Generator));
        Assert.Throws<ArgumentException>(() => Group.MultiplyPublic(other.One, Group.Identity));
        Assert.Throws<ArgumentException>(() => Group.MultiplyBasePublic(other.One));
        Assert.Throws<ArgumentException>(() => Group.AddPublic(Group.One, other.One));
        Assert.Throws<ArgumentException>(() => Group.LinearCombinationPublic([Group.One], [other.Generator]));
        Assert.Throws<ArgumentException>(() => Group.LinearCombinationPublic([other.One], [Group.Generator]));
        Assert.Throws<ArgumentException>(() => Group.EvaluatePublic([other.Generator], 1));
        Assert.Throws<ArgumentException>(() => Group.PrepareEncodings([other.Generator]));
        Assert.NotEqual(Group.Identity, other.Identity);
    }

    [Fact]
    public void Inverses_of_short_numbers_are_those_of_the_scalars()
    {
        foreach (var value in new ushort[] { 1, 2, 3, 4, 7, 15, 16, 255, 256, 257, 32767, 32768, 65534, 65535 })
            Assert.Equal(Group.InvertPublic(Scalar(value)), Group.InvertSmallPublic(value));
        Assert.Throws<DivideByZeroException>(() => Group.InvertSmallPublic(0));
    }

    [Fact]
    public void Coefficients_of_random_combinations_differ_as_their_numbers_do()
    {
        UInt128[] numbers = [0, 1, 2, ulong.MaxValue, (UInt128)ulong.MaxValue + 1, UInt128.MaxValue, UInt128.MaxValue - 1, (UInt128)1 << 127];
        Assert.Equal(numbers.Length, numbers.Select(Group.CoefficientOf).Distinct().Count());
        Assert.Equal(Group.Zero, Group.CoefficientOf(0));
        Assert.Equal(Group.One, Group.CoefficientOf(1));
        if (Group is Secp256k1Group endomorphic)
        {
            var lambda = endomorphic.Lambda;
            Assert.NotEqual(Group.One, lambda);
            Assert.Equal(Group.One, Group.MultiplyPublic(lambda, Group.MultiplyPublic(lambda, lambda)));
            Assert.Equal(Group.AddPublic(Group.One, lambda), Group.CoefficientOf(((UInt128)1 << 64) + 1));
        }
    }

    [Fact]
    public void Many_points_decode_as_one_by_one()
    {
        foreach (var count in new[] { 0, 1, 3, 4, 5, 9 })
        {
            var points = Enumerable.Range(1, count).Select(i => Group.MultiplyBasePublic(Scalar(i * 1_000_003))).ToArray();
            var decoded = new GroupPoint?[count];
            Group.DecodePoints(points.SelectMany(point => point.Encode()).ToArray(), decoded);
            Assert.Equal(points, decoded);
        }
        Assert.Throws<ArgumentException>(() => Group.DecodePoints(new byte[Group.PointSize + 1], new GroupPoint?[1]));
    }

    [Fact]
    public void Multiplication_by_the_base_agrees_with_the_textbook()
    {
        foreach (var scalar in EdgeScalars())
        {
            var point = Group.MultiplyBasePublic(Scalar(scalar));
            AssertPoint(scalar, point);
        }
    }

    [Fact]
    public void Multiplication_of_a_point_agrees_with_the_textbook()
    {
        var point = Group.MultiplyBasePublic(Scalar(987654321));
        foreach (var scalar in EdgeScalars())
            AssertPoint(scalar * 987654321, Group.MultiplyPublic(Scalar(scalar), point));
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
            AssertPoint(a + b, Group.Add(left, right));
            AssertPoint(a - b, Group.Subtract(left, right));
            AssertPoint(-a, Group.Negate(left));
            AssertPoint(2 * a, Group.Add(left, left));
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

        AssertPoint(expected, Group.LinearCombinationPublic(scalars, points));
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

        AssertPoint(expected, Group.EvaluatePublic(commitments, (ushort)x));
    }

    [Fact]
    public void Sums_of_many_and_prepared_encodings_change_nothing()
    {
        var points = Enumerable.Range(1, 9).Select(i => Group.Add(Group.MultiplyBasePublic(Group.FromUInt64((ulong)i)), Group.Identity)).ToArray();
        Group.PrepareEncodings([.. points, Group.Identity, points[0]]);

        for (var i = 0; i < points.Length; i++)
            AssertPoint(i + 1, points[i]);
        AssertPoint(45, Group.Sum(points));
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
                Assert.Equal(Judged.Mod(a + b), Big(Group.AddPublic(Scalar(a), Scalar(b))));
                Assert.Equal(Judged.Mod(a - b), Big(Group.SubtractPublic(Scalar(a), Scalar(b))));
                Assert.Equal(Judged.Mod(a * b), Big(Group.MultiplyPublic(Scalar(a), Scalar(b))));
            }
            Assert.Equal(Judged.Mod(-a), Big(Group.NegatePublic(Scalar(a))));
            if (!a.IsZero)
                Assert.Equal(Group.One, Group.MultiplyPublic(Scalar(a), Group.InvertPublic(Scalar(a))));
        }
        Assert.Throws<DivideByZeroException>(() => Group.InvertPublic(Group.Zero));
    }

    [Fact]
    [Trait("row", "M13")]
    public void Wide_reductions_read_the_order_of_bytes_they_name()
    {
        var random = new SeededRandom(9);
        foreach (var wide in new[] { new byte[64], Enumerable.Repeat((byte)0xff, 64).ToArray(), Fill(random, 64), Fill(random, 64) })
        {
            Assert.Equal(Judged.Mod(new BigInteger(wide, isUnsigned: true)), Big(Group.ReduceWideLittleEndian(wide)));
            Assert.Equal(Judged.Mod(new BigInteger(wide, isUnsigned: true, isBigEndian: true)), Big(Group.ReduceWideBigEndian(wide)));
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

    private void AssertPoint(BigInteger logarithm, GroupPoint actual) => Assert.Equal(Judged.Multiple(logarithm), actual.ToString());

    private BigInteger[] EdgeScalars()
    {
        var random = new SeededRandom(4);
        return [0, 1, 2, 8, 15, 16, 31, 32, 255, 256, 65535, BigInteger.Pow(2, 128) - 1, BigInteger.Pow(2, 252), (Judged.Order - 1) / 2,
            (Judged.Order + 1) / 2, Judged.Order - 2, Judged.Order - 1, Big(RandomScalar(random)), Big(RandomScalar(random)), Big(RandomScalar(random))];
    }

    private PublicScalar RandomScalar(SeededRandom random) => Group.ReduceWideLittleEndian(Fill(random, 64));

    private static byte[] Fill(SeededRandom random, int count)
    {
        var bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    private PublicScalar Scalar(BigInteger value) => Judged.Scalar(value);

    private BigInteger Big(PublicScalar scalar) => Judged.Big(scalar);
}
