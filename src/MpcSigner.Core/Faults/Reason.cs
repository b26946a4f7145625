namespace MpcSigner.Core.Faults;

/// <summary>Stable reason codes of every refusal a caller can meet. The names are part of the interface: never renamed, only added.</summary>
public enum Reason
{
    // The request itself is wrong; sending it again will not help.
    MalformedRequest = 1,
    UnknownClient = 2,
    BadClientSignature = 3,
    WrongCluster = 4,
    RequestExpired = 5,
    ExpiryTooFar = 6,
    IdempotencyConflict = 7,
    UnknownKey = 8,
    UnsupportedSuite = 9,
    BadThreshold = 10,
    BadParticipants = 11,
    BadBatchSize = 12,
    PayloadMalformed = 13,
    PayloadTooLarge = 14,
    PayloadKindNotAllowed = 15,
    BadDerivationPath = 16,
    WrongNode = 17,
    UnknownAdministrator = 18,
    BadOrder = 19,
    UnknownOrder = 20,
    UnknownJob = 21,
    AlreadyEnded = 22,
    StaleAttempt = 23,
    WrongGeneration = 24,
    RosterRefused = 25,
    KeyDestroyed = 26,
    UnknownEvidence = 27,

    // A rule says no.
    PolicyDenied = 30,
    NotEntitled = 31,
    TooFewSignatures = 32,
    NotScheduled = 33,

    // The world: may be retried.
    TooFewNodes = 50,
    DeadlineExceeded = 51,
    ClockSkew = 52,
    VersionMismatch = 53,
    PolicyMismatch = 54,
    RosterMismatch = 55,
    NotReady = 56,
    Overloaded = 57,
    KeyPending = 58,
    StorageUnavailable = 59,
    Cancelled = 60,
    SealUnavailable = 61,
    SupersededInstance = 62,

    /// <summary>Between nodes: material made ahead is not there, or not for this request. The coordinator makes fresh one.</summary>
    MaterialRefused = 63,

    /// <summary>Another operation on the same key is not over.</summary>
    KeyBusy = 64,

    /// <summary>This node's share is older than the key: it must be recovered.</summary>
    ShareBehind = 65,

    /// <summary>The node's secrets are sealed: its operators have to open them.</summary>
    Sealed = 66,

    /// <summary>The node's hardware token does not answer: it waits for it, and heals when it is back.</summary>
    TokenLost = 67,

    /// <summary>The node's database was restored, or lost, after the request was issued: it may have forgotten what it did for it. Other nodes serve it.</summary>
    IssuedBeforeRestore = 68,

    // Somebody cheated, or we are broken.
    PeerFault = 80,
    InternalError = 81,
}
