using MpcSigner.Core.Faults;

namespace MpcSigner.Coordination.Jobs;

/// <summary>How the attempts at one step ended.</summary>
internal abstract record StepEnd
{
    private StepEnd() { }

    public sealed record Completed : StepEnd;

    /// <param name="Refusal">Why nothing was begun; null when the last attempt was aborted.</param>
    public sealed record Failed(string Why, ServiceError? Refusal) : StepEnd;

    /// <summary>Acknowledged by this node and not certified: to be asked after again.</summary>
    public sealed record Pending(string Why) : StepEnd;

    /// <summary>No further order is begun, as was asked for.</summary>
    public sealed record Stopped(string Why) : StepEnd;
}
