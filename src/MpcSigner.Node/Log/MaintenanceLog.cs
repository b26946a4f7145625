using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Log;

/// <summary>Refreshes, reshares and recoveries at this node.</summary>
internal static partial class MaintenanceLog
{
    [LoggerMessage(1130, LogLevel.Warning, "maintenance order {Order} is pending: {Why}")]
    public static partial void Pending(ILogger logger, Digest32 order, string why);

    [LoggerMessage(1131, LogLevel.Information, "maintenance order {Order}: the new generation of {Count} keys is in use")]
    public static partial void Activated(ILogger logger, Digest32 order, int count);

    [LoggerMessage(1132, LogLevel.Warning, "maintenance order {Order} aborted: {Why}")]
    public static partial void Aborted(ILogger logger, Digest32 order, string why);

    [LoggerMessage(1133, LogLevel.Warning, "maintenance order {Order} rolled back to the generation before")]
    public static partial void RolledBack(ILogger logger, Digest32 order);

    [LoggerMessage(1134, LogLevel.Information, "maintenance order {Order}: the old shares of {Count} keys are erased")]
    public static partial void OldSharesErased(ILogger logger, Digest32 order, int count);

    [LoggerMessage(1135, LogLevel.Information, "recovery {Order}: {Count} shares are here again")]
    public static partial void SharesRecovered(ILogger logger, Digest32 order, int count);

    [LoggerMessage(1136, LogLevel.Error, "key {Key}: this node holds generation {Held}, in use is {InUse}; it refuses to sign until its share is recovered")]
    public static partial void ShareBehind(ILogger logger, KeyId key, uint held, uint inUse);
}
