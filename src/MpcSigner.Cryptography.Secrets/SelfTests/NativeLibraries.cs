using System.Runtime.InteropServices;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.SelfTests;

/// <summary>What one check of a native library found.</summary>
/// <param name="Library">The soname.</param>
/// <param name="Version">As the library says it; empty if it was not found. Distributions patch without changing it.</param>
/// <param name="Check">What was checked.</param>
/// <param name="Ok">Whether it was right.</param>
/// <param name="Detail">What was found, and the remedy where it was wrong.</param>
public sealed record NativeLibraryReport(string Library, string Version, string Check, bool Ok, string Detail);

/// <summary>The native libraries that hold secrets or judge points: found, of the sizes we assume, and giving the known answers.</summary>
public static class NativeLibraries
{
    /// <summary>Runs every check; for the operator's check command and, by <see cref="EnsureUsable"/>, at each start.</summary>
    public static IReadOnlyList<NativeLibraryReport> SelfTest()
    {
        var reports = new List<NativeLibraryReport>();
        if (!NativeLibrary.TryLoad(Libsodium.Name, typeof(Libsodium).Assembly, DllImportSearchPath.System32, out var handle))
        {
            reports.Add(new(Libsodium.Name, "", "found", false, $"not found: apt-get install {Libsodium.DebianPackage}"));
            return reports;
        }
        NativeLibrary.Free(handle);
        string version;
        try
        {
            version = Marshal.PtrToStringUTF8(Libsodium.sodium_version_string()) ?? "";
        }
        catch (Exception e) when (e is TypeInitializationException or EntryPointNotFoundException)
        {
            reports.Add(new(Libsodium.Name, "", "initialised", false, $"{(e.InnerException ?? e).Message}: apt-get install --reinstall {Libsodium.DebianPackage}"));
            return reports;
        }
        reports.Add(new(Libsodium.Name, version, "found", true, $"version {version}"));
        foreach (var (check, run) in SodiumChecks.All)
            reports.Add(Run(version, check, run));
        var locking = SecureMemory.LockStatus;
        reports.Add(new(Libsodium.Name, version, "memory locking", locking.Locked, locking.ToString()));
        return reports;
    }

    /// <summary>Throws if a library is missing or wrong. That memory cannot be locked is left to the caller, who may accept it.</summary>
    /// <exception cref="InvalidOperationException">With the reports that were wrong.</exception>
    public static void EnsureUsable()
    {
        var wrong = SelfTest().Where(report => !report.Ok && report.Check != "memory locking").ToArray();
        if (wrong.Length > 0)
            throw new InvalidOperationException("native libraries are not usable: "
                + string.Join("; ", wrong.Select(report => $"{report.Library} {report.Check}: {report.Detail}")));
    }

    /// <summary>A check that throws is a check that failed: the report must come in either case.</summary>
    private static NativeLibraryReport Run(string version, string check, Func<string?> run)
    {
        try
        {
            return run() is { } fault
                ? new(Libsodium.Name, version, check, false, $"{fault}: apt-get install --reinstall {Libsodium.DebianPackage}")
                : new(Libsodium.Name, version, check, true, "as expected");
        }
        catch (Exception e) when (e is EntryPointNotFoundException or Cryptography.Interop.NativeFailureException or SecureMemoryException)
        {
            return new(Libsodium.Name, version, check, false, $"{e.Message}: apt-get install --reinstall {Libsodium.DebianPackage}");
        }
    }
}
