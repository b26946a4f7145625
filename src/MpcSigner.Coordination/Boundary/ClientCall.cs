using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Boundary;

/// <summary>What a client can ask of the machine. Reads of keys and requests go from the host to the store and never come here.</summary>
public abstract record ClientCall
{
    private ClientCall() { }

    /// <summary>Creation or signature.</summary>
    public sealed record Submit(SignedRequest Request) : ClientCall;

    public sealed record Status : ClientCall;
}

public abstract record ClientReply
{
    private ClientReply() { }

    /// <summary>ACTIVE keys in batch order, each with its certificate.</summary>
    public sealed record KeysCreated(IReadOnlyList<KeyRow> Keys) : ClientReply;

    /// <param name="Signature">Verified; encoding of the suite (64 bytes for Ed25519).</param>
    /// <param name="Artefact">The assembled signed transaction where the payload needs no other signature, else empty.</param>
    /// <param name="Signers">Nodes that took part; empty when the result was already known.</param>
    public sealed record Signed(ReadOnlyMemory<byte> Signature, ReadOnlyMemory<byte> Artefact, IReadOnlyList<NodeId> Signers) : ClientReply;

    public sealed record Refused(ServiceError Error) : ClientReply;

    public sealed record StatusIs(NodeStatus Status) : ClientReply;
}

/// <summary>How far a long call is: <paramref name="Done"/> of <paramref name="Total"/> steps, the stage's name for people.</summary>
public sealed record ClientProgress(string Stage, int Done, int Total);

/// <summary>A node's view of itself and its peers.</summary>
public sealed record NodeStatus(
    NodeId Nid, InstanceId Instance, ulong StartCounter, bool Ready, Digest32 Roster, Digest32 Policy,
    int OpenOrders, int LiveSessions, PoolStatus Pools, IReadOnlyList<PeerStatus> Peers)
{
    public required RosterStanding Standing { get; init; }

    /// <summary>Those of the roster in force that have begun, by name.</summary>
    public IReadOnlyList<ScheduleStatus> Schedules { get; init; } = [];
}

/// <summary>The roster in force at a node, and who else has said that it is durable there.</summary>
/// <param name="Acks">Nodes of the roster that hold it, this one among them; ascending.</param>
/// <param name="Needed">So many make it in force in the whole cluster (design §5).</param>
/// <param name="Obstacle">Why this node takes part in nothing; empty for a member.</param>
public sealed record RosterStanding(uint Version, Digest32 Hash, IReadOnlyList<NodeId> Acks, int Needed, string Obstacle)
{
    /// <summary>Every quorum meets a node that holds it.</summary>
    public bool IsInForce => Acks.Count >= Needed;
}

/// <summary>The newest instance of one of the roster's schedules, as this node sees it.</summary>
/// <param name="Next">When the instance after it begins.</param>
/// <param name="IsMet">Every key that it selects here has been refreshed since it began.</param>
/// <param name="Left">Keys that are due and not refreshed yet.</param>
/// <param name="Problem">Empty while nothing is in the way.</param>
public sealed record ScheduleStatus(string Name, uint Index, DateTimeOffset Next, bool IsMet, int Left, string Problem);

/// <param name="ClockDifference">Peer's clock minus ours at the last greeting; null before one.</param>
/// <param name="Problem">Empty when the peer can take part; else why not (unreachable, clock, version, roster, policy).</param>
public sealed record PeerStatus(NodeId Nid, string Name, bool Reachable, InstanceId? Instance, TimeSpan? ClockDifference, string Problem);
