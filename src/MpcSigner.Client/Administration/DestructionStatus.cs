namespace MpcSigner.Client;

/// <summary>A destruction of keys, as all nodes that answered show it.</summary>
public sealed record DestructionStatus
{
    internal DestructionStatus() { }

    /// <value>H(order), 64 hexadecimal digits.</value>
    public required string Order { get; init; }

    public required IReadOnlyList<string> Keys { get; init; }

    /// <value>No node erases before.</value>
    public required DateTimeOffset NotBefore { get; init; }

    public required IReadOnlyList<DestructionAtNode> Nodes { get; init; }

    /// <value>True if every node that is a party of one of the keys has attested, verifiably, that its shares are gone.</value>
    public required bool Complete { get; init; }

    /// <value>Where old shares may still be, for all that the attestations say.</value>
    public required IReadOnlyList<ShareRemains> Remains { get; init; }
}

/// <param name="Node">Its name.</param>
/// <param name="State">waiting, destroyed, cancelled or unknown (it has not heard of it).</param>
/// <param name="Attested">Whether its attestation is there and verifies under its identity key.</param>
public sealed record DestructionAtNode(string Node, string State, bool Attested);

/// <summary>A place where shares of destroyed keys may be left.</summary>
/// <param name="Node">The node that held them: its name, or the beginning of its id.</param>
/// <param name="Generations">Of which generations, ascending.</param>
/// <param name="Place">removed-node, no-attestation or backups.</param>
/// <param name="Detail">One sentence for people.</param>
public sealed record ShareRemains(string Node, IReadOnlyList<uint> Generations, string Place, string Detail);
