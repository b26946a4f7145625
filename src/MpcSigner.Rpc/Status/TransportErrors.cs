using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>What HTTP says, in gRPC's words.</summary>
internal static class TransportErrors
{
    /// <summary>HTTP/2 error codes (RFC 9113 §7) that are used by name.</summary>
    public const long NoError = 0x0;
    public const long Cancel = 0x8;
    public const long EnhanceYourCalm = 0xb;

    /// <summary>The status of a stream that was reset with this code.</summary>
    /// <remarks>gRPC over HTTP/2, "Errors". Codes that the table leaves out mean nothing to us: UNKNOWN.</remarks>
    public static StatusCode FromHttp2(long errorCode) => errorCode switch
    {
        NoError => StatusCode.Internal,
        0x1 => StatusCode.Internal, // PROTOCOL_ERROR
        0x2 => StatusCode.Internal, // INTERNAL_ERROR
        0x3 => StatusCode.Internal, // FLOW_CONTROL_ERROR
        0x4 => StatusCode.Internal, // SETTINGS_TIMEOUT
        0x6 => StatusCode.Internal, // FRAME_SIZE_ERROR
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM: not processed, safe to retry
        Cancel => StatusCode.Cancelled,
        0x9 => StatusCode.Internal, // COMPRESSION_ERROR
        0xa => StatusCode.Internal, // CONNECT_ERROR
        EnhanceYourCalm => StatusCode.ResourceExhausted,
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Unknown,
    };

    /// <summary>The status of a reply that is not gRPC.</summary>
    /// <remarks>gRPC's http-grpc-status-mapping.md.</remarks>
    public static StatusCode FromHttpStatus(int httpStatus) => httpStatus switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
