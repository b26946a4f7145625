using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Log;

/// <summary>Doors and streams. Event numbers 1200–1299.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(1200, LogLevel.Warning, "a TLS client was refused: its certificate has pin {Pin}, which the roster does not know")]
    public static partial void UnknownPin(ILogger logger, Digest32 pin);

    [LoggerMessage(1201, LogLevel.Warning, "a TLS client was refused: its certificate (pin {Pin}) is not acceptable: {Errors}")]
    public static partial void BadCertificate(ILogger logger, Digest32 pin, string errors);

    [LoggerMessage(1202, LogLevel.Warning, "the server at {Address} was refused: it is not node {Peer} (pin {Pin}, {Errors})")]
    public static partial void WrongServer(ILogger logger, string address, NodeId peer, Digest32 pin, string errors);

    [LoggerMessage(1203, LogLevel.Warning, "session stream with peer {Peer} broken off: {Why}")]
    public static partial void StreamBroken(ILogger logger, NodeId peer, string why);

    [LoggerMessage(1204, LogLevel.Error, "a call to {Method} failed by a defect of this program")]
    public static partial void ServiceFailed(ILogger logger, string method, Exception exception);
}
