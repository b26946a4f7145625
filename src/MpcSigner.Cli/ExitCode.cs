using MpcSigner.Client;

namespace MpcSigner.Cli;

/// <summary>How the program ended, for scripts. The numbers are stable and stand in the help.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>The nodes refused: policy, or a request that is wrong.</summary>
    Refused = 1,

    /// <summary>The command line, a file or the configuration is wrong.</summary>
    Usage = 2,

    /// <summary>Nodes are down or busy; the same command may succeed later.</summary>
    Unavailable = 3,

    /// <summary>A certificate or signature does not verify. Nothing of the answer was used.</summary>
    NotVerified = 4,

    /// <summary>A node reports a fault, or this program has a bug.</summary>
    Internal = 5,
}

internal static class ExitCodes
{
    public const string Help = """
        Exit codes:
          0  done
          1  refused by the nodes: policy says no, or the request is wrong
          2  the command line, a file or the configuration is wrong
          3  nodes are down or busy; the same command may succeed later
          4  a certificate or signature does not verify; nothing of the answer was used
          5  a node reports a fault, or this program has a bug
        """;

    public static ExitCode Of(MpcSignerException failure) => failure.Kind switch
    {
        FailureKind.Invalid => failure.Reason == "CONFIGURATION" ? ExitCode.Usage : ExitCode.Refused,
        FailureKind.Denied => ExitCode.Refused,
        FailureKind.Unavailable => ExitCode.Unavailable,
        FailureKind.NotVerified => ExitCode.NotVerified,
        FailureKind.Broken => ExitCode.Internal,
    };
}

/// <summary>A failure that this program found itself.</summary>
internal sealed class CliException(ExitCode code, string reason, string message, string nextStep, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode Code { get; } = code;

    public string Reason { get; } = reason;

    public string NextStep { get; } = nextStep;

    public static CliException Usage(string message, string nextStep, Exception? inner = null) => new(ExitCode.Usage, "USAGE", message, nextStep, inner);
}
