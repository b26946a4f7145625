namespace MpcSigner.Coordination.Maintenance;

/// <summary>Where a maintenance order stands at this node (spec §9 "Commit", §10). Those ending in -ing wait for a commit.</summary>
internal enum MaintenancePhase
{
    /// <summary>Nothing durable yet.</summary>
    Beginning = 1,

    /// <summary>Own ACK not durable: this node may still abort by itself.</summary>
    Begun = 2,
    Acknowledging = 3,

    /// <summary>PENDING: the certificate ends it, or an order to abandon it. The old generation is in use.</summary>
    Acknowledged = 4,
    Activating = 5,

    /// <summary>The new generation is in use; the old shares wait, sealed, for the others' DONE.</summary>
    Active = 6,
    Erasing = 7,

    /// <summary>The old shares are erased; of a recovery: it is over.</summary>
    Done = 8,
    Aborting = 9,
    Aborted = 10,

    /// <summary>A recovery's last commit.</summary>
    Completing = 11,
}
