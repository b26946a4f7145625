using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Audit;

/// <summary>One entry of a node's append-only log. Each hash covers the one before it and is signed by the node.</summary>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="Request">H of the request body it concerns, zero where none.</param>
/// <param name="Key">Zero where none.</param>
/// <param name="Detail">What identifies the event: a reason, R, a signature's hash. Never a secret or a payload. At most <see cref="MaxDetailBytes"/>.</param>
/// <param name="Hash">H("log-entry"; previous hash, entry encoding).</param>
/// <param name="Signature">The node's Ed25519 signature over H("log-head"; cluster, nid, sequence, hash).</param>
public sealed record AuditEntry(
    ulong Sequence,
    DateTimeOffset Time,
    AuditKind Kind,
    Digest32 Request,
    KeyId Key,
    ReadOnlyMemory<byte> Detail,
    Digest32 Hash,
    ReadOnlyMemory<byte> Signature)
{
    public const int MaxDetailBytes = 1_024;
}

/// <summary>The log's end: what the next entry chains to. Zero hash and sequence 0 before the first.</summary>
public readonly record struct LogHead(ulong Sequence, Digest32 Hash);

/// <summary>What happened; numbers are stored, never reused.</summary>
public enum AuditKind : ushort
{
    NodeStarted = 1,
    RequestReceived = 2,
    Allowed = 3,
    Denied = 4,
    Booked = 5,

    /// <summary>Detail = R, the nonce commitment that identifies the final signature; written before the share leaves.</summary>
    ShareReleased = 6,
    RequestCompleted = 7,
    RequestFailed = 8,
    OrderBegun = 9,
    OrderAcknowledged = 10,
    OrderActivated = 11,
    OrderAborted = 12,
    PeerFault = 13,

    /// <summary>Own ACK durable and another party's ABORT seen: no key so far, shares kept.</summary>
    OrderGivenUp = 14,

    /// <summary>Old shares of a maintenance order are erased.</summary>
    OldSharesErased = 15,

    /// <summary>Back to the generation before, on an operator's order.</summary>
    OrderRolledBack = 16,
    SharesRecovered = 17,
    RosterAccepted = 18,
    DestructionAccepted = 19,
    DestructionCancelled = 20,
    KeysDestroyed = 21,
    JobChanged = 22,

    /// <summary>This node found its share older than the key.</summary>
    ShareBehind = 23,

    /// <summary>A peer offered a roster that does not follow the one in force here: a fork, or one that was made up.</summary>
    RosterRefused = 24,

    /// <summary>A schedule of the roster has not refreshed all its keys, and why.</summary>
    ScheduleUnmet = 25,

    /// <summary>Echoes differed in a session and nobody can be named yet: what was signed in it is kept as evidence.</summary>
    EvidenceKept = 26,
}
