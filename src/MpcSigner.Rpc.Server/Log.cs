using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace MpcSigner.Rpc.Server;

/// <summary>What the server logs: names, sizes and codes, never messages or metadata.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The handler of {Method} failed.")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "The trailers of {Method} cannot be sent; the status goes without them.")]
    public static partial void TrailersRefused(ILogger logger, string method, Exception exception);

    [LoggerMessage(3, LogLevel.Information, "The client {Peer} of {Method} took nothing for {Timeout}; its stream was reset.")]
    public static partial void ClientDoesNotRead(ILogger logger, string peer, string method, TimeSpan timeout);

    [LoggerMessage(4, LogLevel.Debug, "{Method} ended with {Status}.")]
    public static partial void CallEnded(ILogger logger, string method, StatusCode status);
}
