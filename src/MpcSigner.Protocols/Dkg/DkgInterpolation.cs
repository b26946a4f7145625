using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Σ_{i∈first t} λ_i·X_i = P for all keys of a batch at once, under fresh coefficients (spec §9 "Derive").</summary>
internal static class DkgInterpolation
{
    public static bool Holds(IGroup group, DkgInput input, DkgPublicKeys keys, IRandomSource random)
    {
        PartyId[] first = [.. input.Parties.Take(input.Threshold).Select(party => party.Pid)];
        var lambda = PublicSharing.LagrangeCoefficients(group, first);
        var coefficients = BatchCoefficients.Draw(group, input.Count, random);
        var scalars = new List<PublicScalar>(input.Count * (first.Length + 1));
        var points = new List<GroupPoint>(scalars.Capacity);
        for (var k = 0; k < input.Count; k++)
        {
            for (var i = 0; i < first.Length; i++)
            {
                scalars.Add(group.MultiplyPublic(coefficients[k], lambda[i]));
                points.Add(keys.PublicShares[first[i]][k]);
            }
            scalars.Add(group.NegatePublic(coefficients[k]));
            points.Add(keys.PublicKeys[k]);
        }
        return group.LinearCombinationPublic(scalars.ToArray(), points.ToArray()).IsIdentity;
    }
}
