using MpcSigner.Core.Ports;
using MpcSigner.Storage.Migrations;
using MpcSigner.Storage.Native;
using SQLitePCL;

namespace MpcSigner.Storage.Sqlite;

/// <summary>Makes a database file, and opens one with every check of its start. The caller holds the <see cref="StoreLock"/>.</summary>
internal static class SqliteFile
{
    /// <summary>"MPCS", in the file's header: what tells our databases from others'.</summary>
    private const int ApplicationId = 0x4D504353;

    private const int BusyMilliseconds = 2_000;

    /// <summary>The log file is cut to this size when it starts anew.</summary>
    private const int LogSizeLimit = 64 << 20;

    /// <summary>Pages kept in memory, in KiB: a batch of keys changes pages all over the index.</summary>
    private const int WriterCacheKiB = 64 << 10;

    private const int ReaderCacheKiB = 8 << 10;

    private static readonly byte[] Magic = "SQLite format 3\0"u8.ToArray();

    /// <summary>Makes the whole database under another name and moves it into place, so that a crash leaves none rather than half of one.</summary>
    internal static void Create(string path, StoreMeta meta, DateTimeOffset now)
    {
        if (File.Exists(path))
            throw new StoreOpenException(StoreRefusal.AlreadyExists, $"{path} exists; a store is never overwritten. Move it away, or choose another directory.");
        var building = path + ".new";
        File.Delete(building);
        File.Delete(building + "-journal");
        // SQLite gives its log the permissions of the database: the owner's alone.
        Posix.CreateForOwner(building);
        using (var connection = SqliteConnection.Open(building, raw.SQLITE_OPEN_READWRITE))
        {
            connection.Script($"PRAGMA synchronous = FULL; PRAGMA application_id = {ApplicationId};");
            SqliteMigrations.Apply(connection);
            connection.Statement("INSERT INTO meta (one, store_id, cluster, nid, seal_parameters, seal_verifier, created_at) VALUES (1, ?, ?, ?, ?, ?, ?)")
                .Bind(meta.StoreId.Span).Bind(meta.Identity.Cluster.Value).Bind(meta.Identity.Node.Value)
                .Bind(meta.SealParameters.Span).Bind(meta.SealVerifier.Span).Bind(now).Run();
        }
        Posix.Flush(building);
        File.Move(building, path, overwrite: false);
        Posix.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Opens the writer's connection after these checks, in this order: there, ours, whole, of this version or older, of this cluster and node.</summary>
    internal static (SqliteConnection Connection, StoreMeta Meta) OpenWriter(string path, StoreIdentity expected, long? maxBytes)
    {
        CheckHeader(path);
        var connection = SqliteConnection.Open(path, raw.SQLITE_OPEN_READWRITE);
        try
        {
            connection.Script($"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;");
            // secure_delete: what is deleted, also by a migration, is overwritten with zeros in its page, and so are pages that become free.
            if (connection.QueryNumber("PRAGMA secure_delete") != 1)
                throw new StoreUnavailableException("SQLite does not overwrite what is deleted (secure_delete)", closed: true);
            CheckVersion(connection, path);
            CheckWhole(connection, path);
            SqliteMigrations.Apply(connection);
            var meta = SqliteReads.Meta(connection);
            CheckIdentity(meta.Identity, expected, path);
            Configure(connection, maxBytes);
            return (connection, meta);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal static SqliteConnection OpenReader(string path)
    {
        var connection = SqliteConnection.Open(path, raw.SQLITE_OPEN_READONLY);
        // A reader that closes last, or whose cache spills, must not move pages: only the writer checkpoints.
        connection.Script($"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA query_only = ON; PRAGMA cache_size = -{ReaderCacheKiB}; PRAGMA wal_autocheckpoint = 0;");
        return connection;
    }

    /// <summary>The newest roster of a store that nobody has open; null where there is none, as in one that an older release made. Nothing is migrated.</summary>
    internal static RosterRow? ReadRoster(string path, StoreIdentity expected)
    {
        CheckHeader(path);
        using var connection = OpenReader(path);
        CheckVersion(connection, path);
        CheckIdentity(SqliteReads.Meta(connection).Identity, expected, path);
        return connection.QueryNumber("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'roster'") == 0 ? null : RosterReads.Head(connection);
    }

    /// <summary>Reads the header before SQLite sees the file: SQLite takes an empty file for a new database.</summary>
    private static void CheckHeader(string path)
    {
        if (!File.Exists(path))
            throw new StoreOpenException(StoreRefusal.Missing, $"There is no store at {path}. Create it with `node init`, or correct the path.");
        var header = new byte[Magic.Length];
        using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) != header.Length || !header.AsSpan().SequenceEqual(Magic))
            throw new StoreOpenException(StoreRefusal.Damaged, $"{path} is no database, or its beginning is damaged. Restore it from a backup.");
    }

    private static void CheckVersion(SqliteConnection connection, string path)
    {
        if (connection.QueryNumber("PRAGMA application_id") != ApplicationId)
            throw new StoreOpenException(StoreRefusal.NotAStore, $"{path} is a database of another program. Correct the path.");
        var version = connection.QueryNumber("PRAGMA user_version");
        if (version > SqliteMigrations.Newest)
            throw new StoreOpenException(StoreRefusal.NewerVersion,
                $"{path} has schema version {version}, made by a newer version of this program; this one knows versions up to {SqliteMigrations.Newest}. Install the newer version: there is no way back.");
        if (version < 1)
            throw new StoreOpenException(StoreRefusal.Damaged, $"{path} has schema version {version}, which never existed. Restore it from a backup.");
    }

    private static void CheckWhole(SqliteConnection connection, string path)
    {
        var result = connection.QueryText("PRAGMA quick_check(1)");
        if (result != "ok")
            throw new StoreOpenException(StoreRefusal.Damaged, $"{path} is damaged ({result}). Restore it from a backup.");
    }

    private static void CheckIdentity(StoreIdentity found, StoreIdentity expected, string path)
    {
        if (found.Cluster != expected.Cluster)
            throw new StoreOpenException(StoreRefusal.OtherCluster,
                $"{path} belongs to cluster {found.Cluster}, but this node's roster is cluster {expected.Cluster}. Correct the path or the roster.");
        if (found.Node != expected.Node)
            throw new StoreOpenException(StoreRefusal.OtherNode,
                $"{path} belongs to node {found.Node}, but this node is {expected.Node}. Correct the path, or use that node's identity.");
    }

    private static void Configure(SqliteConnection connection, long? maxBytes)
    {
        var mode = connection.QueryText("PRAGMA journal_mode = WAL");
        connection.Script($"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -{WriterCacheKiB}; PRAGMA journal_size_limit = {LogSizeLimit};");
        if (mode != "wal" || connection.QueryNumber("PRAGMA synchronous") != 2)
            throw new StoreUnavailableException($"the file system does not offer what a write-ahead log needs (journal mode '{mode}')", closed: true);
        if (maxBytes is { } bytes)
            connection.Script($"PRAGMA max_page_count = {bytes / connection.QueryNumber("PRAGMA page_size")};");
    }
}
