using Microsoft.Extensions.Logging;

namespace MpcSigner.Node.Log;

/// <summary>Rotations of the sealing key. Event numbers 1160–1169.</summary>
internal static partial class SealLog
{
    [LoggerMessage(1160, LogLevel.Warning, "the sealing key's generation {Generation} is the only one left, {Shares} shares were sealed anew in {Took}: copies of identity.sealed and of the database from before no longer fit what is here. Back both up together")]
    public static partial void SealRotated(ILogger logger, uint generation, long shares, TimeSpan took);

    [LoggerMessage(1161, LogLevel.Error, "the sealing key was not rotated, and copies of deleted shares can still be opened with it: {Why}")]
    public static partial void SealNotRotated(ILogger logger, string why);
}
