using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Core.Faults;

/// <summary>The stable names of reasons, on the wire and wherever people read them: UPPER_SNAKE, as google.rpc.ErrorInfo asks for.</summary>
public static class ReasonCodes
{
    private static readonly FrozenDictionary<string, Reason> ByName = Enum.GetValues<Reason>().ToFrozenDictionary(Name, StringComparer.Ordinal);

    /// <summary>The stable name.</summary>
    public static string Name(Reason reason) => reason switch
    {
        Reason.MalformedRequest => "MALFORMED_REQUEST",
        Reason.UnknownClient => "UNKNOWN_CLIENT",
        Reason.BadClientSignature => "BAD_CLIENT_SIGNATURE",
        Reason.WrongCluster => "WRONG_CLUSTER",
        Reason.RequestExpired => "REQUEST_EXPIRED",
        Reason.ExpiryTooFar => "EXPIRY_TOO_FAR",
        Reason.IdempotencyConflict => "IDEMPOTENCY_CONFLICT",
        Reason.UnknownKey => "UNKNOWN_KEY",
        Reason.UnsupportedSuite => "UNSUPPORTED_SUITE",
        Reason.BadThreshold => "BAD_THRESHOLD",
        Reason.BadParticipants => "BAD_PARTICIPANTS",
        Reason.BadBatchSize => "BAD_BATCH_SIZE",
        Reason.PayloadMalformed => "PAYLOAD_MALFORMED",
        Reason.PayloadTooLarge => "PAYLOAD_TOO_LARGE",
        Reason.PayloadKindNotAllowed => "PAYLOAD_KIND_NOT_ALLOWED",
        Reason.BadDerivationPath => "BAD_DERIVATION_PATH",
        Reason.WrongNode => "WRONG_NODE",
        Reason.UnknownAdministrator => "UNKNOWN_ADMINISTRATOR",
        Reason.BadOrder => "BAD_ORDER",
        Reason.UnknownOrder => "UNKNOWN_ORDER",
        Reason.UnknownJob => "UNKNOWN_JOB",
        Reason.AlreadyEnded => "ALREADY_ENDED",
        Reason.StaleAttempt => "STALE_ATTEMPT",
        Reason.WrongGeneration => "WRONG_GENERATION",
        Reason.RosterRefused => "ROSTER_REFUSED",
        Reason.KeyDestroyed => "KEY_DESTROYED",
        Reason.UnknownEvidence => "UNKNOWN_EVIDENCE",
        Reason.PolicyDenied => "POLICY_DENIED",
        Reason.NotEntitled => "NOT_ENTITLED",
        Reason.TooFewSignatures => "TOO_FEW_SIGNATURES",
        Reason.NotScheduled => "NOT_SCHEDULED",
        Reason.TooFewNodes => "TOO_FEW_NODES",
        Reason.DeadlineExceeded => "DEADLINE_EXCEEDED",
        Reason.ClockSkew => "CLOCK_SKEW",
        Reason.VersionMismatch => "VERSION_MISMATCH",
        Reason.PolicyMismatch => "POLICY_MISMATCH",
        Reason.RosterMismatch => "ROSTER_MISMATCH",
        Reason.NotReady => "NOT_READY",
        Reason.Overloaded => "OVERLOADED",
        Reason.KeyPending => "KEY_PENDING",
        Reason.StorageUnavailable => "STORAGE_UNAVAILABLE",
        Reason.Cancelled => "CANCELLED",
        Reason.SealUnavailable => "SEAL_UNAVAILABLE",
        Reason.SupersededInstance => "SUPERSEDED_INSTANCE",
        Reason.MaterialRefused => "MATERIAL_REFUSED",
        Reason.KeyBusy => "KEY_BUSY",
        Reason.ShareBehind => "SHARE_BEHIND",
        Reason.Sealed => "SEALED",
        Reason.TokenLost => "TOKEN_LOST",
        Reason.IssuedBeforeRestore => "ISSUED_BEFORE_RESTORE",
        Reason.PeerFault => "PEER_FAULT",
        Reason.InternalError => "INTERNAL_ERROR",
    };

    /// <summary>The reason of a stable name; false for any other text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out Reason reason)
    {
        reason = default;
        return name is not null && ByName.TryGetValue(name, out reason);
    }
}
