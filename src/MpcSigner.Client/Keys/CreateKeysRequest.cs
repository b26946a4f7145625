namespace MpcSigner.Client;

/// <summary>Keys to make. The signed request is the order that every node checks for itself.</summary>
public sealed record CreateKeysRequest
{
    /// <value>t: how many nodes must take part in a signature, 2..n.</value>
    public required int Threshold { get; init; }

    /// <value>n: how many nodes hold a share, 2..16. They are the roster's first n unless <see cref="NodeNames"/> says which.</value>
    public required int Nodes { get; init; }

    /// <value>Names of the nodes that shall hold a share, as many as <see cref="Nodes"/>; empty for the roster's first.</value>
    public IReadOnlyList<string> NodeNames { get; init; } = [];

    /// <value>How many keys, 1..1000: one batch is one protocol run. Default 1.</value>
    public int Count { get; init; } = 1;

    /// <value>Default Ed25519.</value>
    public KeySuite Suite { get; init; } = KeySuite.Ed25519;

    /// <value>Default transactions only.</value>
    public KeyUse Use { get; init; } = KeyUse.Transactions;

    /// <value>Empty, or one label a key: 1..64 characters of A-Z a-z 0-9 . _ -.</value>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <value>What makes this one request however often it is sent, 1..64 printable ASCII characters. Null: drawn at random.</value>
    public string? IdempotencyKey { get; init; }

    /// <value>When the request was issued. Null: now. To repeat a request from another process, give the same time with the same idempotency key.</value>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <value>For people; stored with the request, decides nothing. At most 256 characters.</value>
    public string Note { get; init; } = "";
}

/// <summary>How far a creation is.</summary>
/// <param name="Stage">What the nodes are doing, for people.</param>
/// <param name="Done">Of <paramref name="Total"/>.</param>
/// <param name="Total">Keys of the batch, or steps of the stage.</param>
public sealed record KeyCreationProgress(string Stage, int Done, int Total);
