namespace MpcSigner.Client;

/// <summary>What the nodes that answered know together.</summary>
/// <param name="Entries">Empty only says that none of those that answered knows any.</param>
/// <param name="Silent">Nodes that gave no answer, and why: what they alone know is missing.</param>
public sealed record Collected<T>(IReadOnlyList<T> Entries, IReadOnlyList<NodeRefusal> Silent);
