namespace MpcSigner.Client;

/// <summary>A node as the roster names it.</summary>
/// <param name="Id">64 hexadecimal digits.</param>
/// <param name="Address">host:port.</param>
public sealed record ClusterNode(string Id, string Name, string Address);

/// <summary>What a node says of itself, or why it said nothing.</summary>
public sealed record NodeState
{
    internal NodeState() { }

    public required ClusterNode Node { get; init; }

    /// <value>Whether it answered.</value>
    public required bool Reachable { get; init; }

    /// <value>Whether it can take part now.</value>
    public required bool Ready { get; init; }

    /// <value>Null, or what is wrong: why it did not answer, or that it knows another roster.</value>
    public required string? Problem { get; init; }

    /// <value>Whether its secrets are at hand; while they are not, <see cref="Problem"/> says what it waits for.</value>
    public NodeSeal Seal { get; init; }

    /// <value>The release it runs.</value>
    public string Version { get; init; } = "";

    /// <value>The process start it is, 32 hexadecimal digits.</value>
    public string Instance { get; init; } = "";

    /// <value>How often it has been started.</value>
    public ulong StartCounter { get; init; }

    /// <value>SHA-256 of the roster in force at it, 64 hexadecimal digits: what it says so of, it holds durably.</value>
    public string RosterHash { get; init; } = "";

    /// <value>The version of that roster; 0 from a node that does not say.</value>
    public uint RosterVersion { get; init; }

    /// <value>SHA-256 of the policy it applies, 64 hexadecimal digits.</value>
    public string PolicyHash { get; init; } = "";

    /// <value>Creations begun and neither certified nor given up.</value>
    public int OpenOrders { get; init; }

    public int LiveSessions { get; init; }

    /// <value>The other nodes as this one sees them.</value>
    public IReadOnlyList<PeerView> Peers { get; init; } = [];
}

/// <summary>Whether a node's secrets are at hand.</summary>
public enum NodeSeal
{
    /// <summary>It did not say: it is down, or of an earlier release.</summary>
    Unknown = 0,

    Unsealed = 1,

    /// <summary>It waits for its operators and takes part in nothing.</summary>
    Sealed = 2,

    /// <summary>Its hardware token does not answer. It goes on with what it has open, if anything, and heals by itself when the token is back.</summary>
    TokenLost = 3,
}

/// <summary>One node as another sees it.</summary>
/// <param name="ClockDifference">The peer's clock minus the node's; null if not known.</param>
/// <param name="Problem">Empty, or why the node does not work with the peer.</param>
public sealed record PeerView(string NodeId, string Name, bool Reachable, TimeSpan? ClockDifference, string Problem);
