namespace MpcSigner.Rpc;

/// <summary>Names and values that the protocol itself uses.</summary>
/// <remarks>gRPC over HTTP/2.</remarks>
internal static class HeaderNames
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string StatusDetails = "grpc-status-details-bin";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Identity = "identity";
    public const string Te = "te";
    public const string Trailers = "trailers";
    public const string ContentType = "application/grpc";

    /// <summary>True for <c>application/grpc</c> and <c>application/grpc+proto</c>, with or without parameters; not for grpc-web or JSON.</summary>
    public static bool IsGrpcContentType(string? contentType)
    {
        var mediaType = contentType.AsSpan();
        var parameters = mediaType.IndexOf(';');
        if (parameters >= 0)
            mediaType = mediaType[..parameters];
        mediaType = mediaType.Trim(' ');
        return mediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals(ContentType + "+proto", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>True for names that belong to HTTP or gRPC, which callers can neither send nor see as metadata.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith(':')
        || (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) && !name.Equals(StatusDetails, StringComparison.OrdinalIgnoreCase))
        || name.ToLowerInvariant() is Te or "content-type" or "content-length" or "user-agent" or "host" or "connection" or "keep-alive"
            or "proxy-connection" or "transfer-encoding" or "upgrade" or "trailer" or "expect" or "date" or "server";
}
