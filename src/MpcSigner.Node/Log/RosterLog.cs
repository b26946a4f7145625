using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Log;

/// <summary>Roster, identity and TLS key while the node runs. Event numbers 1300–1399.</summary>
internal static partial class RosterLog
{
    [LoggerMessage(1300, LogLevel.Information, "version {Version} of the roster is adopted: {Hash}")]
    public static partial void Adopted(ILogger logger, uint version, Digest32 hash);

    [LoggerMessage(1301, LogLevel.Information, "version {Version} of the roster is IN FORCE: {Acks} of {Nodes} nodes hold it ({Hash})")]
    public static partial void InForce(ILogger logger, uint version, Digest32 hash, int acks, int nodes);

    [LoggerMessage(1302, LogLevel.Error, "a roster that node {Peer} offers is refused: {Why}")]
    public static partial void Refused(ILogger logger, NodeId peer, string why);

    [LoggerMessage(1303, LogLevel.Information, "this node signs with another identity key from here on: {Key}")]
    public static partial void IdentityChanged(ILogger logger, string key);

    [LoggerMessage(1304, LogLevel.Error, "this node takes part in nothing: {Why}")]
    public static partial void TakesNoPart(ILogger logger, string why);

    [LoggerMessage(1305, LogLevel.Error, "the former identity key could not be removed from the disk; the next start tries again: {Why}")]
    public static partial void IdentityNotSettled(ILogger logger, string why);

    [LoggerMessage(1306, LogLevel.Information, "new connections show another TLS certificate: pin {Pin}, until {NotAfter:u}")]
    public static partial void TlsTaken(ILogger logger, Digest32 pin, DateTime notAfter);

    [LoggerMessage(1307, LogLevel.Warning, "the TLS files are not taken into use (yet): {Why}")]
    public static partial void TlsNotTaken(ILogger logger, string why);
}
