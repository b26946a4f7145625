using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>Collects the ACKs of an order's parties. They may come before this node knows T2 and the records itself: they are judged when it does.</summary>
/// <param name="oldRoot">KH_old: the root over the records that the order starts from; all zero at a creation.</param>
/// <param name="parties">Whose ACKs make the certificate.</param>
internal sealed class OrderAcks(
    Suite suite, Digest32 oldRoot, Digest32 order, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties, Func<Membership> members)
{
    private readonly SortedDictionary<PartyId, (ReadOnlyMemory<byte> Ack, Action? Bad)> _unjudged = [];
    private readonly SortedDictionary<PartyId, ReadOnlyMemory<byte>> _good = [];
    private (Digest32 Echo, Digest32 Root, Digest32 Statement)? _known;

    public bool IsComplete => _good.Count == parties.Count;

    public bool Holds(PartyId pid) => _good.ContainsKey(pid);

    /// <summary>This node has finished the protocol: from here on ACKs can be judged.</summary>
    public void Know(Digest32 echo, Digest32 root)
    {
        _known = (echo, root, LifecycleDigests.Ack(suite, oldRoot, order, echo, root));
        foreach (var (pid, early) in _unjudged)
            Add(pid, early.Ack, early.Bad);
        _unjudged.Clear();
    }

    /// <param name="bad">Called when the ACK does not hold for what this node derives: at once, or when it has derived it.</param>
    public void Add(PartyId pid, ReadOnlyMemory<byte> ack, Action? bad = null)
    {
        if (ack.Length != Ed25519Signature.Size || Nid(pid) is not { } nid)
            bad?.Invoke();
        else if (_known is not { } known)
            _unjudged.TryAdd(pid, (ack, bad));
        // Part of a certificate: what a party signed before its identity was rotated counts.
        else if (members().HasEverSigned(nid, known.Statement, ack.Span))
            _good[pid] = ack;
        else
            bad?.Invoke();
    }

    /// <summary>Takes all ACKs of a certificate; true when it is complete and of this very result.</summary>
    public bool AddAll(OrderCertificate certificate)
    {
        if (_known is not { } known || certificate.Order != order || certificate.Echo != known.Echo || certificate.RecordsRoot != known.Root)
            return false;
        foreach (var (pid, ack) in certificate.Acks)
            Add(pid, ack);
        return IsComplete;
    }

    public OrderCertificate Certificate() => _known is { } known && IsComplete
        ? new(order, known.Echo, known.Root, [.. _good.Select(ack => (ack.Key, ack.Value))])
        : throw new InvalidOperationException("the certificate is not complete");

    private NodeId? Nid(PartyId pid)
    {
        foreach (var party in parties)
        {
            if (party.Pid == pid)
                return party.Nid;
        }
        return null;
    }
}
