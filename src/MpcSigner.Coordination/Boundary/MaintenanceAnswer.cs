using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Boundary;

/// <summary>What a node says of a maintenance order. It speaks for itself only.</summary>
public abstract record MaintenanceAnswer
{
    private MaintenanceAnswer() { }

    /// <summary>Its session is still running there, or the node has heard of nothing and is no member.</summary>
    public sealed record InProgress : MaintenanceAnswer;

    /// <summary>It has acknowledged and waits too: here is its own ACK.</summary>
    /// <param name="Doubt">Null while it has heard of no member's refusal.</param>
    public sealed record Acknowledged(Digest32 Echo, Digest32 RecordsRoot, ReadOnlyMemory<byte> Ack, AttemptDoubt? Doubt = null) : MaintenanceAnswer;

    /// <summary>The new generation is ACTIVE there.</summary>
    /// <param name="Done">Its DONE; empty where it holds no new share.</param>
    public sealed record Certified(OrderCertificate Certificate, ReadOnlyMemory<byte> Done) : MaintenanceAnswer;

    /// <summary>Its own ABORT.</summary>
    public sealed record Aborted(byte Kind, ReadOnlyMemory<byte> Signature) : MaintenanceAnswer;

    /// <summary>A recovery is over there.</summary>
    /// <param name="RecordsRoot">Root over the records whose shares were recovered.</param>
    /// <param name="Done">The recovered node's DONE; empty from a helper.</param>
    public sealed record Recovered(Digest32 RecordsRoot, ReadOnlyMemory<byte> Done) : MaintenanceAnswer;
}

/// <summary>What an old party outside the session of a reshare needs to verify its certificate.</summary>
/// <param name="Records">The new records, in the order's key order.</param>
/// <param name="Anchors">What each key is known by, in key order; a request that several share is one object.</param>
public sealed record MaintainedKeys(SignedOrder Order, IReadOnlyList<KeyRecord> Records, IReadOnlyList<KeyAnchor> Anchors);

/// <summary>A record in use, with what proves it.</summary>
/// <param name="Certificate">Encoded commit certificate.</param>
/// <param name="Dealers">Whose ACKs it carries beside those of the record's parties; ascending.</param>
public sealed record CertifiedKey(
    KeyRecord Record, uint Attempt, ReadOnlyMemory<byte> Certificate, IReadOnlyList<(PartyId Pid, NodeId Nid)> Dealers)
{
    /// <summary>The order that made this generation, where a single key was asked about: it proves who had to acknowledge. Null at a creation.</summary>
    public SignedOrder? Order { get; init; }
}
