namespace MpcSigner.Coordination.Boundary;

/// <summary>Times of the roster's schedules.</summary>
public sealed record ScheduleSettings
{
    /// <summary>How often a node looks which keys are due.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A node begins a key's refresh at its turn when no party of a lower nid is reachable, and in any case so much later for each party before it.</summary>
    public TimeSpan TakeOver { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Batches that one node refreshes by schedules at the same time.</summary>
    public int MaxAtOnce { get; init; } = 2;
}
