namespace MpcSigner.Client;

/// <summary>A request failed. Says why (a stable code and a sentence), what to do, and what each node said.</summary>
public sealed class MpcSignerException : Exception
{
    internal MpcSignerException(FailureKind kind, string reason, string message, string nextStep, IReadOnlyList<NodeRefusal> nodes, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Reason = reason;
        NextStep = nextStep;
        Nodes = nodes;
    }

    /// <value>Which kind of failure this is; decides whether to try again.</value>
    public FailureKind Kind { get; }

    /// <value>Stable code in UPPER_SNAKE: a node's reason (POLICY_DENIED, TOO_FEW_NODES, …), or the client's own: UNREACHABLE, NOT_VERIFIED, CONFIGURATION.</value>
    public string Reason { get; }

    /// <value>One sentence: what the caller can do about it.</value>
    public string NextStep { get; }

    /// <value>What each node said; empty where only one spoke.</value>
    public IReadOnlyList<NodeRefusal> Nodes { get; }

    /// <value>True if the same request may succeed later. Repeat it with the same idempotency key and issue time: it is then one request.</value>
    public bool IsRetryable => Kind == FailureKind.Unavailable;
}
