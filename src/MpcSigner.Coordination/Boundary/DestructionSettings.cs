namespace MpcSigner.Coordination.Boundary;

/// <summary>Times of destructions.</summary>
public sealed record DestructionSettings
{
    /// <summary>From when a node stops using keys that are to be destroyed until it erases them: above the longest use of a share that has begun.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A peer that was not reached is called again: at first after so long, then ever later up to <see cref="LongestWait"/>.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After its start a process executes nothing for so long: peers may have to tell it what was called off while it was down. Above <see cref="LongestWait"/>.</summary>
    public TimeSpan ListenFirst { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The wall clock is looked at so often at least: it may have been set.</summary>
    public TimeSpan LongestSleep { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Destructions that wait for their time, at this node.</summary>
    public int MaxWaiting { get; init; } = 1_000;
}
