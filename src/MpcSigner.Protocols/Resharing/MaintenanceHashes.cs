using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Dkg;

namespace MpcSigner.Protocols.Resharing;

/// <summary>The transcript hashes of refresh, reshare and recovery: as those of a key generation, without cc and PoK (spec §3.4, §9.1, §10).</summary>
internal static class MaintenanceHashes
{
    /// <summary>com_i = H(tag; ctx, u16 pid_i, u16 N, then per key u16 count, points; then salt_i).</summary>
    public static Digest32 Commitment(MaintenanceInput input, PartyId dealer, GroupPoint[][] points, Bytes32 salt)
    {
        var hash = new TranscriptHash(MaintenanceTags.Of(input.Terms.Protocol).Commitment).Digest(input.Context).Pid(dealer);
        DkgHashes.AddPoints(hash, points);
        return hash.Bytes32(salt).ToDigest();
    }

    /// <summary>T1 = H(tag; ctx, list (pid_j ‖ com_j)) over the dealers.</summary>
    public static Digest32 T1(MaintenanceInput input, SortedDictionary<PartyId, Digest32> commitments) =>
        DkgHashes.T1(MaintenanceTags.Of(input.Terms.Protocol).T1, input.Context, commitments);

    /// <summary>T2 = H(tag; T1, u16 number of dealers, then per dealer u16 pid_j, its points as in com).</summary>
    /// <param name="openings">Of all dealers, ascending.</param>
    public static Digest32 T2(MaintenanceInput input, Digest32 t1, IReadOnlyList<MaintenanceOpening> openings)
    {
        var hash = new TranscriptHash(MaintenanceTags.Of(input.Terms.Protocol).T2).Digest(t1).Count(openings.Count);
        foreach (var opening in openings)
        {
            hash.Pid(opening.Dealer);
            DkgHashes.AddPoints(hash, opening.Points);
        }
        return hash.ToDigest();
    }
}
