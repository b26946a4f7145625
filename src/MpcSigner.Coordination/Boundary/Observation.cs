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

    public sealed record SignatureCompleted(KeyId Key, Suite Suite, int Attempts, TimeSpan Took) : Observation;

    public sealed record SessionFailed(SessionId Session, string Why) : Observation;

    /// <summary>A peer cheated: who, what. The evidence is in the log entry.</summary>
    public sealed record PeerBlamed(NodeId Peer, string Fault) : Observation;

    public sealed record PeerChanged(NodeId Peer, bool Reachable, string Problem) : Observation;
}
