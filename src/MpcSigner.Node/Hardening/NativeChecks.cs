using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Secrets.SelfTests;
using MpcSigner.Storage.Native;

namespace MpcSigner.Node.Hardening;

/// <summary>The native libraries: found, and giving the known answers. Whether memory locks is judged with the other hardening.</summary>
internal static class NativeChecks
{
    private const string LockingReport = "memory locking";

    public static IReadOnlyList<HardeningCheck> Run() =>
    [
        .. NativeLibraries.SelfTest().Where(r => r.Check != LockingReport).Select(r =>
            new HardeningCheck($"{r.Library} {r.Check}", r.Ok ? HardeningOutcome.Passed : HardeningOutcome.Failed, r.Detail, r.Ok ? "" : "install or repair the library")),
        Sqlite(),
    ];

    private static HardeningCheck Sqlite()
    {
        try
        {
            var sqlite = SqliteLibrary.Load();
            return new($"{sqlite.Library} usable", HardeningOutcome.Passed, $"version {sqlite.Version}", "");
        }
        catch (ServiceException e)
        {
            return new("libsqlite3.so.0 usable", HardeningOutcome.Failed, e.Error.Message, e.Error.NextStep);
        }
    }
}
