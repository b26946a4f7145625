using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Vss;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Vss;

public sealed class DealtShareEd25519Tests() : DealtShareContract(Curve.Edwards25519);

public sealed class DealtShareP256Tests() : DealtShareContract(Curve.P256);

/// <summary>Checks of a batch in one equation: it holds when every key holds, and when it fails exactly the wrong keys are named.</summary>
public abstract class DealtShareContract(Curve curve)
{
    private const int Keys = 3;

    private static readonly PartyId Receiver = new(7);

    private readonly DeterministicRandom _random = new("dealt", $"{curve}");

    private IGroup Group { get; } = Groups.For(curve);

    private PublicScalar Number(ulong value) => Group.FromUInt64(value);

    private static IEnumerable<int> Bits(int set) => Enumerable.Range(0, Keys).Where(k => (set >> k & 1) == 1);

    [Theory]
    [InlineData(1)]
    [InlineData(Keys)]
    public void Exactly_the_shares_that_are_not_on_their_polynomial_are_named(int keys)
    {
        SecretPolynomial[] polynomials = [.. Enumerable.Range(0, keys).Select(_ => SecretPolynomial.Random(Group, 3, _random))];
        GroupPoint[][] commitments = [.. polynomials.Select(polynomial => polynomial.Commit())];
        for (var wrong = 0; wrong < 1 << keys; wrong++)
        {
            using var shares = SecretScalars.Zero(Group, keys);
            for (var k = 0; k < keys; k++)
                polynomials[k].EvaluateAt(Receiver, shares, k);
            foreach (var k in Bits(wrong))
            {
                using var right = shares[k];
                using var one = SecretScalar.FromPublic(Group.One);
                using var bent = right.Add(one);
                shares.Set(k, bent);
            }
            Assert.Equal(Bits(wrong), FeldmanCheck.FindInvalid(Group, commitments, shares, Receiver, _random));
            Assert.Equal(keys, FeldmanCheck.FindInvalid(Group, commitments, shares, new(8), _random).Count); // another's
            Assert.Throws<ArgumentException>(() => FeldmanCheck.FindInvalid(Group, [.. commitments, commitments[0]], shares, Receiver, _random));
        }
        foreach (var polynomial in polynomials)
            polynomial.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Exactly_the_keys_whose_point_is_not_the_dealers_part_are_named(ushort at)
    {
        PartyId[] set = [new(1), Receiver, new(40_000)];
        var lambda = PublicSharing.LagrangeCoefficient(Group, set, Receiver, at);
        GroupPoint[] shares = [.. Enumerable.Range(0, Keys).Select(k => Group.MultiplyBasePublic(Number((ulong)k + 5)))];
        foreach (var random in new[] { _random, null })
        {
            for (var wrong = 0; wrong < 1 << Keys; wrong++)
            {
                GroupPoint[] points = [.. shares.Select((share, k) => Group.Add(Group.MultiplyPublic(lambda, share), (wrong >> k & 1) == 1 ? Group.Generator : Group.Identity))];
                Assert.Equal(Bits(wrong), LagrangeMultiples.FindOther(Group, set, Receiver, at, shares, points, random));
                Assert.Equal(Bits(wrong & 1), LagrangeMultiples.FindOther(Group, set, Receiver, at, shares[..1], points[..1], random));
            }
        }
        // Two wrongs that would cancel out in a plain sum.
        GroupPoint[] cancelling = [.. shares.Select((share, k) => Group.Add(Group.MultiplyPublic(lambda, share), k == 0 ? Group.Generator : k == 1 ? Group.Negate(Group.Generator) : Group.Identity))];
        Assert.Equal([0, 1], LagrangeMultiples.FindOther(Group, set, Receiver, at, shares, cancelling, _random));
    }

    /// <summary>Coefficients so small that points are added, of 16 bits, and of scalars: all three ways say the same.</summary>
    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(1, 3, 4, 7)]
    [InlineData(1, 2, 3, 4, 5, 6, 7, 8)]
    [InlineData(1, 40000, 65535)]
    [InlineData(65534, 65535)]
    public void Public_shares_interpolate_to_their_key_and_to_no_other(params int[] numbers)
    {
        PartyId[] set = [.. numbers.Select(number => new PartyId((ushort)number))];
        SecretPolynomial[] polynomials = [.. Enumerable.Range(0, Keys).Select(_ => SecretPolynomial.Random(Group, set.Length, _random))];
        GroupPoint[][] commitments = [.. polynomials.Select(polynomial => polynomial.Commit())];
        GroupPoint[] keys = [.. commitments.Select(points => points[0])];
        var shares = set.ToDictionary(pid => pid, pid => commitments.Select(points => Group.EvaluatePublic(points, pid.Value)).ToArray());
        Assert.True(PublicInterpolation.Holds(Group, set, shares, keys, _random));
        Assert.True(PublicInterpolation.Holds(Group, set, shares.ToDictionary(pair => pair.Key, pair => pair.Value[..1]), keys[..1], _random));
        for (var k = 0; k < Keys; k++)
        {
            var at = k;
            Assert.False(PublicInterpolation.Holds(Group, set, shares, [.. keys.Select((key, i) => i == at ? Group.Add(key, Group.Generator) : key)], _random));
            foreach (var pid in set)
            {
                var bent = shares.ToDictionary(pair => pair.Key, pair => pair.Value.Select((share, i) => i == at && pair.Key == pid ? Group.Negate(share) : share).ToArray());
                Assert.False(PublicInterpolation.Holds(Group, set, bent, keys, _random));
            }
        }
        foreach (var polynomial in polynomials)
            polynomial.Dispose();
    }
}
