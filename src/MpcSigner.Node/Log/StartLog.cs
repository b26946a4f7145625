using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Log;

/// <summary>Start and stop. Event numbers 1000–1099.</summary>
internal static partial class StartLog
{
    [LoggerMessage(1000, LogLevel.Information, "node {Name} ({Nid}) started: instance {Instance}, start counter {StartCounter}, listening on {Address}")]
    public static partial void Started(ILogger logger, string name, NodeId nid, InstanceId instance, ulong startCounter, string address);

    [LoggerMessage(1001, LogLevel.Warning, "HARDENING IS OFF: secrets of this process can be read by debuggers, core dumps and swap. Never run a production node like this")]
    public static partial void HardeningOff(ILogger logger);

    [LoggerMessage(1002, LogLevel.Warning, "hardening: {Check}: {Finding}; {Advice}")]
    public static partial void HardeningAdvice(ILogger logger, string check, string finding, string advice);

    [LoggerMessage(1003, LogLevel.Information, "stopping: waiting at most {Timeout} for {Running} running calls")]
    public static partial void Stopping(ILogger logger, TimeSpan timeout, int running);

    [LoggerMessage(1004, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(1005, LogLevel.Warning, "stopped with {Running} calls unfinished")]
    public static partial void StoppedUnfinished(ILogger logger, int running);

    [LoggerMessage(1006, LogLevel.Information, "the database was made for node {Nid} of cluster {Cluster}")]
    public static partial void StoreCreated(ILogger logger, NodeId nid, ClusterId cluster);

    [LoggerMessage(1007, LogLevel.Warning, "the database was restored or made anew: start counters go on above all that peers have seen; shares that are missing or old must be recovered")]
    public static partial void StoreRestored(ILogger logger);

    [LoggerMessage(1008, LogLevel.Warning, "peer {Peer} is readmitted by the operator{Failures}{Remark}")]
    public static partial void PeerReadmitted(ILogger logger, NodeId peer, string failures, string remark);
}
