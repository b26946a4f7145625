namespace MpcSigner.Client;

/// <summary>What kind of failure a caller has to deal with.</summary>
public enum FailureKind
{
    /// <summary>The request or the configuration is wrong; sending it again will not help.</summary>
    Invalid = 1,

    /// <summary>The nodes understood and said no: policy, or the client is not entitled.</summary>
    Denied = 2,

    /// <summary>The world: nodes down, slow, or not ready. The same request, with the same idempotency key, may be sent again.</summary>
    Unavailable = 3,

    /// <summary>What a node answered does not hold: a certificate or signature that does not verify. Somebody cheats or is broken.</summary>
    NotVerified = 4,

    /// <summary>A node reports a peer's fault or a bug of its own.</summary>
    Broken = 5,
}
