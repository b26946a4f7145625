namespace MpcSigner.Client;

/// <summary>Evidence against a node, as the node that keeps it lists it; what it proves is judged from the file alone.</summary>
public sealed record EvidenceStatus
{
    internal EvidenceStatus() { }

    /// <value>SHA-256 of the file, 64 hexadecimal digits; the node's log names it.</value>
    public required string Id { get; init; }

    /// <value>Name of the node that keeps it.</value>
    public required string Node { get; init; }

    /// <value>Name of the accused, or the beginning of its id; empty where nobody is named (an echo mismatch).</value>
    public required string Culprit { get; init; }

    /// <value>Number of the specification (§4.10): 2 key generation, 3 refresh, 4 reshare, 5 recovery, 7 FROST.</value>
    public required int Protocol { get; init; }

    /// <value>Number of the wire document.</value>
    public required int Fault { get; init; }

    /// <value>SHA-256 of the body of the request or order behind the session, 64 hexadecimal digits.</value>
    public required string Request { get; init; }

    /// <value>Key of a signature, 64 hexadecimal digits; else empty.</value>
    public required string Key { get; init; }

    public required DateTimeOffset FoundAt { get; init; }

    /// <value>Bytes of the file.</value>
    public required int Size { get; init; }
}

/// <summary>Files that a node did not keep, or that had to make room.</summary>
/// <param name="Node">Whose list it is.</param>
/// <param name="Culprit">As in <see cref="EvidenceStatus.Culprit"/>.</param>
public sealed record EvidenceNotKept(string Node, string Culprit, long Count);

/// <summary>What nodes keep as evidence.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="Silent">Nodes that gave no answer: what they keep is missing.</param>
public sealed record EvidenceList(IReadOnlyList<EvidenceStatus> Entries, IReadOnlyList<EvidenceNotKept> NotKept, IReadOnlyList<NodeRefusal> Silent);
