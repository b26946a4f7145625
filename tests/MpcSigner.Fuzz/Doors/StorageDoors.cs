using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Simulation.Host;
using MpcSigner.Storage;
using MpcSigner.Storage.Sqlite;
using SQLitePCL;

namespace MpcSigner.Fuzz.Doors;

/// <summary>A node's database in which a value, or bytes of the file, are not what the node wrote: it opens and reads right, or says that it is damaged.</summary>
internal static class StorageDoors
{
    private const int CellBytes = 3;

    public static IEnumerable<Door> All =>
    [
        new("storage/row", Grammar.Binary, CellSeeds, static () => new Rows(), "SqliteReads.ReadLog", "SqliteReads.ReadSealedShare", "SqliteReads.ReadRecord", "MaintenanceReads.ReadOrder", "DealersEncoding.Decode")
            { EpisodeLength = 500, AllocatedAtMost = 32 << 20, Share = 0.1 },
        new("storage/start", Grammar.Binary, CellSeeds, Start, "SqliteNodeStore.Open", "SqliteFile.OpenWriter", "SqliteFile.OpenReader") { AllocatedAtMost = 32 << 20, Share = 0.005 },
        new("storage/file", Grammar.Binary, () => [[0, 0, 0, 0, 0, 1, 0]], DamagedFile, "SqliteFile.ReadRoster", "SqliteNodeStore.ReadRoster") { AllocatedAtMost = 32 << 20, Share = 0.005 },
    ];

    private static StoreOfSeeds Made => StoreOfSeeds.Made;

    /// <summary>u16 which cell ‖ u8 type ‖ value.</summary>
    private static IEnumerable<byte[]> CellSeeds()
    {
        var where = new byte[2];
        for (var i = 0; i < Made.Cells.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(where, (ushort)i);
            yield return [.. where, Made.Cells[i].Type, .. Made.Cells[i].Value];
        }
    }

    /// <summary>Null: the input names no cell.</summary>
    private static string? Update(byte[] input)
    {
        if (input.Length < CellBytes || BinaryPrimitives.ReadUInt16BigEndian(input) is var which && which >= Made.Cells.Count)
            return null;
        var cell = Made.Cells[which];
        var value = input.AsSpan(CellBytes);
        var literal = input[2] switch
        {
            0 => $"X'{Convert.ToHexString(value)}'",
            1 when long.TryParse(Encoding.ASCII.GetString(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number.ToString(CultureInfo.InvariantCulture),
            1 => BinaryPrimitives.ReadInt64LittleEndian((byte[])[.. value[..Math.Min(8, value.Length)], .. new byte[8]]).ToString(CultureInfo.InvariantCulture).Replace("-9223372036854775808", "-9223372036854775807", StringComparison.Ordinal),
            _ => $"CAST(X'{Convert.ToHexString(value)}' AS TEXT)",
        };
        return $"UPDATE {cell.Table} SET {cell.Column} = {literal} WHERE {cell.Where}";
    }

    private static string Copy(byte[] bytes)
    {
        var path = Path.Combine(ScratchFolder.Path, "copy.sqlite");
        foreach (var beside in (string[])["", "-wal", "-shm", "-journal"])
            File.Delete(path + beside);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Nothing in a table keeps the value out: not its checks, not its references.</summary>
    private static SqliteConnection OpenFree(string path)
    {
        var connection = SqliteConnection.Open(path, raw.SQLITE_OPEN_READWRITE);
        connection.Script("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;");
        return connection;
    }

    /// <summary>Triggers keep the log from being changed.</summary>
    /// <returns>SQL that makes them again.</returns>
    private static string DropTriggers(SqliteConnection connection)
    {
        var triggers = SqliteReads.Rows(connection.Statement("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"), r => (Name: r.Text(0), Sql: r.Text(1)));
        foreach (var (name, _) in triggers)
            connection.Script($"DROP TRIGGER {name}");
        return string.Join(";\n", triggers.Select(trigger => trigger.Sql));
    }

    /// <summary>Every kind of read, on a connection in which one value is changed and changed back.</summary>
    private sealed class Rows : IEpisode
    {
        private readonly SqliteConnection _connection = OpenFree(Copy(Made.Bytes));

        public Rows() => DropTriggers(_connection);

        public bool Take(byte[] input)
        {
            if (Update(input) is not { } update)
                return false;
            _connection.Script("BEGIN");
            try
            {
                _connection.Script(update);
                foreach (var query in Queries)
                    SqliteReads.Answer(_connection, query);
                SqliteReads.ListKeys(_connection, null, StoreLimits.MaxPage);
                SqliteReads.ReadLog(_connection, 0, StoreLimits.MaxPage);
                SqliteReads.ListSealed(_connection, null, StoreLimits.MaxPage);
                return true;
            }
            catch (Exception e) when (e is SqliteError or InvalidDataException or ArgumentException or OverflowException)
            {
                return false; // what the store takes for damage: it closes itself and says so
            }
            finally
            {
                _connection.Script("ROLLBACK");
            }
        }

        public void Dispose() => _connection.Dispose();
    }

    private static StoreQuery[] Queries => s_queries.Value;

    private static readonly Lazy<StoreQuery[]> s_queries = new(static () =>
    {
        var keys = HonestNodes.Heard.Keys.Select(row => row.Record.KeyId).ToArray();
        var request = HonestNodes.Heard.Written.SelectMany(writes => writes).OfType<StoreWrite.PutRequest>().First().Row;
        var job = HonestNodes.Heard.Written.SelectMany(writes => writes).OfType<StoreWrite.PutJob>().First().Row.Job;
        return
        [
            new StoreQuery.FindRequest(request.Client, request.IdempotencyKey), new StoreQuery.ListActiveKeys(null), new StoreQuery.FindAnchors(keys), new StoreQuery.ListDestructions(),
            new StoreQuery.ListJobs(), new StoreQuery.FindJob(job), new StoreQuery.ListRosters(1), new StoreQuery.ListOpenMaintenance(),
            .. keys.SelectMany(key => (StoreQuery[])[new StoreQuery.FindKey(key), new StoreQuery.FindGenerations(key), new StoreQuery.FindAttempts(key, 0), new StoreQuery.FindMaintenanceOfKey(key)]),
            .. HonestNodes.Heard.Keys.Select(row => row.Order).Concat(HonestNodes.Heard.KeysAtEnd.Select(row => row.Order)).Distinct()
                .SelectMany(order => (StoreQuery[])[new StoreQuery.FindOrder(order), new StoreQuery.FindOrderKeys(order), new StoreQuery.FindMaintenance(order), new StoreQuery.FindDestruction(order)]),
        ];
    });

    /// <summary>A node starts on the database, and asks it everything.</summary>
    private static bool Start(byte[] input)
    {
        if (Update(input) is not { } update)
            return false;
        var path = Copy(Made.Bytes);
        try
        {
            using var connection = OpenFree(path);
            var triggers = DropTriggers(connection);
            connection.Script(update);
            connection.Script(triggers);
        }
        catch (SqliteError)
        {
            return false; // the tables are strict: a value of another type cannot stand there
        }
        return Run(path);
    }

    /// <summary>u32 where ‖ u16 how many bytes ‖ the bytes.</summary>
    private static bool DamagedFile(byte[] input)
    {
        if (input.Length < 6)
            return false;
        byte[] damaged = [.. Made.Bytes];
        var at = (int)(BinaryPrimitives.ReadUInt32BigEndian(input) % (uint)damaged.Length);
        var count = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(4)), damaged.Length - at);
        for (var i = 0; i < count && input.Length > 6; i++)
            damaged[at + i] ^= input[6 + i % (input.Length - 6)];
        var path = Copy(damaged);
        try
        {
            SqliteNodeStore.ReadRoster(path, HonestNodes.Heard.Identity);
        }
        catch (StoreOpenException)
        {
        }
        return Run(path);
    }

    private static bool Run(string path)
    {
        try
        {
            RunAsync(path).GetAwaiter().GetResult();
            return true;
        }
        catch (Exception e) when (e is StoreOpenException or StoreUnavailableException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string path)
    {
        await using var store = SqliteNodeStore.Open(path, HonestNodes.Heard.Identity, TimeProvider.System);
        await store.BeginInstanceAsync(new InstanceId(new SeededSource("another").Bytes(InstanceId.Size)), CancellationToken.None);
        await store.ReadAsync([.. Queries.Take(StoreLimits.MaxQueriesPerRead)], CancellationToken.None);
        await store.ListKeysAsync(null, StoreLimits.MaxPage, CancellationToken.None);
        await store.ReadLogAsync(0, StoreLimits.MaxPage, CancellationToken.None);
        await store.ListSealedAsync(null, StoreLimits.MaxPage, CancellationToken.None);
    }
}
