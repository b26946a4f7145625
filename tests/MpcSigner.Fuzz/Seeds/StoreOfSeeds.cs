using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using MpcSigner.Storage;
using MpcSigner.Storage.Sqlite;
using SQLitePCL;

namespace MpcSigner.Fuzz.Seeds;

/// <summary>One value in a table, with what finds it.</summary>
/// <param name="Where">SQL that names its row.</param>
internal sealed record Cell(string Table, string Column, string Where, byte Type, byte[] Value);

/// <summary>A database as the node's own store has written it: keys made, used, rotated, ordered destroyed; a job; rosters.</summary>
internal sealed class StoreOfSeeds
{
    private const int RowsOfTable = 3;

    private static readonly Lazy<StoreOfSeeds> s_once = new(static () => new());

    private StoreOfSeeds()
    {
        var path = Path.Combine(ScratchFolder.Path, "seeds.sqlite");
        SqliteNodeStore.Create(path, new(HonestNodes.Heard.Identity, new byte[StoreMeta.StoreIdSize], "parameters"u8.ToArray(), "verifier"u8.ToArray()), TimeProvider.System);
        FillAsync(path).GetAwaiter().GetResult();
        Bytes = File.ReadAllBytes(path);
        using var connection = SqliteConnection.Open(path, raw.SQLITE_OPEN_READONLY);
        Cells = [.. CellsOf(connection)];
    }

    public static StoreOfSeeds Made => s_once.Value;

    public byte[] Bytes { get; }

    public IReadOnlyList<Cell> Cells { get; }

    private static async Task FillAsync(string path)
    {
        await using var store = SqliteNodeStore.Open(path, HonestNodes.Heard.Identity, TimeProvider.System);
        await store.BeginInstanceAsync(new(new SeededSource("instance").Bytes(InstanceId.Size)), CancellationToken.None);
        foreach (var writes in HonestNodes.Heard.Written)
            await store.CommitAsync(writes, CancellationToken.None);
    }

    private static IEnumerable<Cell> CellsOf(SqliteConnection connection)
    {
        var tables = Texts(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        foreach (var table in tables)
        {
            var columns = Texts(connection, $"SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
            var keys = Texts(connection, $"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk");
            if (keys.Count == 0)
                keys = ["rowid"];
            var where = string.Join(" || ' AND ' || ", keys.Select(key => $"'{key} = ' || quote({key})"));
            foreach (var row in Texts(connection, $"SELECT {where} FROM {table} LIMIT {RowsOfTable}"))
            {
                foreach (var column in columns)
                {
                    var (type, value) = SqliteReads.Rows(connection.Statement($"SELECT typeof({column}), CAST({column} AS BLOB) FROM {table} WHERE {row}"), r => (r.Text(0), r.Bytes(1))).Single();
                    yield return new(table, column, row, type == "blob" ? (byte)0 : type == "integer" ? (byte)1 : (byte)2, value);
                }
            }
        }
    }

    private static List<string> Texts(SqliteConnection connection, string sql) => SqliteReads.Rows(connection.Statement(sql), r => r.Text(0));
}
