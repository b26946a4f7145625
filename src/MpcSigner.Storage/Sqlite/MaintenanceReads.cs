using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite;

/// <summary>Maintenance orders with their keys and DONEs.</summary>
internal static class MaintenanceReads
{
    private const string Columns =
        "order_hash, kind, suite, attempt, instance, state, begun_at, old_root, echo, records_root, ack, abort_kind, abort_signature, signed, doubt, refused_by, refusal";

    internal static MaintenanceRow? Find(SqliteConnection connection, Digest32 order) => Complete(connection, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM maintenance_order WHERE order_hash = ?").Bind(order.Value), Read)).SingleOrDefault();

    internal static List<MaintenanceRow> OfKey(SqliteConnection connection, KeyId key, uint fromGeneration)
    {
        var orders = SqliteReads.Rows(
            connection.Statement("SELECT order_hash FROM maintenance_key WHERE key_id = ? AND generation >= ? ORDER BY generation, attempt, recovery")
                .Bind(key.Value).Bind(fromGeneration), r => new Digest32(r.Hash(0)));
        return [.. orders.Select(order => Find(connection, order) ?? throw new InvalidDataException("a key of a maintenance order without the order"))];
    }

    /// <summary>What was begun for one generation of a key, without the orders' bytes.</summary>
    internal static List<AttemptRow> Attempts(SqliteConnection connection, KeyId key, uint generation) => SqliteReads.Rows(
        connection.Statement(
            """
            SELECT order_hash, kind, maintenance_key.attempt, state, abort_kind, abort_signature
            FROM maintenance_key JOIN maintenance_order USING (order_hash) WHERE key_id = ? AND generation = ? ORDER BY maintenance_key.attempt, recovery
            """).Bind(key.Value).Bind(generation),
        r => new AttemptRow(new(r.Hash(0)), (byte)r.Number(1), (uint)r.Number(2), r.Named<MaintenanceState>(3), (byte)r.Number(4), r.Bytes(5)));

    /// <summary>Orders that are not over, oldest first.</summary>
    internal static List<MaintenanceRow> Open(SqliteConnection connection, int limit) => Complete(connection, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM maintenance_order INDEXED BY maintenance_open WHERE state IN (1, 2, 3) ORDER BY begun_at, order_hash LIMIT ?").Bind(limit), Read));

    internal static MaintenanceState? StateOf(SqliteConnection connection, Digest32 order)
    {
        var found = connection.Statement("SELECT state FROM maintenance_order WHERE order_hash = ?").Bind(order.Value);
        try { return found.Step() ? found.Named<MaintenanceState>(0) : null; }
        finally { found.Reset(); }
    }

    /// <summary>In key order.</summary>
    internal static List<(KeyId Key, uint Generation)> KeysOf(SqliteConnection connection, Digest32 order) => SqliteReads.Rows(
        connection.Statement("SELECT key_id, generation FROM maintenance_key WHERE order_hash = ? ORDER BY position").Bind(order.Value),
        r => (new KeyId(r.Hash(0)), (uint)r.Number(1)));

    private static List<MaintenanceRow> Complete(SqliteConnection connection, List<MaintenanceRow> rows) =>
        [.. rows.Select(row => row with { Keys = KeysOf(connection, row.Order), Dones = DonesOf(connection, row.Order) })];

    private static Dictionary<PartyId, ReadOnlyMemory<byte>> DonesOf(SqliteConnection connection, Digest32 order) => SqliteReads.Rows(
        connection.Statement("SELECT pid, signature FROM maintenance_done WHERE order_hash = ?").Bind(order.Value),
        r => (Party: PartyId.TryCreate(r.Number(0), out var pid) ? pid : throw new InvalidDataException("a DONE of no party"), Signature: r.Bytes(1)))
        .ToDictionary(done => done.Party, done => (ReadOnlyMemory<byte>)done.Signature);

    private static MaintenanceRow Read(SqliteStatement r) => new(
        new(r.Hash(0)), (byte)r.Number(1), r.Named<Suite>(2), (uint)r.Number(3), r.Instance(4),
        ReadOrder(r.Bytes(13)), [], r.Named<MaintenanceState>(5), new(r.Hash(7)), new(r.Hash(8)), new(r.Hash(9)), r.Bytes(10),
        (byte)r.Number(11), r.Bytes(12), new Dictionary<PartyId, ReadOnlyMemory<byte>>(), r.Time(6))
    {
        Doubt = r.Number(14) == 0 ? null
            : new(r.Named<DoubtStand>(14), PartyId.TryCreate(r.Number(15), out var by) ? by : throw new InvalidDataException("an order refused by no party"), r.Bytes(16)),
    };

    internal static SignedOrder ReadOrder(ReadOnlySpan<byte> bytes) =>
        SignedOrderEncoding.TryDecode(bytes, out var order) ? order : throw new InvalidDataException("a signed order in the database does not decode");
}
