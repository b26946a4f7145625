using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>The checks of <see cref="CommitCertificate.Verify"/>, cheapest first, signatures last.</summary>
internal static class CertificateCheck
{
    internal static CertificateVerdict Run(
        CommitCertificate certificate, KeyRecord record, Func<NodeId, Digest32, ReadOnlyMemory<byte>, bool?> hasSigned, IReadOnlyList<(PartyId Pid, NodeId Nid)> dealers)
    {
        var fault = CheckRecord(record);
        if (fault != CertificateFault.Valid)
            return new(fault);
        if ((record.Generation == 0) != certificate.OldRoot.Value.IsZero)
            return new(CertificateFault.WrongPredecessor);
        if (record.Generation == 0 && (certificate.Index >= KeyLimits.MaxBatch || KeyIds.Derive(certificate.OrderHash, certificate.Index) != record.KeyId))
            return new(CertificateFault.WrongKeyId);
        if (KeyRecordTree.RootFromPath(KeyRecordHash.Compute(record), certificate.Index, certificate.Count, certificate.Siblings.ToArray()) is not { } root)
            return new(CertificateFault.BadPath);

        var signers = new SortedDictionary<PartyId, NodeId>();
        foreach (var party in record.Parties)
            signers.Add(party.Pid, party.Nid);
        foreach (var (pid, nid) in dealers)
        {
            // A pid in both lists is the same nid, a nid in both keeps its pid (spec §10).
            if (signers.TryGetValue(pid, out var known) ? known != nid : signers.ContainsValue(nid))
                return new(CertificateFault.DealerConflict, pid);
            signers[pid] = nid;
        }
        var ack = LifecycleDigests.Ack(record.Suite, certificate.OldRoot, certificate.OrderHash, certificate.T2, root);
        return CheckSignatures(certificate.Acknowledgements, signers, hasSigned, ack);
    }

    private static CertificateVerdict CheckSignatures(
        IReadOnlyList<Acknowledgement> acknowledgements, SortedDictionary<PartyId, NodeId> signers, Func<NodeId, Digest32, ReadOnlyMemory<byte>, bool?> hasSigned, Digest32 ack)
    {
        var seen = new HashSet<PartyId>();
        foreach (var acknowledgement in acknowledgements)
        {
            if (!signers.ContainsKey(acknowledgement.Pid) || !seen.Add(acknowledgement.Pid))
                return new(CertificateFault.UnknownParty, acknowledgement.Pid);
        }
        foreach (var pid in signers.Keys)
        {
            if (!seen.Contains(pid))
                return new(CertificateFault.MissingAcknowledgement, pid);
        }
        foreach (var (pid, signature) in acknowledgements)
        {
            switch (hasSigned(signers[pid], ack, signature))
            {
                case null:
                    return new(CertificateFault.UnknownNode, pid);
                case false:
                    return new(CertificateFault.BadSignature, pid);
                case true:
                    break;
            }
        }
        return new(CertificateFault.Valid);
    }

    private static CertificateFault CheckRecord(KeyRecord record)
    {
        var parties = record.Parties;
        if (record.Suite == Suite.None || parties.Count > KeyLimits.MaxParties || record.Threshold < KeyLimits.MinThreshold || record.Threshold > parties.Count)
            return CertificateFault.MalformedRecord;
        var group = Groups.Groups.For(record.Suite.Curve());
        if (!group.TryDecodePoint(record.PublicKey.Span, out var publicKey))
            return CertificateFault.MalformedRecord;
        var shares = new GroupPoint[parties.Count];
        var nids = new HashSet<NodeId>();
        for (var i = 0; i < shares.Length; i++)
        {
            if ((i > 0 && parties[i].Pid.CompareTo(parties[i - 1].Pid) <= 0) || !nids.Add(parties[i].Nid)
                || !group.TryDecodePoint(parties[i].PublicShare.Span, out shares[i]!))
                return CertificateFault.MalformedRecord;
        }
        return PublicSharing.IsConsistent(group, record.Threshold, parties.Select(p => p.Pid).ToArray(), shares, publicKey)
            ? CertificateFault.Valid
            : CertificateFault.InconsistentRecord;
    }
}
