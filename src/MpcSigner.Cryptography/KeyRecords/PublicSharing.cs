using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>Shamir sharing seen from outside: Lagrange coefficients and the consistency of public shares (spec §1, §9).</summary>
public static class PublicSharing
{
    /// <summary>λ_i^S(x) for all i of S, x = 0 for the secret itself.</summary>
    /// <param name="group">The scalars' group.</param>
    /// <param name="set">S: distinct pids.</param>
    /// <param name="x">Where to interpolate: 0, or a pid outside S.</param>
    /// <exception cref="ArgumentException">A pid twice.</exception>
    public static PublicScalar[] LagrangeCoefficients(IGroup group, ReadOnlySpan<PartyId> set, ushort x = 0)
    {
        var coefficients = new PublicScalar[set.Length];
        for (var i = 0; i < set.Length; i++)
            coefficients[i] = LagrangeCoefficient(group, set, set[i], x);
        return coefficients;
    }

    /// <summary>λ_i^S(x) of one member of S.</summary>
    /// <inheritdoc cref="LagrangeCoefficients"/>
    public static PublicScalar LagrangeCoefficient(IGroup group, ReadOnlySpan<PartyId> set, PartyId member, ushort x = 0)
    {
        var (coefficient, negative, members) = (group.One, false, 0);
        foreach (var other in set)
        {
            if (other == member)
            {
                members++;
                continue;
            }
            // (x − m)/(i − m), the signs apart: both differences are then short.
            var (numerator, denominator) = (x - other.Value, member.Value - other.Value);
            negative ^= numerator < 0 ^ denominator < 0;
            coefficient = group.MultiplyPublic(coefficient, group.MultiplyPublic(
                group.FromUInt64((ulong)Math.Abs(numerator)), group.InvertSmallPublic((ushort)Math.Abs(denominator))));
        }
        if (members != 1)
            throw new ArgumentException($"party {member} {members} times", nameof(set));
        return negative ? group.NegatePublic(coefficient) : coefficient;
    }

    /// <summary>Do all public shares lie on one polynomial of degree t − 1 whose value at 0 is the public key?</summary>
    /// <remarks>The first t shares fix the polynomial; every other share and the key are interpolated from them.</remarks>
    public static bool IsConsistent(IGroup group, int threshold, ReadOnlySpan<PartyId> pids, ReadOnlySpan<GroupPoint> shares, GroupPoint publicKey)
    {
        var set = pids[..threshold];
        var basis = shares[..threshold];
        if (group.LinearCombinationPublic(LagrangeCoefficients(group, set), basis) != publicKey)
            return false;
        for (var i = threshold; i < pids.Length; i++)
        {
            if (group.LinearCombinationPublic(LagrangeCoefficients(group, set, pids[i].Value), basis) != shares[i])
                return false;
        }
        return true;
    }
}
