using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Protocols.Vss;

/// <summary>Σ_{i∈S} λ_i·X_i = P for all keys of a batch (spec §9 "Derive", §10.1).</summary>
internal static class PublicInterpolation
{
    /// <summary>So many additions in one sum cost less than the multiplications they stand for.</summary>
    private const int MostCopies = 32;

    /// <remarks>All keys under fresh coefficients. A difference is O unless something is wrong with its key, and O times anything costs nothing.</remarks>
    /// <param name="set">S: t parties.</param>
    /// <param name="publicShares">[pid][k] of at least the parties of S.</param>
    public static bool Holds(
        IGroup group, ReadOnlySpan<PartyId> set, IReadOnlyDictionary<PartyId, GroupPoint[]> publicShares, GroupPoint[] publicKeys, IRandomSource random)
    {
        var shorts = ShortCoefficients(set);
        var lambda = shorts is null ? PublicSharing.LagrangeCoefficients(group, set) : [];
        var coefficients = BatchCoefficients.Draw(group, publicKeys.Length, random);
        var differences = new GroupPoint[publicKeys.Length];
        var shares = new GroupPoint[set.Length];
        for (var k = 0; k < differences.Length; k++)
        {
            for (var i = 0; i < shares.Length; i++)
                shares[i] = publicShares[set[i]][k];
            differences[k] = shorts is { } integers
                ? Difference(group, integers, shares, publicKeys[k])
                : group.Subtract(group.LinearCombinationPublic(lambda, shares), publicKeys[k]);
        }
        return group.LinearCombinationPublic(coefficients, differences).IsIdentity;
    }

    /// <summary>Integers c_i and d with λ_i = c_i/d; null unless all fit 16 bits, as they do for few parties or small numbers.</summary>
    internal static (int[] Of, ushort Denominator)? ShortCoefficients(ReadOnlySpan<PartyId> set)
    {
        var (numerators, denominators) = (new Int128[set.Length], new Int128[set.Length]);
        Int128 common = 1;
        for (var i = 0; i < set.Length; i++)
        {
            (numerators[i], denominators[i]) = (1, 1);
            for (var m = 0; m < set.Length; m++)
            {
                if (m == i)
                    continue;
                // Reduced at each step, both stay below 2^48 as long as the result is short.
                var (numerator, denominator) = (numerators[i] * set[m].Value, denominators[i] * (set[m].Value - set[i].Value));
                var divisor = GreatestCommonDivisor(numerator, denominator);
                (numerators[i], denominators[i]) = (numerator / divisor, denominator / divisor);
                if (Int128.Abs(numerators[i]) > uint.MaxValue || Int128.Abs(denominators[i]) > uint.MaxValue)
                    return null;
            }
            common = common / GreatestCommonDivisor(common, denominators[i]) * Int128.Abs(denominators[i]);
            if (common > ushort.MaxValue)
                return null;
        }
        var coefficients = new int[set.Length];
        for (var i = 0; i < set.Length; i++)
        {
            var coefficient = numerators[i] * (common / denominators[i]);
            if (Int128.Abs(coefficient) > ushort.MaxValue)
                return null;
            coefficients[i] = (int)coefficient;
        }
        return (coefficients, (ushort)common);
    }

    /// <summary>Σ c_i·X_i − d·P: multiplying by 16 bits is cheap.</summary>
    private static GroupPoint Difference(IGroup group, (int[] Of, ushort Denominator) coefficients, GroupPoint[] shares, GroupPoint publicKey)
    {
        var copies = coefficients.Of.Sum(Math.Abs) + coefficients.Denominator;
        if (copies <= MostCopies)
        {
            var terms = new List<GroupPoint>(copies);
            terms.AddRange(Enumerable.Repeat(group.Negate(publicKey), coefficients.Denominator));
            for (var i = 0; i < shares.Length; i++)
                terms.AddRange(Enumerable.Repeat(coefficients.Of[i] < 0 ? group.Negate(shares[i]) : shares[i], Math.Abs(coefficients.Of[i])));
            return group.Sum(terms.ToArray());
        }
        var difference = group.Negate(Multiply(group, coefficients.Denominator, publicKey));
        for (var i = 0; i < shares.Length; i++)
        {
            var share = coefficients.Of[i] < 0 ? group.Negate(shares[i]) : shares[i];
            difference = group.Add(difference, Multiply(group, (ushort)Math.Abs(coefficients.Of[i]), share));
        }
        return difference;
    }

    private static GroupPoint Multiply(IGroup group, ushort factor, GroupPoint point) => group.EvaluatePublic([group.Identity, point], factor);

    private static Int128 GreatestCommonDivisor(Int128 a, Int128 b)
    {
        (a, b) = (Int128.Abs(a), Int128.Abs(b));
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
