namespace MpcSigner.Client;

/// <summary>Who is to hold shares after a reshare.</summary>
public sealed record ReshareTarget
{
    /// <value>t′: how many nodes sign together then, 2 to the number of nodes.</value>
    public required int Threshold { get; init; }

    /// <value>Names of the nodes that hold shares then, 2..16.</value>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <value>Names of exactly t present holders that deal; empty to choose among those that can.</value>
    public IReadOnlyList<string> Dealers { get; init; } = [];

    /// <value>Must be true where t′ is below t: fewer nodes can then sign.</value>
    public bool MayLowerThreshold { get; init; }
}
