using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite;

/// <summary>Destructions with their keys.</summary>
internal static class DestructionReads
{
    private const string Columns = "order_hash, state, not_before, updated_at, attestation, signed";

    internal static DestructionRow? Find(SqliteConnection connection, Digest32 order) => Complete(connection, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM destruction WHERE order_hash = ?").Bind(order.Value), Read)).SingleOrDefault();

    /// <summary>Newest first.</summary>
    internal static List<DestructionRow> List(SqliteConnection connection, int limit) => Complete(connection, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM destruction ORDER BY number DESC LIMIT ?").Bind(limit), Read));

    /// <summary>Oldest first.</summary>
    internal static List<DestructionRow> Waiting(SqliteConnection connection) => Complete(connection, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM destruction WHERE state = 1 ORDER BY number"), Read));

    internal static DestructionState? StateOf(SqliteConnection connection, Digest32 order)
    {
        var found = connection.Statement("SELECT state FROM destruction WHERE order_hash = ?").Bind(order.Value);
        try { return found.Step() ? found.Named<DestructionState>(0) : null; }
        finally { found.Reset(); }
    }

    internal static List<KeyId> KeysOf(SqliteConnection connection, Digest32 order) => SqliteReads.Rows(
        connection.Statement("SELECT key_id FROM destruction_key WHERE order_hash = ? ORDER BY position").Bind(order.Value), r => new KeyId(r.Hash(0)));

    private static List<DestructionRow> Complete(SqliteConnection connection, List<DestructionRow> rows) =>
        [.. rows.Select(row => row with { Keys = KeysOf(connection, row.Order) })];

    private static DestructionRow Read(SqliteStatement r) => new(
        new(r.Hash(0)), MaintenanceReads.ReadOrder(r.Bytes(5)), [], r.Named<DestructionState>(1), r.Time(2), r.Bytes(4), r.Time(3));
}
