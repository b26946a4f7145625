using MpcSigner.Core.Faults;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>What became of an order at the node that was told to run it.</summary>
internal abstract record MaintenanceOutcome
{
    private MaintenanceOutcome() { }

    /// <summary>The new generation is ACTIVE here, durably; or the recovered node holds its shares.</summary>
    public sealed record Completed : MaintenanceOutcome;

    /// <summary>This node has signed ABORT, durably, and every other member has been shown the order so that it ends there too.</summary>
    /// <param name="MayRetry">Another attempt may do better: nothing is wrong with the order itself.</param>
    public sealed record Aborted(string Why, bool MayRetry) : MaintenanceOutcome;

    /// <summary>Nothing was begun here: the attempt is not used up at this node.</summary>
    public sealed record Refused(ServiceError Error) : MaintenanceOutcome;

    /// <summary>Acknowledged and not certified yet: this node asks on in the background. A later attempt may abandon it.</summary>
    /// <param name="IsRefused">A member whose ACK the certificate needs has signed ABORT: unless it lies, waiting is for nothing.</param>
    public sealed record Pending(string Why, bool IsRefused = false) : MaintenanceOutcome;
}
