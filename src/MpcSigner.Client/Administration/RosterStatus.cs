namespace MpcSigner.Client;

/// <summary>Which version of the roster a node has accepted.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Version">The newest that it holds; null if it did not answer.</param>
/// <param name="Hash">64 hexadecimal digits; empty if it did not answer.</param>
/// <param name="Problem">Empty, or why it did not answer.</param>
public sealed record RosterAtNode(string Node, uint? Version, string Hash, string Problem);

/// <summary>One version of the roster as a node gave it; nothing of it is verified.</summary>
/// <param name="Roster">The exact signed bytes.</param>
/// <param name="Signatures">Document signatures (YAML).</param>
public sealed record RosterVersionBytes(uint Version, ReadOnlyMemory<byte> Roster, IReadOnlyList<ReadOnlyMemory<byte>> Signatures)
{
    /// <value>When the node had accepted it, by its own word.</value>
    public DateTimeOffset AcceptedAt { get; init; } = DateTimeOffset.UnixEpoch;
}
