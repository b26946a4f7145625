using MpcSigner.Cryptography.Secrets.SelfTests;

namespace MpcSigner.Node.Hardening;

/// <summary>The native libraries: found, and giving the known answers. Whether memory locks is judged with the other hardening.</summary>
internal static class NativeChecks
{
    private const string LockingReport = "memory locking";

    public static IReadOnlyList<HardeningCheck> Run() =>
    [
        .. NativeLibraries.SelfTest().Where(r => r.Check != LockingReport).Select(r =>
            new HardeningCheck($"{r.Library} {r.Check}", r.Ok ? HardeningOutcome.Passed : HardeningOutcome.Failed, r.Detail, r.Ok ? "" : "install or repair the library")),
    ];
}
