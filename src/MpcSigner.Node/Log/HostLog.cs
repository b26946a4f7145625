using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Node.Log;

/// <summary>What the machine did. Event numbers 1100–1199. Ids, sizes and reasons only: never payloads.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1100, LogLevel.Critical, "the node halts: {Reason}")]
    public static partial void Halted(ILogger logger, string reason);

    [LoggerMessage(1101, LogLevel.Critical, "the node halts: a defect of this program while stepping {Event}")]
    public static partial void MachineFailed(ILogger logger, string @event, Exception exception);

    [LoggerMessage(1102, LogLevel.Critical, "the node halts: a defect of this program while executing {Effect}")]
    public static partial void EffectFailed(ILogger logger, string effect, Exception exception);

    [LoggerMessage(1103, LogLevel.Error, "the store failed: {Reason}")]
    public static partial void StoreFailed(ILogger logger, string reason);

    [LoggerMessage(1104, LogLevel.Error, "a share is neither sealed nor opened: {Reason}")]
    public static partial void SealFailed(ILogger logger, string reason);

    [LoggerMessage(1110, LogLevel.Information, "request of client {Client} refused: {Reason}")]
    public static partial void RequestRefused(ILogger logger, ClientId client, Reason reason);

    [LoggerMessage(1111, LogLevel.Information, "order {Order}: {Count} keys active")]
    public static partial void KeysActivated(ILogger logger, Digest32 order, int count);

    [LoggerMessage(1112, LogLevel.Warning, "order {Order} is pending")]
    public static partial void OrderPending(ILogger logger, Digest32 order);

    [LoggerMessage(1113, LogLevel.Warning, "order {Order} aborted: {Why}")]
    public static partial void OrderAborted(ILogger logger, Digest32 order, string why);

    [LoggerMessage(1118, LogLevel.Warning, "order {Order} given up, its shares are kept: {Why}")]
    public static partial void OrderGivenUp(ILogger logger, Digest32 order, string why);

    [LoggerMessage(1114, LogLevel.Information, "key {Key}: {Suite} signature after {Attempts} attempt(s) in {Took}")]
    public static partial void SignatureCompleted(ILogger logger, KeyId key, Suite suite, int attempts, TimeSpan took);

    [LoggerMessage(1115, LogLevel.Information, "session {Session} failed: {Why}")]
    public static partial void SessionFailed(ILogger logger, SessionId session, string why);

    [LoggerMessage(1116, LogLevel.Error, "peer {Peer} cheated: {Fault}")]
    public static partial void PeerBlamed(ILogger logger, NodeId peer, string fault);

    [LoggerMessage(1117, LogLevel.Information, "peer {Peer} is {State}. {Problem}")]
    public static partial void PeerChanged(ILogger logger, NodeId peer, string state, string problem);

    [LoggerMessage(1119, LogLevel.Information, "key {Key}: another quorum is tried, because of {Failed}{Repeated}")]
    public static partial void SigningFailedOver(ILogger logger, KeyId key, string failed, string repeated);

    [LoggerMessage(1120, LogLevel.Debug, "key {Key}: material {Readiness}")]
    public static partial void MaterialTaken(ILogger logger, KeyId key, string readiness);

    [LoggerMessage(1121, LogLevel.Debug, "{Count} pieces of material made for key {Key} with {Peers}")]
    public static partial void MaterialMade(ILogger logger, int count, KeyId key, string peers);

    [LoggerMessage(1122, LogLevel.Information, "no material made for key {Key}: {Failed}{Repeated}")]
    public static partial void MaterialNotMade(ILogger logger, KeyId key, string failed, string repeated);

    [LoggerMessage(1123, LogLevel.Debug, "{Count} pieces of material wiped unused for key {Key} ({Whose} requests): {Why}")]
    public static partial void MaterialDropped(ILogger logger, int count, KeyId key, string whose, MaterialEnd why);

    [LoggerMessage(1124, LogLevel.Information, "pair setup with {Peer}: epochs {Sending} and {Receiving}")]
    public static partial void PairSetUp(ILogger logger, NodeId peer, ulong sending, ulong receiving);

    [LoggerMessage(1125, LogLevel.Information, "no pair setup with {Peer}: {Why}")]
    public static partial void PairNotSetUp(ILogger logger, NodeId peer, string why);

    [LoggerMessage(1150, LogLevel.Information, "job {Job}: {What}")]
    public static partial void JobChanged(ILogger logger, Digest32 job, string what);

    [LoggerMessage(1151, LogLevel.Warning, "schedule {Schedule} is not met: {Why}")]
    public static partial void ScheduleUnmet(ILogger logger, string schedule, string why);

    [LoggerMessage(1152, LogLevel.Warning, "destruction {Order} of {Keys} keys is accepted and waits until {NotBefore:O}")]
    public static partial void DestructionAccepted(ILogger logger, Digest32 order, int keys, DateTimeOffset notBefore);

    [LoggerMessage(1153, LogLevel.Warning, "destruction {Order} is called off")]
    public static partial void DestructionCancelled(ILogger logger, Digest32 order);

    [LoggerMessage(1154, LogLevel.Warning, "destruction {Order} is done: the shares of {Keys} keys are erased")]
    public static partial void KeysDestroyed(ILogger logger, Digest32 order, int keys);
}
