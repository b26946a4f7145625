namespace MpcSigner.Coordination.Boundary;

/// <summary>Bounds and times of jobs.</summary>
public sealed record JobSettings
{
    /// <summary>Jobs that have not ended, at this node.</summary>
    public int MaxOpen { get; init; } = 64;

    /// <summary>Jobs that run their steps at the same time; the others wait in the order in which they came.</summary>
    public int MaxAtOnce { get; init; } = 4;

    /// <summary>Before an order that may pass later is tried again: at first so long, then ever longer up to <see cref="LongestWait"/>.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A step whose orders are refused for want of nodes, or for another reason that may pass, fails after so long.</summary>
    public TimeSpan WaitForNodes { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A step that is PENDING holds up the next one for so long; then the job goes on and comes back to it.</summary>
    public TimeSpan WaitForPending { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A step that the job comes back to and that stays PENDING for so long fails; the order itself goes on until it ends, by itself or by an operator.</summary>
    public TimeSpan LongestPending { get; init; } = TimeSpan.FromHours(1);
}
