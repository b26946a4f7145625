using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Protocols.Vss;

/// <summary>Whether points are λ_i^S(at) times a party's public shares: what a dealer of spec §10.2, §10.3 shares out must be its own part of the key.</summary>
internal static class LagrangeMultiples
{
    /// <summary>All keys in one random linear combination; only if that fails one by one.</summary>
    /// <param name="set">S.</param>
    /// <param name="at">Where S interpolates: 0 for the key itself, or a pid outside S.</param>
    /// <param name="shares">X_{i,k}.</param>
    /// <param name="points">What must be λ_i^S(at)·X_{i,k}.</param>
    /// <param name="random">Null: one by one at once, where there is time.</param>
    /// <returns>The keys for which it is another point, ascending.</returns>
    public static IReadOnlyList<int> FindOther(
        IGroup group, ReadOnlySpan<PartyId> set, PartyId member, ushort at, GroupPoint[] shares, GroupPoint[] points, IRandomSource? random)
    {
        var lambda = PublicSharing.LagrangeCoefficient(group, set, member, at);
        if (points.Length > 1 && random is not null)
        {
            var coefficients = BatchCoefficients.Draw(group, points.Length, random);
            var expected = group.MultiplyPublic(lambda, group.LinearCombinationPublic(coefficients, shares));
            if (group.LinearCombinationPublic(coefficients, points) == expected)
                return [];
        }
        return [.. Enumerable.Range(0, points.Length).Where(k => group.MultiplyPublic(lambda, shares[k]) != points[k])];
    }
}
