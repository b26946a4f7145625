namespace MpcSigner.Coordination.Boundary;

/// <summary>When pair setups are made, and how often they may fail. Every default is what a node runs with.</summary>
public sealed record PairSettings
{
    /// <summary>With each peer at start and for each newer process of it. Otherwise when a session first needs one.</summary>
    public bool AtStart { get; init; } = true;

    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After a run that came to nothing.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the node with the higher nid waits for the other to begin.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Life of a setup (spec §8.4, C9).</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Setups made again by themselves after failed checks, per pair and day (C8).</summary>
    public int MaxFailuresPerDay { get; init; } = 3;

    /// <summary>Failed checks of a pair after which an operator is asked (C8).</summary>
    public int MaxFailures { get; init; } = 32;

    /// <summary>Setups of a pair and day after which an operator is asked (C13).</summary>
    public int MaxSetupsPerDay { get; init; } = 64;
}
