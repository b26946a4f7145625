using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Vss;

/// <summary>Whether dealt shares lie on the polynomials their dealer committed to: s·G = Σ_m pid^m·C_m (spec §9).</summary>
internal static class FeldmanCheck
{
    /// <summary>
    /// Checks one dealer's shares of a batch: first one random linear combination, whose secret side is constant-time and whose
    /// commitment side is public (spec §9.1); only if that fails one by one.
    /// </summary>
    /// <param name="commitments">[k][m] = C_{k,m}, the same number of points for every key.</param>
    /// <param name="shares">s_k = f_k(pid).</param>
    /// <returns>The keys whose share is wrong, ascending; empty when all hold.</returns>
    public static IReadOnlyList<int> FindInvalid(
        IGroup group, GroupPoint[][] commitments, SecretScalars shares, PartyId receiver, IRandomSource random)
    {
        if (commitments.Length != shares.Count)
            throw new ArgumentException("one share a polynomial", nameof(shares));
        if (shares.Count > 1 && HoldTogether(group, commitments, shares, receiver, random))
            return [];
        return [.. Enumerable.Range(0, shares.Count).Where(k => shares.MultiplyBase(k) != group.EvaluatePublic(commitments[k], receiver.Value))];
    }

    private static bool HoldTogether(
        IGroup group, GroupPoint[][] commitments, SecretScalars shares, PartyId receiver, IRandomSource random)
    {
        var coefficients = BatchCoefficients.Draw(group, shares.Count, random);
        var expected = new GroupPoint[commitments.Length]; // short multiples: cheaper than t long ones a key
        for (var k = 0; k < expected.Length; k++)
            expected[k] = group.EvaluatePublic(commitments[k], receiver.Value);
        using var sum = shares.WeightedSum(coefficients);
        return sum.MultiplyBase() == group.LinearCombinationPublic(coefficients, expected);
    }
}
