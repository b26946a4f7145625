namespace MpcSigner.Client;

/// <summary>A refresh, reshare or recovery that is not over somewhere.</summary>
public sealed record MaintenanceStatus
{
    internal MaintenanceStatus() { }

    /// <value>H(order), 64 hexadecimal digits.</value>
    public required string Order { get; init; }

    /// <value>refresh, reshare or recovery.</value>
    public required string Kind { get; init; }

    public required uint Attempt { get; init; }

    /// <value>The generation that it makes, or recovers; of the first key.</value>
    public required uint Generation { get; init; }

    public required int Keys { get; init; }

    /// <value>The lowest key id.</value>
    public required string FirstKey { get; init; }

    /// <value>Where it stands at each node that knows it as open.</value>
    public required IReadOnlyList<MaintenanceAtNode> Nodes { get; init; }

    /// <value>Names of parties of the new generation whose DONE some node still misses.</value>
    public required IReadOnlyList<string> NotDone { get; init; }

    /// <value>Names of members that have not acknowledged, as far as is known: they answered and do not show it as acknowledged or further.</value>
    public required IReadOnlyList<string> NotAcknowledged { get; init; }

    public required DateTimeOffset BegunAt { get; init; }
}

/// <param name="Node">Its name.</param>
/// <param name="State">begun, acknowledged (the old generation is in use) or active (the new one is).</param>
public sealed record MaintenanceAtNode(string Node, string State);
