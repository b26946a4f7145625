using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Scalars;

public sealed class Ed25519SecretScalarTests() : SecretScalarContract(Curve.Edwards25519);

public sealed class Secp256k1SecretScalarTests() : SecretScalarContract(Curve.Secp256k1);

public sealed class P256SecretScalarTests() : SecretScalarContract(Curve.P256);

/// <summary>What secret arithmetic owes (one suite, all groups), against BigInteger.</summary>
public abstract class SecretScalarContract(Curve curve)
{
    private JudgedGroup Judged { get; } = JudgedGroup.Of(curve);

    private IGroup Group => Judged.Group;

    /// <summary>Canonical scalars, with the edges as likely as the rest.</summary>
    private Arbitrary<BigInteger> Scalars => Gen.OneOf(
        Gen.Elements<BigInteger>(0, 1, 2, Judged.Order - 1, Judged.Order - 2, (Judged.Order + 1) / 2, BigInteger.Pow(2, 252), BigInteger.Pow(2, 128)),
        // Short scalars and those whose negative is short: their leading bytes must not matter.
        Gen.Elements<BigInteger>((BigInteger.One << 248) - 1, Judged.Order - (BigInteger.One << 248), BigInteger.Pow(2, 64), Judged.Order - BigInteger.Pow(2, 64), (Judged.Order - 1) / 2),
        Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 40).Select(bytes => Judged.Mod(new BigInteger(bytes, isUnsigned: true)))).ToArbitrary();

    [Fact]
    public void Arithmetic_agrees_with_BigInteger() => Prop.ForAll(Scalars, Scalars, Scalars, (a, b, c) =>
    {
        using var x = Secret(a);
        using var y = Secret(b);
        using var z = Secret(c);
        Same(a + b, x.Add(y));
        Same(a - b, x.Subtract(y));
        Same(a * b, x.Multiply(y));
        Same(a + b, x.AddPublic(Public(b)));
        Same(a * b, x.Multiply(Public(b)));
        Same(a * b + c, x.MultiplyAdd(Public(b), z));
        Same(-a, x.Negate());
        Same(a, x.Copy());
        Same(a + b + c, SecretScalar.Sum(Group, x, y, z));
        Assert.Equal(a.IsZero, x.IsZero());
        Assert.Equal(a == b, x.FixedTimeEquals(y));
        Assert.Equal(Group.MultiplyBasePublic(Public(a)), x.MultiplyBase());
        if (a.IsZero)
            Assert.Throws<DivideByZeroException>(() => x.Invert());
        else
            Same(BigInteger.ModPow(a, Judged.Order - 2, Judged.Order), x.Invert());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_t_evaluations_give_back_the_constant_and_lie_on_the_commitments()
    {
        for (var t = 2; t <= 5; t++)
        {
            using var polynomial = SecretPolynomial.Random(Group, t, new SeededRandom(t));
            var commitments = polynomial.Commit();
            Assert.Equal(t, commitments.Length);
            PartyId[] pids = [.. new ushort[] { 1, 2, 7, 300, 65535 }.Take(t).Select(pid => new PartyId(pid))];
            var lambda = PublicSharing.LagrangeCoefficients(Group, pids);
            var sum = BigInteger.Zero;
            for (var i = 0; i < t; i++)
            {
                using var share = polynomial.EvaluateAt(pids[i]);
                Assert.Equal(Group.EvaluatePublic(commitments, pids[i].Value), share.MultiplyBase());
                sum += Big(lambda[i]) * Big(share.ToPublic());
            }
            using var constant = polynomial.Constant();
            Assert.Equal(Judged.Mod(sum), Big(constant.ToPublic()));
            Assert.Equal(commitments[0], constant.MultiplyBase());
        }
    }

    [Fact]
    [Trait("row", "M23")]
    public void A_refresh_polynomial_has_no_constant_and_does_not_commit_to_one()
    {
        using var polynomial = SecretPolynomial.RandomWithZeroConstant(Group, 3, new SeededRandom(1));
        using var constant = polynomial.Constant();
        using var share = polynomial.EvaluateAt(new(4));

        Assert.True(constant.IsZero());
        Assert.Equal(2, polynomial.Commit().Length);
        Assert.Equal(Group.EvaluatePublic([Group.Identity, .. polynomial.Commit()], 4), share.MultiplyBase());
    }

    [Fact]
    public void A_reshare_polynomial_has_the_constant_given()
    {
        using var secret = Secret(42);
        using var polynomial = SecretPolynomial.RandomWithConstant(secret, 2, new SeededRandom(1));
        using var constant = polynomial.Constant();

        Assert.Equal(42, Big(constant.ToPublic()));
    }

    [Fact]
    public void Vectors_compute_as_their_elements_do()
    {
        using var vector = SecretScalars.Random(Group, 9, new SeededRandom(7));
        var values = Enumerable.Range(0, 9).Select(i => { using var element = vector[i]; return Big(element.ToPublic()); }).ToArray();
        var weights = Enumerable.Range(1, 9).Select(i => Group.FromUInt64((ulong)i * 1000)).ToArray();

        Assert.Equal(9, values.Distinct().Count());
        Same(values.Select((v, i) => v * (i + 1) * 1000).Aggregate((a, b) => a + b), vector.WeightedSum(weights));
        Assert.Equal(values.Select(v => Group.MultiplyBasePublic(Public(v))), vector.MultiplyBase());
        using var other = SecretScalars.Random(Group, 9, new SeededRandom(8));
        using var added = other[4];
        var expected = values[4] + Big(added.ToPublic());
        vector.AddInPlace(other);
        Same(expected, vector[4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => vector[9]);
        Assert.Throws<ArgumentException>(() => vector.WeightedSum(weights.AsSpan(1)));
    }

    [Fact]
    public void Draws_are_canonical_nonzero_and_different()
    {
        var seen = new HashSet<BigInteger>();
        var random = new SeededRandom(3);
        for (var i = 0; i < 200; i++)
        {
            using var scalar = SecretScalar.Random(Group, random);
            Assert.False(scalar.IsZero());
            Assert.True(seen.Add(Big(scalar.ToPublic())));
        }
        Assert.InRange(seen.Count(value => value >= Judged.Order / 2), 60, 140);
    }

    [Fact]
    public void Rejects_a_random_source_that_yields_only_zero() =>
        Assert.Throws<InvalidOperationException>(() => SecretScalar.Random(Group, new ZeroRandom()));

    [Fact]
    [Trait("row", "M39")]
    public void Nothing_of_a_secret_is_printed()
    {
        using var scalar = Secret(1);
        Assert.Equal("SecretScalar(<redacted>)", scalar.ToString());
        Assert.Equal([nameof(SecretScalar.Group)], typeof(SecretScalar).GetProperties().Select(property => property.Name));
    }

    [Fact]
    public void Rejects_use_after_disposal()
    {
        var scalar = Secret(1);
        scalar.Dispose();
        scalar.Dispose();

        Assert.Throws<ObjectDisposedException>(() => scalar.MultiplyBase());
        Assert.Throws<ObjectDisposedException>(() => scalar.ToPublic());
    }

    private sealed class ZeroRandom : MpcSigner.Cryptography.Secrets.Randomness.IRandomSource
    {
        public void Fill(Span<byte> destination) => destination.Clear();
    }

    private void Same(BigInteger expected, SecretScalar actual)
    {
        using (actual)
            Assert.Equal(Judged.Mod(expected), Big(actual.ToPublic()));
    }

    private SecretScalar Secret(BigInteger value)
    {
        Assert.True(SecretScalar.TryDecode(Group, Judged.Encode(value), out var scalar));
        return scalar;
    }

    private PublicScalar Public(BigInteger value)
    {
        Assert.True(Group.TryDecodeScalar(Judged.Encode(value), out var scalar));
        return scalar;
    }

    private BigInteger Big(PublicScalar scalar) => Judged.Big(scalar);
}
