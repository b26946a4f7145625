using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Coordination.Boundary;

/// <summary>Something worth a log line or a counter. Ids, sizes and reasons; never payloads or secrets.</summary>
public abstract record Observation
{
    private Observation() { }

    public sealed record RequestRefused(ClientId Client, Reason Reason) : Observation;

    public sealed record KeysActivated(Digest32 Order, int Count) : Observation;

    public sealed record OrderPending(Digest32 Order) : Observation;

    public sealed record OrderAborted(Digest32 Order, string Why) : Observation;

    /// <summary>Ended on another party's ABORT after the own ACK: shares are kept, and a certificate still makes the keys ACTIVE.</summary>
    public sealed record OrderGivenUp(Digest32 Order, string Why) : Observation;

    /// <summary>A maintenance order waits for its certificate.</summary>
    public sealed record MaintenancePending(Digest32 Order, string Why) : Observation;

    public sealed record MaintenanceActivated(Digest32 Order, int Count) : Observation;

    public sealed record MaintenanceAborted(Digest32 Order, string Why) : Observation;

    /// <summary>Back to the generation before, on an operator's order.</summary>
    public sealed record MaintenanceRolledBack(Digest32 Order) : Observation;

    public sealed record OldSharesErased(Digest32 Order, int Count) : Observation;

    public sealed record SharesRecovered(Digest32 Order, int Count) : Observation;

    /// <summary>This node's share of the key is of an older generation than the key: it refuses to sign until the share is recovered.</summary>
    public sealed record ShareBehind(KeyId Key, uint Held, uint InUse) : Observation;

    /// <param name="What">Which step came to what.</param>
    public sealed record JobChanged(Digest32 Job, string What) : Observation;

    /// <summary>Keys of a schedule are due and not refreshed, and why.</summary>
    public sealed record ScheduleUnmet(string Schedule, string Why) : Observation;

    public sealed record DestructionAccepted(Digest32 Order, int Keys, DateTimeOffset NotBefore) : Observation;

    public sealed record DestructionCancelled(Digest32 Order) : Observation;

    public sealed record KeysDestroyed(Digest32 Order, int Keys) : Observation;

    public sealed record SignatureCompleted(KeyId Key, Suite Suite, int Attempts, TimeSpan Took) : Observation;

    /// <summary>A quorum came to nothing and another is tried within the same request.</summary>
    public sealed record SigningFailedOver(KeyId Key, IReadOnlyList<NodeReason> Failed) : Observation;

    /// <summary>A request found its material ready, or had to wait for it to be made.</summary>
    public sealed record MaterialTaken(KeyId Key, bool Ready) : Observation;

    /// <summary>Material was made ahead, or for requests that waited for it.</summary>
    /// <param name="Peers">With whom.</param>
    public sealed record MaterialMade(KeyId Key, IReadOnlyList<NodeId> Peers, int Count) : Observation;

    /// <summary>Material could not be made; whoever is named is asked again later.</summary>
    public sealed record MaterialNotMade(KeyId Key, IReadOnlyList<NodeReason> Failed) : Observation;

    /// <summary>Material was wiped unused.</summary>
    /// <param name="Held">Made for a peer's requests; false: for this node's own.</param>
    public sealed record MaterialDropped(KeyId Key, bool Held, int Count, MaterialEnd Why) : Observation;

    /// <summary>A pair setup is in use.</summary>
    public sealed record PairSetUp(NodeId Peer, ulong SendingEpoch, ulong ReceivingEpoch) : Observation;

    /// <summary>A pair setup came to nothing, for no fault that can be shown.</summary>
    public sealed record PairNotSetUp(NodeId Peer, string Why) : Observation;

    public sealed record SessionFailed(SessionId Session, string Why) : Observation;

    /// <summary>A peer cheated: who, what. The evidence is in the log entry.</summary>
    public sealed record PeerBlamed(NodeId Peer, string Fault) : Observation;

    /// <summary>Another roster is in force here.</summary>
    public sealed record RosterAdopted(uint Version, Digest32 Hash) : Observation;

    /// <summary>So many nodes hold the roster that every quorum meets one of them (design §5).</summary>
    /// <param name="Acks">Nodes that hold it, of <paramref name="Nodes"/>.</param>
    public sealed record RosterInForce(uint Version, Digest32 Hash, int Acks, int Nodes) : Observation;

    /// <summary>A peer offered a roster that does not follow ours, or has another one of our version: a fork, or one that was made up.</summary>
    public sealed record RosterRefused(NodeId Peer, string Why) : Observation;

    /// <summary>This node signs under another identity key from here on.</summary>
    /// <param name="Key">The public key, in hexadecimal.</param>
    public sealed record IdentityChanged(string Key) : Observation;

    /// <summary>This node has left the cluster, or lacks the identity that the roster names: it refuses everything.</summary>
    public sealed record TakesNoPart(string Why) : Observation;

    public sealed record PeerChanged(NodeId Peer, bool Reachable, string Problem) : Observation;
}

/// <summary>Why material was wiped unused.</summary>
public enum MaterialEnd
{
    /// <summary>Its life was over.</summary>
    Expired = 1,

    /// <summary>A newer process of the node it was made with was seen.</summary>
    OtherInstance = 2,

    /// <summary>A call about it was lost, refused unopened or not understood: what the other side has done is not known.</summary>
    InDoubt = 3,

    /// <summary>The coordinator no longer counts on it.</summary>
    Retired = 4,

    /// <summary>Room was needed for other material.</summary>
    Displaced = 5,

    /// <summary>The clock jumped: this may be a copy of a machine.</summary>
    ClockJumped = 6,

    /// <summary>The key's record is another one now.</summary>
    KeyChanged = 7,

    /// <summary>The node it was made with broke the protocol.</summary>
    PeerFault = 8,

    /// <summary>Nothing of it is left: every piece has served its question.</summary>
    Used = 9,

    /// <summary>The node it was made with has left the cluster, or this one has.</summary>
    NodeLeft = 10,
}
