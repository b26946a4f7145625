using System.Runtime.InteropServices;
using MpcSigner.Cryptography.Interop;
using MpcSigner.Cryptography.Interop.LibCrypto;
using MpcSigner.Cryptography.Interop.Secp256k1;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.SelfTests;

/// <summary>What one check of a native library found.</summary>
/// <param name="Library">The soname.</param>
/// <param name="Version">As the library says it; empty if it was not found or says none. Distributions patch without changing it.</param>
/// <param name="Check">What was checked.</param>
/// <param name="Ok">Whether it was right.</param>
/// <param name="Detail">What was found, and the remedy where it was wrong.</param>
public sealed record NativeLibraryReport(string Library, string Version, string Check, bool Ok, string Detail);

/// <summary>The native libraries that hold secrets or judge points: found, of the sizes we assume, and giving the known answers.</summary>
public static class NativeLibraries
{
    private sealed record Library(string Name, string DebianPackage, Func<string> Version, IReadOnlyList<(string Check, Func<string?> Run)> Checks);

    private static readonly Library[] All =
    [
        new(Libsodium.Name, Libsodium.DebianPackage, () => Marshal.PtrToStringUTF8(Libsodium.sodium_version_string()) ?? "", SodiumChecks.All),
        new(Libsecp256k1.Name, Libsecp256k1.DebianPackage, () => "", Secp256k1Checks.All), // it tells no version at run time
        new(LibCrypto.Name, LibCrypto.DebianPackage, () => Marshal.PtrToStringUTF8(LibCrypto.OpenSSL_version(LibCrypto.OPENSSL_VERSION)) ?? "", P256Checks.All),
    ];

    /// <summary>Runs every check; for the operator's check command and, by <see cref="EnsureUsable"/>, at each start.</summary>
    public static IReadOnlyList<NativeLibraryReport> SelfTest()
    {
        var reports = new List<NativeLibraryReport>();
        foreach (var library in All)
            Test(library, reports);
        if (reports.Any(report => report.Library == Libsodium.Name && report.Check == "found" && report.Ok))
        {
            var locking = SecureMemory.LockStatus;
            reports.Add(new(Libsodium.Name, "", "memory locking", locking.Locked, locking.ToString()));
        }
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

    private static void Test(Library library, List<NativeLibraryReport> reports)
    {
        if (!NativeLibrary.TryLoad(library.Name, typeof(Libsodium).Assembly, DllImportSearchPath.System32, out var handle))
        {
            reports.Add(new(library.Name, "", "found", false, $"not found: apt-get install {library.DebianPackage}"));
            return;
        }
        NativeLibrary.Free(handle);
        string version;
        try
        {
            version = library.Version();
        }
        catch (Exception e) when (e is TypeInitializationException or EntryPointNotFoundException)
        {
            reports.Add(new(library.Name, "", "initialised", false, $"{(e.InnerException ?? e).Message}: apt-get install --reinstall {library.DebianPackage}"));
            return;
        }
        reports.Add(new(library.Name, version, "found", true, version.Length > 0 ? $"version {version}" : "it tells no version"));
        foreach (var (check, run) in library.Checks)
            reports.Add(Run(library, version, check, run));
    }

    /// <summary>A check that throws is a check that failed: the report must come in either case.</summary>
    private static NativeLibraryReport Run(Library library, string version, string check, Func<string?> run)
    {
        try
        {
            return run() is { } fault
                ? new(library.Name, version, check, false, $"{fault}: apt-get install --reinstall {library.DebianPackage}")
                : new(library.Name, version, check, true, "as expected");
        }
        catch (Exception e) when (e is EntryPointNotFoundException or NativeFailureException or SecureMemoryException or TypeInitializationException)
        {
            return new(library.Name, version, check, false, $"{(e.InnerException ?? e).Message}: apt-get install --reinstall {library.DebianPackage}");
        }
    }
}
