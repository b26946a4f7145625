namespace MpcSigner.Coordination.Boundary;

/// <summary>Times and bounds of refreshes, reshares and recoveries. Every default is what a node runs with.</summary>
public sealed record MaintenanceSettings
{
    /// <summary>A session for one key, from the joins to the certificate; every further key adds <see cref="PerKey"/>.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan PerKey { get; init; } = TimeSpan.FromMilliseconds(120);

    /// <summary>How long a finished session waits for the other members to say that they are ACTIVE too.</summary>
    public TimeSpan ActivationGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often the others are asked about an order that is not over; the interval doubles up to <see cref="MaxPoll"/>.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan MaxPoll { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Once no session has run for so long, pair setups with the parties of what was activated are made anew.</summary>
    public TimeSpan PairWindow { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Shares opened at a time.</summary>
    public int ParallelShares { get; init; } = 32;

    /// <summary>A peer that showed another generation is asked for the certified record of that key at most so often.</summary>
    public TimeSpan AskKeysPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How soon a signature is tried again that met another generation at a co-signer.</summary>
    public TimeSpan GenerationRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Sessions at a time; each holds the shares and polynomials of up to 1,000 keys in locked memory.</summary>
    public int MaxSessions { get; init; } = 4;
}
