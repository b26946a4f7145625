using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkg;

/// <summary>The transcript hashes of a key generation (spec §9, exact fields §9.1). Every value is a field of its own; lists ascend by pid.</summary>
internal static class DkgHashes
{
    /// <summary>com_i = H("dkg-com"; dctx, u16 pid_i, u16 N, then per key u16 t, points; then u16 N, cc…; then salt_i).</summary>
    public static Digest32 Commitment(Digest32 context, PartyId dealer, GroupPoint[][] points, Bytes32[] chainCodes, Bytes32 salt)
    {
        var hash = new TranscriptHash(Tags.DkgCommitment).Digest(context).Pid(dealer);
        AddPoints(hash, points);
        AddChainCodes(hash, chainCodes);
        return hash.Bytes32(salt).ToDigest();
    }

    /// <summary>T1 = H("dkg-t1"; dctx, list (pid_j ‖ com_j)).</summary>
    /// <param name="commitments">Of all n parties.</param>
    public static Digest32 T1(Digest32 context, SortedDictionary<PartyId, Digest32> commitments) => T1(Tags.DkgT1, context, commitments);

    /// <summary>The same form under the tag of another protocol (spec §3.4: "as the dkg tags").</summary>
    public static Digest32 T1(Tag tag, Digest32 context, SortedDictionary<PartyId, Digest32> commitments)
    {
        var hash = new TranscriptHash(tag).Digest(context).Count(commitments.Count);
        foreach (var (pid, commitment) in commitments)
            hash.Joined(pid, commitment.Value);
        return hash.ToDigest();
    }

    /// <summary>T2 = H("dkg-t2"; T1, u16 n, then per party u16 pid_j, its points as in com, u16 N, cc…, u16 N, PoK…).</summary>
    /// <param name="openings">Of all n parties, ascending.</param>
    public static Digest32 T2(Digest32 t1, IReadOnlyList<DkgOpening> openings)
    {
        var hash = new TranscriptHash(Tags.DkgT2).Digest(t1).Count(openings.Count);
        foreach (var opening in openings)
        {
            hash.Pid(opening.Dealer);
            AddPoints(hash, opening.Points);
            AddChainCodes(hash, opening.ChainCodes);
            hash.Count(opening.Proofs.Length);
            foreach (var proof in opening.Proofs)
                hash.Bytes(proof.Encode());
        }
        return hash.ToDigest();
    }

    /// <summary>The chain code of key k: H("dkg-cc"; T2, list of cc_{j,k}).</summary>
    public static Digest32 ChainCode(Digest32 t2, IReadOnlyList<DkgOpening> openings, int k)
    {
        var hash = new TranscriptHash(Tags.DkgChainCode).Digest(t2).Count(openings.Count);
        foreach (var opening in openings)
            hash.Bytes32(opening.ChainCodes[k]);
        return hash.ToDigest();
    }

    /// <summary>u16 N, then per key u16 count and that many points.</summary>
    public static void AddPoints(TranscriptHash hash, GroupPoint[][] points)
    {
        hash.Count(points.Length);
        foreach (var polynomial in points)
            hash.Count(polynomial.Length).Points(polynomial);
    }

    private static void AddChainCodes(TranscriptHash hash, Bytes32[] chainCodes)
    {
        hash.Count(chainCodes.Length);
        foreach (var chainCode in chainCodes)
            hash.Bytes32(chainCode);
    }
}
