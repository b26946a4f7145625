using System.Runtime.InteropServices;
using MpcSigner.Core.Faults;
using SQLitePCL;

namespace MpcSigner.Storage.Native;

/// <summary>What the loaded SQLite said of itself at start.</summary>
/// <param name="Version">For example 3.40.1.</param>
/// <param name="SourceId">Date and hash of its source.</param>
public sealed record SqliteSelfTest(string Library, string Version, string SourceId);

/// <summary>Loads the system's SQLite in place of the one that packages bundle: the distribution keeps it patched.</summary>
public static class SqliteLibrary
{
    private const string FileName = "libsqlite3.so.0";
    private const string Package = "libsqlite3-0";

    /// <summary>3.37 brought STRICT tables, without which a column holds any type.</summary>
    private const int MinVersion = 3_037_000;

    private static readonly Lazy<SqliteSelfTest> Loaded = new(LoadAndTest);

    /// <summary>Loads the library once a process and tests it.</summary>
    /// <exception cref="ServiceException">Missing, too old or built without threads; says which package to install.</exception>
    public static SqliteSelfTest Load() => Loaded.Value;

    private static SqliteSelfTest LoadAndTest()
    {
        if (!NativeLibrary.TryLoad(FileName, out var handle))
            throw Unusable($"SQLite's library {FileName} was not found.", $"Install it: apt-get install {Package}");

        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == "e_sqlite3" ? handle : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();

        var version = raw.sqlite3_libversion().utf8_to_string();
        if (raw.sqlite3_libversion_number() < MinVersion)
            throw Unusable($"{FileName} is SQLite {version}; 3.37 or newer is needed.", $"Upgrade the package {Package}.");
        if (raw.sqlite3_threadsafe() == 0)
            throw Unusable($"{FileName} was built without support for threads.", $"Use the distribution's own package {Package}.");
        return new(FileName, version, raw.sqlite3_sourceid().utf8_to_string());
    }

    private static ServiceException Unusable(string message, string nextStep) => new(new(Reason.StorageUnavailable, message, nextStep));
}
