namespace MpcSigner.Coordination.Lifecycle;

/// <summary>Where an order stands at this node (spec §9 "Commit"). Those ending in -ing wait for a commit.</summary>
internal enum OrderPhase
{
    Beginning = 1,

    /// <summary>Own ACK not durable: this node may still abort by itself.</summary>
    Begun = 2,
    Acknowledging = 3,

    /// <summary>PENDING: the certificate ends it; on another party's ABORT this node gives up.</summary>
    Acknowledged = 4,
    Activating = 5,
    Active = 6,
    Aborting = 7,
    Aborted = 8,
    GivingUp = 9,

    /// <summary>Own ACK durable, another party's ABORT seen: shares stay, for that party may lie. A certificate still activates.</summary>
    GivenUp = 10,
}
