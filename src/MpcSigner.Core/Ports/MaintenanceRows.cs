using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;

namespace MpcSigner.Core.Ports;

/// <summary>A maintenance order (spec §10) this node has begun: kinds 3 refresh, 4 reshare, 5 recovery.</summary>
/// <param name="Order">H(order).</param>
/// <param name="Keys">Key order of the batch; the generation is the one the order makes (recovery: recovers).</param>
/// <param name="OldRoot">Root over the old KH_k.</param>
/// <param name="Abort">This node's own ABORT; empty while it gave none. It stays when the order was rolled back.</param>
/// <param name="Dones">DONE of parties, as far as they came.</param>
public sealed record MaintenanceRow(
    Digest32 Order,
    byte Kind,
    Suite Suite,
    uint Attempt,
    InstanceId Instance,
    SignedOrder Signed,
    IReadOnlyList<(KeyId Key, uint Generation)> Keys,
    MaintenanceState State,
    Digest32 OldRoot,
    Digest32 Echo,
    Digest32 RecordsRoot,
    ReadOnlyMemory<byte> Ack,
    byte AbortKind,
    ReadOnlyMemory<byte> Abort,
    IReadOnlyDictionary<PartyId, ReadOnlyMemory<byte>> Dones,
    DateTimeOffset BegunAt)
{
    /// <summary>Of an Acknowledged order; null while no doubt of it is durable here.</summary>
    public AttemptDoubt? Doubt { get; init; }
}

/// <summary>What a key's next order has to know of the ones before it.</summary>
/// <param name="Abort">This node's own ABORT; empty while it gave none.</param>
public sealed record AttemptRow(Digest32 Order, byte Kind, uint Attempt, MaintenanceState State, byte AbortKind, ReadOnlyMemory<byte> Abort);

/// <summary>Numbers are stored.</summary>
public enum MaintenanceState : byte
{
    /// <summary>Begun, own ACK not durable: after a restart it can only be aborted.</summary>
    Begun = 1,

    /// <summary>Own ACK durable, new shares PENDING; the old generation is in use.</summary>
    Acknowledged = 2,

    /// <summary>Certificate held: the new generation is in use, the old shares are kept sealed.</summary>
    Active = 3,

    /// <summary>This node signed ABORT: PENDING shares are deleted, it never activates the attempt (any more).</summary>
    Aborted = 4,

    /// <summary>All DONE held, or an operator said so: the old shares are erased. A finished recovery is Done at once.</summary>
    Done = 5,
}

/// <summary>A bulk operation at the node that runs it: orders one after the other, each with spare ones of higher attempts.</summary>
/// <param name="Job">SHA-256 over its orders' bodies: the same orders are the same job.</param>
/// <param name="Title">For people, 1..200 characters.</param>
/// <param name="Detail">Empty for a job that runs and for one that ended well; else why it stops, or how it ended. A Running job with it begins no further order.</param>
public sealed record JobRow(
    Digest32 Job, string Title, JobState State, IReadOnlyList<JobStep> Steps, string Detail, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Numbers are stored and sent.</summary>
public enum JobState : byte
{
    Running = 1,
    Completed = 2,

    /// <summary>Ended with at least one step failed.</summary>
    Failed = 3,
    Cancelled = 4,
}

/// <summary>One step of a job: one batch of keys.</summary>
/// <param name="Orders">1..8 orders for the same keys and operation with ascending attempts: the next is tried when one was aborted.</param>
/// <param name="Tried">How many of them were begun or refused for good.</param>
/// <param name="Outcome">For people: why it failed, or empty.</param>
public sealed record JobStep(IReadOnlyList<SignedOrder> Orders, int Tried, JobStepState State, string Outcome)
{
    public const int MaxOrders = 8;
}

/// <summary>Numbers are stored and sent.</summary>
public enum JobStepState : byte
{
    Waiting = 1,
    Running = 2,
    Completed = 3,
    Failed = 4,
    Cancelled = 5,
}

/// <summary>A destruction this node has accepted.</summary>
/// <param name="Order">H(order).</param>
/// <param name="Attestation">This node's signed word that the shares are gone; empty before.</param>
public sealed record DestructionRow(
    Digest32 Order, SignedOrder Signed, IReadOnlyList<KeyId> Keys, DestructionState State, DateTimeOffset NotBefore,
    ReadOnlyMemory<byte> Attestation, DateTimeOffset UpdatedAt);

/// <summary>Numbers are stored and sent.</summary>
public enum DestructionState : byte
{
    Waiting = 1,
    Destroyed = 2,
    Cancelled = 3,
}

/// <summary>One version of the roster as this node accepted it.</summary>
/// <param name="Bytes">The exact signed bytes.</param>
/// <param name="Signatures">Encoded document signatures (the YAML of each), as many as the version before asks for.</param>
/// <param name="Acks">Which nodes have said that they hold it durably, with their signatures.</param>
public sealed record RosterRow(
    uint Version, Digest32 Hash, ReadOnlyMemory<byte> Bytes, IReadOnlyList<ReadOnlyMemory<byte>> Signatures,
    IReadOnlyDictionary<NodeId, ReadOnlyMemory<byte>> Acks, DateTimeOffset AcceptedAt);
