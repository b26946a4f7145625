using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Peers;

/// <summary>All other nodes of the roster: their newest instances, whether they answer, whether they can take part.</summary>
internal sealed class PeerBook
{
    private readonly MachineContext _context;
    private readonly SortedDictionary<NodeId, Peer> _peers = [];
    private readonly Dictionary<NodeId, ExclusionRow> _exclusions;

    public PeerBook(MachineContext context)
    {
        _context = context;
        _exclusions = new(context.Setup.Stored.Excluded);
        foreach (var node in context.Roster.Nodes)
            Add(node);
    }

    /// <summary>A newer instance of a peer was seen: what the older one had open is void.</summary>
    public event Action<NodeId>? Renewed;

    /// <summary>A node has left the cluster: what was made with it goes. It is in the book no more.</summary>
    public event Action<NodeId>? Left;

    /// <summary>A node has joined the cluster.</summary>
    public event Action<NodeId>? Joined;

    /// <summary>A peer goes by another roster than this node.</summary>
    public event Action<NodeId>? OtherRoster;

    /// <summary>Ascending by nid.</summary>
    public IReadOnlyCollection<Peer> All => _peers.Values;

    /// <summary>Null for a node that the roster does not name, and for ourselves.</summary>
    public Peer? Find(NodeId nid) => _peers.GetValueOrDefault(nid);

    public bool IsReachable(Peer peer) => peer.LastHeard is { } heard && _context.Now.Elapsed - heard <= _context.Settings.PeerSilence;

    /// <summary>Reachable, and nothing known stands against its taking part.</summary>
    public bool IsUsable(Peer peer) => IsReachable(peer) && peer.Problem.Length == 0 && peer.Exclusion is null;

    /// <summary>Why a node is not used, as a caller is told.</summary>
    public NodeReason WhyNot(NodeId nid)
    {
        if (Find(nid) is not { } peer)
            return new(nid, _context.NameOf(nid), Reason.WrongNode, "it is no node of the cluster any more");
        var (reason, message) = peer switch
        {
            { Exclusion: { } exclusion } => (Reason.PeerFault, $"it broke the protocol at {Refusals.Time(exclusion.Since)}; this node's operator must readmit it (mpcsigner-node peer readmit)"),
            _ when !IsReachable(peer) => (Reason.TooFewNodes, $"not reachable: {peer.Silence}"),
            { ProblemKind: Reason.RosterMismatch } => (Reason.RosterMismatch, peer.Problem),
            _ => (Reason.NotReady, peer.Problem.Length == 0 ? "not chosen" : peer.Problem),
        };
        return new(nid, peer.Node.Name, reason, message);
    }

    /// <summary>Accepts an instance as its node's newest, durably if it is new; the refusal when a newer one is known (spec §4.1).</summary>
    public ServiceError? Admit(NodeId nid, InstanceId instance, ulong startCounter)
    {
        if (Find(nid) is not { } peer)
            return Refusals.Malformed($"The roster has no other node {nid}.");
        if (peer.Newest is { } known)
        {
            if (startCounter < known.StartCounter || (startCounter == known.StartCounter && instance != known.Instance))
                return Refusals.Superseded(peer.Node.Name, known.StartCounter, startCounter);
            if (startCounter == known.StartCounter)
                return null;
        }
        var renewed = peer.Newest is not null;
        peer.Newest = (instance, startCounter);
        _context.Commit(new Batch().Write(new StoreWrite.PutPeerInstance(nid, instance, startCounter)));
        if (renewed)
            Renewed?.Invoke(nid);
        return null;
    }

    /// <summary>Clock and documents of a peer's frame or call; the refusal names both sides' values.</summary>
    public ServiceError? JudgeClock(NodeId nid, DateTimeOffset clock)
    {
        var allowed = _context.Settings.MaxClockDifference;
        return (clock - _context.Now.Wall).Duration() > allowed
            ? Refusals.ClockSkew(_context.Now.Wall, $"node {_context.NameOf(nid)}", clock, allowed)
            : null;
    }

    /// <summary>Roster and policy of a peer's frame or call. Whoever is behind with the roster catches up, whatever becomes of this call.</summary>
    public ServiceError? JudgeDocuments(NodeId nid, Digest32 roster, Digest32 policy)
    {
        if (roster != _context.Roster.Hash)
            OtherRoster?.Invoke(nid);
        return CompareDocuments(roster, policy);
    }

    private ServiceError? CompareDocuments(Digest32 roster, Digest32 policy)
    {
        if (roster != _context.Roster.Hash)
            return Refusals.RosterMismatch(_context.Roster.Hash, roster);
        return policy != _context.Setup.Policy.Hash ? Refusals.PolicyMismatch(_context.Setup.Policy.Hash, policy) : null;
    }

    /// <summary>Another roster is in force here: its nodes are the peers now.</summary>
    public void Adopt()
    {
        var roster = _context.Roster;
        foreach (var nid in _peers.Keys.Where(nid => roster.Find(nid) is null).ToArray())
        {
            _peers.Remove(nid);
            Left?.Invoke(nid);
        }
        foreach (var node in roster.Nodes)
        {
            if (Find(node.Nid) is not { } peer)
            {
                if (Add(node))
                    Joined?.Invoke(node.Nid);
                continue;
            }
            peer.Node = node;
            if (peer.Documents is { } documents && peer.ProblemKind is null or Reason.RosterMismatch or Reason.PolicyMismatch)
                peer.Judged(CompareDocuments(documents.Roster, documents.Policy)); // who had our former one is behind: nothing to ask it for
            Report(peer);
        }
    }

    public void Heard(Peer peer)
    {
        if (Find(peer.Nid) != peer)
            return; // it left while its word was on the way
        peer.LastHeard = _context.Now.Elapsed;
        Report(peer);
    }

    public void Silent(Peer peer, string why)
    {
        peer.LastHeard = null;
        peer.Silence = why;
        Report(peer);
    }

    public void Strike(NodeId nid)
    {
        if (Find(nid) is { } peer)
            peer.Strikes++;
    }

    /// <summary>Leaves a peer out from now on. A node that has left the roster is left out should it come back.</summary>
    /// <param name="row">Durable with the fault's log entry, or on its way: that is what binds later processes.</param>
    public void Exclude(ExclusionRow row)
    {
        if (_exclusions.TryAdd(row.Peer, row) && Find(row.Peer) is { } peer)
            peer.Exclusion = row;
    }

    /// <summary>False for ourselves.</summary>
    private bool Add(RosterNode node)
    {
        if (node.Nid == _context.Self)
            return false;
        var peer = new Peer(node);
        if (_context.Setup.Stored.Peers.TryGetValue(node.Nid, out var newest))
            peer.Newest = newest;
        peer.Exclusion = _exclusions.GetValueOrDefault(node.Nid);
        _peers.Add(node.Nid, peer);
        return true;
    }

    private void Report(Peer peer)
    {
        var reachable = IsReachable(peer);
        if (peer.Reported == (reachable, peer.ProblemKind))
            return;
        peer.Reported = (reachable, peer.ProblemKind);
        _context.Observe(new Observation.PeerChanged(peer.Nid, reachable, reachable ? peer.Problem : peer.Silence));
    }
}
