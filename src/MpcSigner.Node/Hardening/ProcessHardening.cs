using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Node.Hardening;

/// <summary>Closes the roads by which secrets leave a process (design §15), and says of each whether it is closed.</summary>
internal static class ProcessHardening
{
    private const string DiagnosticsVariable = "DOTNET_EnableDiagnostics";

    /// <summary>Hardens this process as far as it goes and reports; <paramref name="apply"/> false only looks.</summary>
    public static IReadOnlyList<HardeningCheck> Run(bool apply) =>
    [
        Diagnostics(),
        NotDumpable(apply),
        NoCoreFiles(apply),
        LockedMemory(),
        Swap(),
        Unprivileged(),
    ];

    /// <summary>The runtime reads it once, at its start: only who starts the process can set it.</summary>
    private static HardeningCheck Diagnostics() => Environment.GetEnvironmentVariable(DiagnosticsVariable) == "0"
        ? new("diagnostics-off", HardeningOutcome.Passed, $"{DiagnosticsVariable}=0", "")
        : new("diagnostics-off", HardeningOutcome.Failed, "the runtime's diagnostic port is open: debuggers and dump tools may attach",
            $"start the node with {DiagnosticsVariable}=0 in its environment");

    private static HardeningCheck NotDumpable(bool apply)
    {
        if (apply)
            _ = LibC.prctl(LibC.PR_SET_DUMPABLE, 0, 0, 0, 0); // judged by what it achieved, next
        return LibC.prctl(LibC.PR_GET_DUMPABLE, 0, 0, 0, 0) == 0
            ? new("not-dumpable", HardeningOutcome.Passed, "no other process of this user can trace it or read its memory", "")
            : new("not-dumpable", HardeningOutcome.Failed, "processes of the same user can trace this one and read its memory",
                "check what forbids prctl(PR_SET_DUMPABLE) here (a seccomp profile?)");
    }

    private static HardeningCheck NoCoreFiles(bool apply)
    {
        if (apply)
            _ = LibC.setrlimit(LibC.RLIMIT_CORE, new LibC.RLimit { Current = 0, Maximum = 0 }); // judged by what it achieved, next
        return LibC.getrlimit(LibC.RLIMIT_CORE, out var limit) == 0 && limit is { Current: 0, Maximum: 0 }
            ? new("no-core-files", HardeningOutcome.Passed, "RLIMIT_CORE is 0", "")
            : new("no-core-files", HardeningOutcome.Failed, "a crash may write the process's memory to a file", "set LimitCORE=0 for the service");
    }

    private static HardeningCheck LockedMemory()
    {
        try
        {
            var status = SecureMemory.LockStatus;
            return status.Locked
                ? new("locked-memory", HardeningOutcome.Passed, status.ToString(), "")
                : new("locked-memory", HardeningOutcome.Failed, status.ToString(), "set LimitMEMLOCK=64M or more for the service, or 'ulimit -l 65536'");
        }
        catch (SecureMemoryException e)
        {
            return new("locked-memory", HardeningOutcome.Failed, e.Message, "set LimitMEMLOCK=64M or more for the service, or 'ulimit -l 65536'");
        }
    }

    private static HardeningCheck Swap()
    {
        const string swaps = "/proc/swaps";
        try
        {
            var inUse = File.ReadLines(swaps).Skip(1).Count();
            return inUse == 0
                ? new("no-swap", HardeningOutcome.Passed, "no swap is in use", "")
                : new("no-swap", HardeningOutcome.Advised, $"{inUse} swap area(s) in use: memory that is not locked may reach a disk", "turn swap off, or encrypt it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("no-swap", HardeningOutcome.Advised, $"{swaps} cannot be read: {e.Message}", "check by hand that swap is off or encrypted");
        }
    }

    private static HardeningCheck Unprivileged() => LibC.geteuid() != 0
        ? new("unprivileged-user", HardeningOutcome.Passed, $"user id {LibC.geteuid()}", "")
        : new("unprivileged-user", HardeningOutcome.Advised, "the node runs as root and needs nothing of it", "run it as a user of its own");
}
