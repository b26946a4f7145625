using System.Security.Authentication;
using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>The status of a call whose transport failed.</summary>
internal static class TransportFailure
{
    /// <summary>True for what the transport throws when the world fails; anything else is our own bug and passes through.</summary>
    public static bool IsExpected(Exception e) =>
        e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException or AuthenticationException;

    public static CallEnd ToEnd(Exception e, Uri address)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
                return FromHttp2(protocol, address);
        }

        if (e is ObjectDisposedException)
            return CallEnd.Local(StatusCode.Unavailable, $"The connection to {address.Authority} was closed.", e);
        var reason = Innermost(e).Message;
        return e is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? CallEnd.Local(StatusCode.Unavailable, $"No TLS connection to {address.Authority}: {reason}", e)
            // Under TLS 1.3 a server refuses a client certificate after the handshake, which looks like a lost connection here.
            : CallEnd.Local(StatusCode.Unavailable, $"No connection to {address.Authority}, or it was lost (the server may have refused our certificate): {reason}", e);
    }

    private static CallEnd FromHttp2(HttpProtocolException e, Uri address)
    {
        // NO_ERROR arrives with the GOAWAY of a server that shuts down, far more often than with a reset: nothing is wrong with the call.
        var code = e.ErrorCode == TransportErrors.NoError ? StatusCode.Unavailable : TransportErrors.FromHttp2(e.ErrorCode);
        return CallEnd.Local(code, $"{address.Authority} ended the stream with the HTTP/2 error code 0x{e.ErrorCode:x}.", e);
    }

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e;
    }
}
