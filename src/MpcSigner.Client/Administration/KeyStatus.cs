namespace MpcSigner.Client;

/// <summary>A key as its nodes show it to an administrator. Record and public key are certified; labels are the nodes' word.</summary>
public sealed record KeyStatus
{
    internal KeyStatus() { }

    /// <value>64 hexadecimal digits.</value>
    public required string Id { get; init; }

    public required KeySuite Suite { get; init; }

    public required string Label { get; init; }

    /// <value>The highest generation that is certified.</value>
    public required uint Generation { get; init; }

    /// <value>t.</value>
    public required int Threshold { get; init; }

    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    public required bool Destroyed { get; init; }

    /// <value>The parties of that generation, in the order of their numbers.</value>
    public required IReadOnlyList<KeyPartyStatus> Parties { get; init; }
}

/// <param name="Node">Its name.</param>
/// <param name="Generation">The generation that it uses; null if it has none or did not answer.</param>
/// <param name="Current">Whether that is the key's present one.</param>
/// <param name="Problem">Empty, or why it did not answer.</param>
public sealed record KeyPartyStatus(string Node, uint? Generation, bool Current, string Problem);
