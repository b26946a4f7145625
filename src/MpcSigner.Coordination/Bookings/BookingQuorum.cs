using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Bookings;

/// <summary>Collects the signed bookings of one request at its coordinator: its own, those that ride on a session's messages, and as many others as must be asked for (design §11.1).</summary>
/// <remarks>A creation shows W of them to all. A co-signer makes its own itself, so W − 1 of others go with the question to it: with W = 2 the coordinator's is enough.</remarks>
internal sealed class BookingQuorum(Rooms rooms, AuthenticatedRequest request, Action changed, Action<ReadOnlyMemory<byte>> knownResult)
{
    private readonly MachineContext _context = rooms.Context;
    private readonly SortedDictionary<NodeId, BookingAck> _acks = [];
    private readonly Dictionary<NodeId, NodeReason> _reasons = [];
    private readonly HashSet<NodeId> _asked = [];
    private readonly HashSet<NodeId> _outstanding = [];
    private NodeId[] _riding = [];
    private NodeId[] _coSigners = [];
    private Membership _members = rooms.Context.Members;

    /// <summary>Our own booking is durable, and whoever is to see them gets enough.</summary>
    public bool IsReached => _acks.ContainsKey(_context.Self) && Suffice(_acks.Keys);

    /// <summary>Nobody is left whose booking could still make the quorum.</summary>
    public bool IsOutOfReach { get; private set; }

    /// <summary>Why nodes did not book.</summary>
    public IReadOnlyCollection<NodeReason> Reasons => _reasons.Values;

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

    /// <summary>W in all. Asks as many other nodes as are needed besides those whose acks come with the session.</summary>
    public void Ask(IEnumerable<NodeId> riding)
    {
        _riding = [.. riding];
        AskMore();
    }

    /// <summary>W with each co-signer's own. Asks as many other nodes as that takes.</summary>
    public void AskFor(IEnumerable<NodeId> coSigners)
    {
        _coSigners = [.. coSigners];
        AskMore();
    }

    private bool Suffice(IReadOnlyCollection<NodeId> nodes) => _coSigners.Length == 0
        ? nodes.Count >= _context.Roster.BookingQuorum
        : _coSigners.All(coSigner => nodes.Count(node => node != coSigner) >= _context.Roster.BookingQuorum - 1);

    private void AskMore()
    {
        FollowRoster();
        HashSet<NodeId> expected = [_context.Self, .. _riding, .. _acks.Keys, .. _outstanding];
        // One that does not sign serves all co-signers; one that does serves the others.
        HashSet<NodeId> without = [.. expected, .. _asked];
        foreach (var nid in rooms.Quorums.Bookers(without).OrderBy(nid => _coSigners.Contains(nid) ? 1 : 0))
        {
            if (Suffice(expected))
                break;
            expected.Add(nid);
            _outstanding.Add(nid);
            _asked.Add(nid);
            _context.Call(nid, new PeerCall.Book(request.Signed, _context.Now.Wall), (_, reply) => OnReply(nid, reply), why => OnFailure(nid, Reason.TooFewNodes, why));
        }
        IsOutOfReach = !Suffice(expected);
    }

    /// <summary>Under another roster other keys may speak for the nodes, and other nodes may book: what holds no longer is asked for again.</summary>
    private void FollowRoster()
    {
        if (_members == _context.Members)
            return;
        _members = _context.Members;
        var hadOwn = _acks.Remove(_context.Self);
        foreach (var ack in _acks.Values.Where(ack => !BookingAcks.Verify(_context, request, ack)).ToArray())
            _acks.Remove(ack.Node);
        if (hadOwn)
            AddOwn();
        _asked.IntersectWith([.. _acks.Keys, .. _outstanding]);
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
