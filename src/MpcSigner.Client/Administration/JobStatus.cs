namespace MpcSigner.Client;

/// <summary>Where a job stands at the node that runs it.</summary>
public sealed record JobStatus
{
    internal JobStatus() { }

    /// <value>64 hexadecimal digits: the same orders are the same job.</value>
    public required string Job { get; init; }

    public required string Title { get; init; }

    /// <value>Name of the node that runs it.</value>
    public required string Node { get; init; }

    public required JobStanding State { get; init; }

    /// <value>One a batch of keys.</value>
    public required IReadOnlyList<JobStepStatus> Steps { get; init; }

    /// <value>For people; empty if there is nothing to say.</value>
    public required string Detail { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <value>Steps that are over, whatever came of them.</value>
    public int StepsDone => Steps.Count(s => s.State is not (JobStepStanding.Waiting or JobStepStanding.Running));
}

/// <summary>One batch of keys within a job.</summary>
public sealed record JobStepStatus
{
    internal JobStepStatus() { }

    public required JobStepStanding State { get; init; }

    /// <value>How many of the step's orders were begun, or refused for good.</value>
    public required int Tried { get; init; }

    /// <value>Why it failed; else empty.</value>
    public required string Outcome { get; init; }

    /// <value>What the step orders, where it was asked for; the first of its orders. Null otherwise.</value>
    public OrderSummary? Order { get; init; }
}

/// <summary>States of a job.</summary>
public enum JobStanding
{
    Running = 1,
    Completed = 2,

    /// <summary>Ended with at least one step failed.</summary>
    Failed = 3,
    Cancelled = 4,
}

/// <summary>States of a step.</summary>
public enum JobStepStanding
{
    Waiting = 1,
    Running = 2,
    Completed = 3,
    Failed = 4,
    Cancelled = 5,
}
