using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Bookings;

/// <summary>Collects the W signed bookings of one request at its coordinator: acks that ride on session messages, and calls to other nodes where those do not suffice.</summary>
internal sealed class BookingQuorum(Rooms rooms, AuthenticatedRequest request, Action changed, Action<ReadOnlyMemory<byte>> knownResult)
{
    private readonly MachineContext _context = rooms.Context;
    private readonly SortedDictionary<NodeId, BookingAck> _acks = [];
    private readonly Dictionary<NodeId, NodeReason> _reasons = [];
    private readonly HashSet<NodeId> _asked = [];
    private readonly HashSet<NodeId> _outstanding = [];
    private HashSet<NodeId> _riding = [];

    public bool IsReached => _acks.Count >= _context.Roster.BookingQuorum;

    /// <summary>Nobody is left whose booking could still make the quorum.</summary>
    public bool IsOutOfReach { get; private set; }

    /// <summary>Why nodes did not book.</summary>
    public IReadOnlyCollection<NodeReason> Reasons => _reasons.Values;

    /// <summary>W of them, or more.</summary>
    public IReadOnlyList<BookingAck> Acks => [.. _acks.Values];

    /// <summary>Our own booking is durable.</summary>
    public void AddOwn() => _acks[_context.Self] = BookingAcks.Own(_context, request);

    /// <summary>False when the ack does not hold.</summary>
    public bool TryAdd(BookingAck ack)
    {
        if (!BookingAcks.Verify(_context, request, ack))
            return false;
        _acks[ack.Node] = ack;
        return true;
    }

    /// <summary>Asks as many other nodes as are needed besides those whose acks come with the session.</summary>
    public void Ask(IEnumerable<NodeId> riding)
    {
        _riding = [.. riding, _context.Self];
        IsOutOfReach = false;
        AskMore();
    }

    private void AskMore()
    {
        // Nodes, not acks: one that was asked before may meanwhile ride with the session as well.
        HashSet<NodeId> expected = [.. _riding, .. _acks.Keys, .. _outstanding];
        HashSet<NodeId> without = [.. expected, .. _asked];
        foreach (var nid in rooms.Quorums.Bookers(without))
        {
            if (expected.Count >= _context.Roster.BookingQuorum)
                return;
            expected.Add(nid);
            _outstanding.Add(nid);
            _asked.Add(nid);
            _context.Call(nid, new PeerCall.Book(request.Signed, _context.Now.Wall), (_, reply) => OnReply(nid, reply), why => OnFailure(nid, Reason.TooFewNodes, why));
        }
        IsOutOfReach = expected.Count < _context.Roster.BookingQuorum;
    }

    private void OnReply(NodeId nid, PeerReply reply)
    {
        switch (reply)
        {
            case PeerReply.Booked booked when booked.Ack.Node == nid && TryAdd(booked.Ack):
                _outstanding.Remove(nid);
                if (booked.KnownResult.Length != 0)
                    knownResult(booked.KnownResult);
                changed();
                break;
            case PeerReply.Refused refused:
                OnFailure(nid, refused.Error.Reason, refused.Error.Message);
                break;
            default:
                OnFailure(nid, Reason.PeerFault, "its booking is not signed as it must be");
                break;
        }
    }

    private void OnFailure(NodeId nid, Reason reason, string why)
    {
        _outstanding.Remove(nid);
        _reasons[nid] = new(nid, _context.NameOf(nid), reason, why);
        AskMore();
        changed();
    }
}
