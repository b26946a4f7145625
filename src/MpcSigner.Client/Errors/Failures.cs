using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Core.Faults;
using MpcSigner.Wire.Errors;

namespace MpcSigner.Client.Errors;

/// <summary>Makes exceptions of what calls end with, and of what the client itself finds wrong.</summary>
internal static class Failures
{
    private const string DetailsTrailer = "grpc-status-details-bin";

    public static MpcSignerException Configuration(string message, string nextStep, Exception? inner = null) =>
        new(FailureKind.Invalid, "CONFIGURATION", message, nextStep, [], inner);

    public static MpcSignerException Malformed(string message, string nextStep) => new(FailureKind.Invalid, "MALFORMED_REQUEST", message, nextStep, []);

    public static MpcSignerException NoKeys(KeySelection keys) =>
        new(FailureKind.Invalid, "UNKNOWN_KEY", $"There is nothing to do: no key matches ({keys}).", "Check which keys there are with mpcsigner key state --all.", []);

    public static MpcSignerException NotVerified(string message, IReadOnlyList<NodeRefusal>? nodes = null) => new(
        FailureKind.NotVerified, "NOT_VERIFIED", message,
        "Do not use the answer. Keep it as evidence, and find out which node gave it and why.", nodes ?? []);

    public static MpcSignerException From(ServiceError error, Exception? inner = null) => new(
        KindOf(error.Reason), ReasonCodes.Name(error.Reason), error.Message, error.NextStep,
        [.. error.Nodes.Select(n => new NodeRefusal(n.Node.ToString(), n.NodeName, ReasonCodes.Name(n.Reason), n.Message))], inner);

    /// <summary>No node gave an answer: each with what kept it.</summary>
    public static MpcSignerException Unreachable(IReadOnlyList<NodeRefusal> nodes, Exception? inner) => new(
        FailureKind.Unavailable, "UNREACHABLE", $"No node of the cluster answered ({string.Join(", ", nodes.Select(n => n.NodeName))}).",
        "Check that the nodes run and that their addresses in the roster can be reached from here, then try again.", nodes, inner);

    /// <summary>As <see cref="Unreachable"/>, but where the nodes were reached and refused, their reason is the reason.</summary>
    public static MpcSignerException NoAnswer(IReadOnlyList<NodeRefusal> nodes)
    {
        var spoke = nodes.FirstOrDefault(n => n.Reason is not ("UNREACHABLE" or "DEADLINE_EXCEEDED" or "CANCELLED"));
        return spoke is null ? Unreachable(nodes, null) : new(spoke.Reason switch
        {
            "NOT_ENTITLED" => FailureKind.Denied,
            "INTERNAL_ERROR" => FailureKind.Broken,
            _ => FailureKind.Unavailable,
        }, spoke.Reason, $"Node {spoke.NodeName} refused: {spoke.Message}", "See what each node says.", nodes);
    }

    /// <summary>The error that a node sent with its status; null where the call died on the way, or the node sent none.</summary>
    public static ServiceError? DetailOf(RpcException exception)
    {
        var bytes = exception.Trailers.FirstOrDefault(e => e.Key == DetailsTrailer && e.IsBinary)?.ValueBytes;
        if (bytes is null)
            return null;
        try
        {
            foreach (var any in Wire.GoogleRpc.Status.Parser.ParseFrom(bytes).Details)
            {
                if (any.TryUnpack<Wire.V1.ErrorDetail>(out var detail) && ErrorDetails.TryRead(detail, out var error))
                    return error;
            }
        }
        catch (Exception e) when (Wire.MalformedMessage.Is(e))
        {
            return null; // the status itself still says what it can
        }
        return null;
    }

    /// <summary>What a status says that comes without a node's own reason.</summary>
    public static (string Reason, string Message) Describe(RpcException exception) => exception.StatusCode switch
    {
        StatusCode.DeadlineExceeded => ("DEADLINE_EXCEEDED", "did not answer in time"),
        StatusCode.Unavailable => ("UNREACHABLE", exception.Status.Detail),
        StatusCode.Cancelled => ("CANCELLED", "ended the call"),
        var code => (code.ToString().ToUpperInvariant(), exception.Status.Detail),
    };

    /// <summary>Whether another node may do better than the one that ended a call so.</summary>
    public static bool MayTryElsewhere(RpcException exception) => DetailOf(exception) is { } error
        ? MayTryElsewhere(error.Reason)
        : exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.ResourceExhausted
            or StatusCode.Internal or StatusCode.Unknown or StatusCode.Aborted;

    public static bool MayTryElsewhere(Reason reason) => reason == Reason.WrongNode || KindOf(reason) is FailureKind.Unavailable or FailureKind.Broken;

    public static FailureKind KindOf(Reason reason) => reason switch
    {
        Reason.MalformedRequest or Reason.UnknownClient or Reason.BadClientSignature or Reason.WrongCluster or Reason.RequestExpired
            or Reason.ExpiryTooFar or Reason.IdempotencyConflict or Reason.UnknownKey or Reason.UnsupportedSuite or Reason.BadThreshold
            or Reason.BadParticipants or Reason.BadBatchSize or Reason.PayloadMalformed or Reason.PayloadTooLarge
            or Reason.PayloadKindNotAllowed or Reason.BadDerivationPath or Reason.WrongNode or Reason.UnknownAdministrator
            or Reason.BadOrder or Reason.UnknownOrder or Reason.UnknownJob or Reason.AlreadyEnded or Reason.StaleAttempt or Reason.WrongGeneration
            or Reason.RosterRefused or Reason.KeyDestroyed or Reason.UnknownEvidence => FailureKind.Invalid,
        Reason.PolicyDenied or Reason.NotEntitled or Reason.TooFewSignatures or Reason.NotScheduled => FailureKind.Denied,
        Reason.TooFewNodes or Reason.DeadlineExceeded or Reason.ClockSkew or Reason.VersionMismatch or Reason.PolicyMismatch
            or Reason.RosterMismatch or Reason.NotReady or Reason.Overloaded or Reason.KeyPending or Reason.StorageUnavailable
            or Reason.Cancelled or Reason.SealUnavailable or Reason.SupersededInstance or Reason.MaterialRefused
            or Reason.KeyBusy or Reason.ShareBehind or Reason.Sealed or Reason.TokenLost
            or Reason.IssuedBeforeRestore => FailureKind.Unavailable,
        Reason.PeerFault or Reason.InternalError => FailureKind.Broken,
    };
}
