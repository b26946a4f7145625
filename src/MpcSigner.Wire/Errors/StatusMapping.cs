using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MpcSigner.Core.Faults;
using GoogleStatus = MpcSigner.Wire.GoogleRpc.Status;
using MpcSigner.Wire.GoogleRpc;
using GrpcStatus = Grpc.Core.Status;

namespace MpcSigner.Wire.Errors;

/// <summary>A <see cref="ServiceError"/> as the status of a call and back: code, sentence, and behind them google.rpc.Status with ErrorInfo and ErrorDetail.</summary>
internal static class StatusMapping
{
    /// <summary>The trailer that gRPC's richer error model names.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    public const string Domain = "mpcsigner";

    /// <summary>Every node of the largest roster with its longest text stays below it.</summary>
    public const int MaxDetailsBytes = 48 << 10;

    private const string TypeUrlPrefix = "type.googleapis.com";

    public static RpcException ToException(ServiceError error)
    {
        var code = Code(error.Reason);
        var detail = ErrorDetails.ToWire(error);
        var status = new GoogleStatus { Code = (int)code, Message = detail.Message };
        status.Details.Add(Any.Pack(new ErrorInfo { Reason = detail.Reason, Domain = Domain }, TypeUrlPrefix));
        status.Details.Add(Any.Pack(detail, TypeUrlPrefix));
        return new RpcException(new GrpcStatus(code, detail.Message), new Metadata { { DetailsTrailer, status.ToByteArray() } });
    }

    /// <summary>False when the status carries no detail of ours: then a transport or a proxy made it, not a node.</summary>
    public static bool TryRead(RpcException exception, [NotNullWhen(true)] out ServiceError? error)
    {
        error = null;
        if (exception.Trailers.GetValueBytes(DetailsTrailer) is not { Length: <= MaxDetailsBytes } bytes)
            return false;
        try
        {
            var packed = GoogleStatus.Parser.ParseFrom(bytes).Details.FirstOrDefault(d => d.Is(V1.ErrorDetail.Descriptor));
            return packed is not null && ErrorDetails.TryRead(packed.Unpack<V1.ErrorDetail>(), out error);
        }
        catch (Exception e) when (MalformedMessage.Is(e))
        {
            return false;
        }
    }

    /// <summary>What a client that knows gRPC only does with a reason: retry on UNAVAILABLE, correct on INVALID_ARGUMENT, and so on.</summary>
    public static StatusCode Code(Reason reason) => reason switch
    {
        Reason.MalformedRequest or Reason.ExpiryTooFar or Reason.BadThreshold or Reason.BadParticipants or Reason.BadBatchSize
            or Reason.PayloadMalformed or Reason.PayloadTooLarge or Reason.BadDerivationPath or Reason.UnsupportedSuite
            or Reason.WrongCluster or Reason.BadOrder or Reason.RosterRefused => StatusCode.InvalidArgument,
        Reason.UnknownClient or Reason.UnknownAdministrator or Reason.BadClientSignature => StatusCode.Unauthenticated,
        Reason.PolicyDenied or Reason.NotEntitled or Reason.PayloadKindNotAllowed or Reason.TooFewSignatures or Reason.NotScheduled => StatusCode.PermissionDenied,
        Reason.IdempotencyConflict => StatusCode.AlreadyExists,
        Reason.UnknownKey or Reason.UnknownOrder or Reason.UnknownJob or Reason.UnknownEvidence => StatusCode.NotFound,
        Reason.RequestExpired or Reason.WrongNode or Reason.ClockSkew or Reason.VersionMismatch or Reason.PolicyMismatch
            or Reason.RosterMismatch or Reason.KeyPending or Reason.SupersededInstance or Reason.MaterialRefused
            or Reason.AlreadyEnded or Reason.StaleAttempt or Reason.WrongGeneration or Reason.KeyDestroyed or Reason.ShareBehind
            or Reason.IssuedBeforeRestore => StatusCode.FailedPrecondition,
        Reason.TooFewNodes or Reason.NotReady or Reason.StorageUnavailable or Reason.SealUnavailable or Reason.KeyBusy
            or Reason.Sealed or Reason.TokenLost => StatusCode.Unavailable,
        Reason.DeadlineExceeded => StatusCode.DeadlineExceeded,
        Reason.Overloaded => StatusCode.ResourceExhausted,
        Reason.Cancelled => StatusCode.Cancelled,
        Reason.PeerFault => StatusCode.Aborted,
        Reason.InternalError => StatusCode.Internal,
    };
}
