using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace MpcSigner.Rpc.Server;

/// <summary>Tells gRPC requests from others, which get an HTTP status.</summary>
internal static class RequestGate
{
    /// <summary>True when the request is gRPC; else the response is set and nothing more is to be done.</summary>
    public static bool Admit(HttpContext http)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
            return Refuse(http, StatusCodes.Status505HttpVersionNotsupported);
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return Refuse(http, StatusCodes.Status405MethodNotAllowed);
        }

        if (!HeaderNames.IsGrpcContentType(http.Request.ContentType))
            return Refuse(http, StatusCodes.Status415UnsupportedMediaType);
        LiftBodyLimits(http);
        return true;
    }

    /// <summary>A stream of messages may last and be silent for hours; each message has its own bounds.</summary>
    private static void LiftBodyLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private static bool Refuse(HttpContext http, int httpStatus)
    {
        http.Response.StatusCode = httpStatus;
        return false;
    }
}
