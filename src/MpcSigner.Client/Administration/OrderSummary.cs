namespace MpcSigner.Client;

/// <summary>What an order says, for people to read before they sign it.</summary>
public sealed record OrderSummary
{
    internal OrderSummary() { }

    /// <value>refresh, reshare, recover, destroy, cancel-destruction, end-attempt or cancel-job.</value>
    public required string Action { get; init; }

    /// <value>H(order) with the signatures it carries now, 64 hexadecimal digits; empty while it carries none. Another signer makes another order.</value>
    public required string Order { get; init; }

    /// <value>Key ids; empty for an action that names none.</value>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <value>Of the first key: the generation that the order starts from.</value>
    public uint Generation { get; init; }

    public uint Attempt { get; init; }

    /// <value>t of the present records.</value>
    public int Threshold { get; init; }

    /// <value>Ids of the present parties.</value>
    public IReadOnlyList<string> Parties { get; init; } = [];

    /// <value>Ids of those that deal (reshare) or help (recovery).</value>
    public IReadOnlyList<string> Dealers { get; init; } = [];

    /// <value>t′ of a reshare, else 0.</value>
    public int NewThreshold { get; init; }

    /// <value>Ids of the parties after a reshare.</value>
    public IReadOnlyList<string> NewParties { get; init; } = [];

    /// <value>Id of the node whose shares a recovery rebuilds; else empty.</value>
    public string Recovered { get; init; } = "";

    /// <value>Of what a command is about, an order or a job: 64 hexadecimal digits; else empty.</value>
    public string About { get; init; } = "";

    /// <value>How an attempt is ended: abandon, roll-back or erase-old; else empty.</value>
    public string End { get; init; } = "";

    /// <value>When keys are destroyed, at the earliest.</value>
    public DateTimeOffset? NotBefore { get; init; }

    /// <value>No node begins it after that.</value>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <value>Ids of the administrators who have signed it.</value>
    public required IReadOnlyList<string> Signers { get; init; }
}
