using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkg;

/// <summary>What an order's ACKs are about: everything of H("ack"; …) and who has to sign. It can be rebuilt from the store at any time.</summary>
/// <param name="OldRoot">KH_old; zero for a creation.</param>
/// <param name="Parties">Everyone whose ACK the certificate needs, ascending by pid: all n, in a reshare the dealers too.</param>
public sealed record AckTerms(
    Suite Suite, Digest32 OldRoot, Digest32 Order, Digest32 T2, Digest32 RecordsRoot, IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties)
{
    public static AckTerms Of(DkgResult result) =>
        new(result.Input.Suite, default, result.Input.Order, result.T2, result.RecordsRoot, result.Input.Parties);

    /// <summary>What every ACK signs.</summary>
    public Digest32 Digest => LifecycleDigests.Ack(Suite, OldRoot, Order, T2, RecordsRoot);
}

/// <summary>Gathers the ACKs of all n; only all of them are a commit certificate (spec §9 "Commit").</summary>
public sealed class AckCollector
{
    private readonly AckTerms _terms;
    private readonly Dictionary<PartyId, Ed25519PublicKey> _identities;
    private readonly Digest32 _digest;
    private readonly SortedDictionary<PartyId, Acknowledgement> _acks = [];

    /// <param name="identities">Current identity keys by our own roster; it must know every party.</param>
    public AckCollector(AckTerms terms, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        _terms = terms;
        _identities = terms.Parties.ToDictionary(party => party.Pid, party => identities.TryGetValue(party.Nid, out var key)
            ? key
            : throw new ArgumentException($"no identity key for party {party.Pid}", nameof(identities)));
        _digest = terms.Digest;
    }

    /// <summary>Whose ACK is missing, ascending.</summary>
    public IReadOnlyList<PartyId> Missing => [.. _terms.Parties.Select(party => party.Pid).Where(pid => !_acks.ContainsKey(pid))];

    public bool IsComplete => _acks.Count == _terms.Parties.Count;

    /// <summary>Takes one party's ACK, the 64-byte payload of message type 4. A valid one is kept; another blames its sender.</summary>
    /// <returns>Null when it was accepted or held already, else the accusation.</returns>
    public Accusation? Add(PartyId from, ReadOnlySpan<byte> ack)
    {
        if (!_identities.TryGetValue(from, out var identity))
            return new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(ack), []);
        if (!identity.Verify(_digest, ack))
            return new(from, FaultKind.BadAcknowledgement, null, SignedStatement.DigestOf(ack), []);
        _acks.TryAdd(from, new(from, ack.ToArray()));
        return null;
    }

    /// <summary>Takes a certificate that another node pushes: u16 count ‖ (u16 pid ‖ sig) ascending. All of it must hold, or none of it is taken.</summary>
    public bool TryAddAll(ReadOnlySpan<byte> certificate)
    {
        if (!CommitCertificate.TryDecodeAcknowledgements(certificate, out var acks)
            || acks.Count != _terms.Parties.Count
            || !acks.All(ack => _identities.TryGetValue(ack.Pid, out var identity) && identity.Verify(_digest, ack.Signature.Span)))
            return false;
        foreach (var ack in acks)
            _acks.TryAdd(ack.Pid, ack);
        return IsComplete;
    }

    /// <summary>The ACKs of all n, ascending.</summary>
    /// <exception cref="InvalidOperationException">Some are missing.</exception>
    public IReadOnlyList<Acknowledgement> Certificate =>
        IsComplete ? [.. _acks.Values] : throw new InvalidOperationException($"{Missing.Count} acknowledgements are missing");

    /// <summary>The batch's certificate as it is pushed to all (payload of message type 5).</summary>
    public byte[] EncodeCertificate() => CommitCertificate.EncodeAcknowledgements(Certificate);

    /// <summary>The certificate of one key, with its inclusion path.</summary>
    /// <param name="recordHashes">KH_0..KH_{N−1}.</param>
    public CommitCertificate ForKey(IReadOnlyList<Digest32> recordHashes, int k)
    {
        Digest32[] hashes = [.. recordHashes];
        if (KeyRecordTree.Root(hashes) != _terms.RecordsRoot)
            throw new ArgumentException("these records are not the certificate's", nameof(recordHashes));
        return new(Certificate, _terms.OldRoot, _terms.Order, _terms.T2, (ushort)k, (ushort)hashes.Length, KeyRecordTree.Path(hashes, k));
    }
}
