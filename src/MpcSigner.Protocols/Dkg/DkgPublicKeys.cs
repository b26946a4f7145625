using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Everything public that follows from the openings of all parties: any two honest parties, and any auditor, derive the same (spec §9, "Derive").</summary>
internal sealed record DkgPublicKeys(
    Digest32 T2,
    IReadOnlyList<KeyRecord> Records,
    Digest32[] RecordHashes,
    Digest32 RecordsRoot,
    GroupPoint[] PublicKeys,
    IReadOnlyDictionary<PartyId, GroupPoint[]> PublicShares)
{
    /// <summary>
    /// P = Σ_j C_{j,0}; X_m = Σ_j Σ_k pid_m^k·C_{j,k}; chain codes; records of generation 0; KH of each; KHR.
    /// Null when some P or X_m comes out as O, which has no encoding.
    /// </summary>
    /// <param name="openings">Of all n parties, ascending by pid; verified.</param>
    public static DkgPublicKeys? Derive(IGroup group, DkgInput input, Digest32 t1, IReadOnlyList<DkgOpening> openings)
    {
        var (n, count) = (input.Parties.Count, input.Count);
        var keys = new GroupPoint[count];
        var shares = input.Parties.ToDictionary(party => party.Pid, _ => new GroupPoint[count]);
        var all = new List<GroupPoint>(count * (n + 1));
        for (var k = 0; k < count; k++)
        {
            var sum = SumOfPolynomials(group, openings, k, input.Threshold);
            keys[k] = sum[0];
            all.Add(sum[0]);
            foreach (var (pid, _) in input.Parties)
                all.Add(shares[pid][k] = group.EvaluatePublic(sum, pid.Value));
        }
        if (all.Exists(point => point.IsIdentity))
            return null;
        group.PrepareEncodings(all.ToArray());

        var t2 = DkgHashes.T2(t1, openings);
        var records = new KeyRecord[count];
        for (var k = 0; k < count; k++)
        {
            var key = k;
            records[k] = new(
                input.Suite, input.KeyIds[k], Generation: 0, input.Threshold,
                [.. input.Parties.Select(party => new KeyParty(party.Pid, party.Nid, shares[party.Pid][key].Encode()))],
                keys[k].Encode(), DkgHashes.ChainCode(t2, openings, k));
        }
        Digest32[] hashes = [.. records.Select(KeyRecordHash.Compute)];
        return new(t2, records, hashes, KeyRecordTree.Root(hashes), keys, shares);
    }

    private static GroupPoint[] SumOfPolynomials(IGroup group, IReadOnlyList<DkgOpening> openings, int k, int threshold)
    {
        var sum = new GroupPoint[threshold];
        var terms = new GroupPoint[openings.Count];
        for (var m = 0; m < threshold; m++)
        {
            for (var j = 0; j < terms.Length; j++)
                terms[j] = openings[j].Points[k][m];
            sum[m] = group.Sum(terms);
        }
        return sum;
    }
}
