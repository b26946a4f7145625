using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Storage.Sqlite;

/// <summary>Rows from the database. Whatever does not decode was not written by this program: damage.</summary>
internal static class SqliteReads
{
    private const string KeyColumns = "suite, record, record_hash, order_hash, batch_index, owner, label, usage, state, attempt, instance, certificate, created_at, dealers, "
        + "(key_id, generation) IN (SELECT key_id, generation FROM sealed_share)";

    private const string OrderColumns =
        "order_hash, kind, suite, generation, attempt, instance, request_body, request_client, request_signature, state, echo, records_root, ack, abort_kind, abort_signature, abort_party, begun_at";

    /// <summary>A creation that another party's ABORT ended: its keys are kept and not shown.</summary>
    /// <remarks>By its small index: in the table itself the state stands behind the whole request.</remarks>
    private const string NotGivenUp = "NOT EXISTS (SELECT 1 FROM key_order o INDEXED BY key_order_given_up WHERE o.order_hash = g.order_hash AND o.state = 5)";

    /// <summary>Of a key's rows the one in use: that of a destroyed key (5), ACTIVE (2), PENDING (1); then the highest generation.</summary>
    private const string InUse =
        "generation = (SELECT g.generation FROM key_record g WHERE g.key_id = k.key_id AND g.state IN (1, 2, 5) "
        + $"AND {NotGivenUp} ORDER BY CASE g.state WHEN 5 THEN 0 WHEN 2 THEN 1 ELSE 2 END, g.generation DESC LIMIT 1)";

    internal static StoreAnswer Answer(SqliteConnection connection, StoreQuery query) => query switch
    {
        StoreQuery.FindRequest find => new StoreAnswer.Request(FindRequest(connection, find)),
        StoreQuery.FindBooking find => new StoreAnswer.Booking(FindBooking(connection, find)),
        StoreQuery.FindKey find => new StoreAnswer.Key(
            Rows(connection.Statement($"SELECT {KeyColumns} FROM key_record k WHERE key_id = ? AND {InUse}").Bind(find.Key.Value), ReadKey).SingleOrDefault()),
        StoreQuery.ListActiveKeys list => new StoreAnswer.Keys(ListActiveKeys(connection, list.After)),
        StoreQuery.FindOrderKeys find => new StoreAnswer.OrderKeys(FindOrderKeys(connection, find.Order)),
        StoreQuery.FindOrder find => new StoreAnswer.Order(
            Rows(connection.Statement($"SELECT {OrderColumns} FROM key_order WHERE order_hash = ?").Bind(find.Order.Value), ReadOrder).SingleOrDefault()),
        StoreQuery.FindMaintenance find => new StoreAnswer.Maintenance(MaintenanceReads.Find(connection, find.Order)),
        StoreQuery.FindAttempts find => new StoreAnswer.Attempts(MaintenanceReads.Attempts(connection, find.Key, find.Generation)),
        StoreQuery.FindMaintenanceOfKey find => new StoreAnswer.Maintenances(MaintenanceReads.OfKey(connection, find.Key, find.FromGeneration)),
        StoreQuery.ListOpenMaintenance => new StoreAnswer.Maintenances(MaintenanceReads.Open(connection, StoreLimits.MaxPage)),
        StoreQuery.FindGenerations find => new StoreAnswer.Generations(Rows(
            connection.Statement($"SELECT {KeyColumns} FROM key_record g WHERE key_id = ? AND {NotGivenUp} ORDER BY generation").Bind(find.Key.Value), ReadKey)),
        StoreQuery.FindAnchors find => new StoreAnswer.Anchors(AnchorReads.Find(connection, find.Keys)),
        StoreQuery.FindDestruction find => new StoreAnswer.Destruction(DestructionReads.Find(connection, find.Order)),
        StoreQuery.ListDestructions => new StoreAnswer.Destructions(DestructionReads.List(connection, StoreLimits.MaxPage)),
        StoreQuery.FindJob find => new StoreAnswer.Job(JobReads.Find(connection, find.Job)),
        StoreQuery.ListJobs => new StoreAnswer.Jobs(JobReads.List(connection, StoreLimits.MaxPage)),
        StoreQuery.ListRosters list => new StoreAnswer.Rosters(RosterReads.List(connection, list.From, StoreLimits.MaxRosterPage)),
        StoreQuery.ListEvidence => new StoreAnswer.Evidence(EvidenceReads.List(connection, StoreLimits.MaxPage), EvidenceReads.NotKept(connection)),
        StoreQuery.ReadEvidence read => EvidenceReads.Find(connection, read.Id) is { } row
            ? new StoreAnswer.EvidencePiece(row, EvidenceReads.Piece(connection, read.Id, read.From))
            : new StoreAnswer.EvidencePiece(null, default),
        _ => throw new NotSupportedException($"{query.GetType().Name} has no table"),
    };

    /// <summary>A recovery makes no rows of its own: those that it recovers carry the order that made them.</summary>
    private static List<KeyRow> FindOrderKeys(SqliteConnection connection, Digest32 order)
    {
        var made = Rows(connection.Statement($"SELECT {KeyColumns} FROM key_record WHERE order_hash = ? ORDER BY batch_index").Bind(order.Value), ReadKey);
        return made.Count > 0
            ? made
            : Rows(connection.Statement(
                $"""
                SELECT {KeyColumns}
                FROM (SELECT key_id AS key, generation AS recovered, position FROM maintenance_key WHERE order_hash = ? AND recovery = 1) m
                JOIN key_record k ON k.key_id = m.key AND k.generation = m.recovered
                ORDER BY m.position
                """).Bind(order.Value), ReadKey);
    }

    private static RequestRow? FindRequest(SqliteConnection connection, StoreQuery.FindRequest find) => Rows(
        connection.Statement(
            """
            SELECT body_hash, request_body, request_client, request_signature, key_id, state, result, received_at, updated_at, expires_at
            FROM request WHERE client = ? AND idempotency_key = ?
            """).Bind(find.Client.Value).Bind(find.IdempotencyKey),
        r => new RequestRow(
            find.Client, find.IdempotencyKey, new(r.Hash(0)), new SignedRequest(r.Bytes(1), new(r.Hash(2)), r.Bytes(3)),
            new(r.Hash(4)), r.Named<RequestState>(5), r.Bytes(6), r.Time(7), r.Time(8), r.Time(9))).SingleOrDefault();

    internal static Dictionary<NodeId, ExclusionRow> Exclusions(SqliteConnection connection) =>
        Rows(connection.Statement("SELECT nid, since, why FROM exclusion"), r => new ExclusionRow(new(r.Hash(0)), r.Time(1), r.Text(2))).ToDictionary(row => row.Peer);

    internal static DateTimeOffset? RestoredAt(SqliteConnection connection) =>
        Rows(connection.Statement("SELECT begun_at FROM instance WHERE restored = 1 ORDER BY start_counter DESC LIMIT 1"), r => (DateTimeOffset?)r.Time(0)).SingleOrDefault();

    private static BookingRow? FindBooking(SqliteConnection connection, StoreQuery.FindBooking find) => Rows(
        connection.Statement("SELECT value, booked_at FROM booking WHERE kind = ? AND scope = ?").Bind(find.Kind).Bind(find.Scope.Value),
        r => new BookingRow(find.Kind, find.Scope, new(r.Hash(0)), r.Time(1))).SingleOrDefault();

    internal static List<KeyRow> ListKeys(SqliteConnection connection, KeyId? after, int limit) => Rows(
        after is { } start
            ? connection.Statement($"SELECT {KeyColumns} FROM key_record k WHERE key_id > ? AND {InUse} ORDER BY key_id LIMIT ?").Bind(start.Value).Bind(limit)
            : connection.Statement($"SELECT {KeyColumns} FROM key_record k WHERE {InUse} ORDER BY key_id LIMIT ?").Bind(limit),
        ReadKey);

    private static List<KeyRow> ListActiveKeys(SqliteConnection connection, KeyId? after) => Rows(
        after is { } start
            ? connection.Statement($"SELECT {KeyColumns} FROM key_record k WHERE key_id > ? AND state = 2 AND {InUse} ORDER BY key_id LIMIT ?").Bind(start.Value).Bind(StoreLimits.MaxPage)
            : connection.Statement($"SELECT {KeyColumns} FROM key_record k WHERE state = 2 AND {InUse} ORDER BY key_id LIMIT ?").Bind(StoreLimits.MaxPage),
        ReadKey);

    internal static List<AuditEntry> ReadLog(SqliteConnection connection, ulong from, int limit) => Rows(
        connection.Statement("SELECT sequence, time, kind, request, key_id, detail, entry_hash, signature FROM log_entry WHERE sequence >= ? ORDER BY sequence LIMIT ?")
            .Bind(from > long.MaxValue ? long.MaxValue : (long)from).Bind(limit),
        r => new AuditEntry(
            (ulong)r.Number(0), r.Time(1), r.Named<AuditKind>(2), new(r.Hash(3)), new(r.Hash(4)), r.Bytes(5), new(r.Hash(6)), r.Bytes(7)));

    internal static byte[]? ReadSealedShare(SqliteConnection connection, KeyId key, uint generation) => Rows(
        connection.Statement("SELECT sealed FROM sealed_share WHERE key_id = ? AND generation = ?").Bind(key.Value).Bind(generation),
        r => r.Bytes(0)).SingleOrDefault();

    internal static List<SealedShare> ListSealed(SqliteConnection connection, (KeyId Key, uint Generation)? after, int limit) => Rows(
        after is { } start
            ? connection.Statement("SELECT key_id, generation, sealed FROM sealed_share WHERE (key_id, generation) > (?, ?) ORDER BY key_id, generation LIMIT ?")
                .Bind(start.Key.Value).Bind(start.Generation).Bind(limit)
            : connection.Statement("SELECT key_id, generation, sealed FROM sealed_share ORDER BY key_id, generation LIMIT ?").Bind(limit),
        r => new SealedShare(new(r.Hash(0)), (uint)r.Number(1), r.Bytes(2)));

    internal static List<OrderRow> OpenOrders(SqliteConnection connection) => Rows(
        connection.Statement($"SELECT {OrderColumns} FROM key_order WHERE state IN (1, 2, 5) ORDER BY begun_at, order_hash"), ReadOrder);

    internal static Dictionary<NodeId, SessionWindow> Windows(SqliteConnection connection) => Rows(
        connection.Statement("SELECT initiator, start_counter, highest, used FROM session_window"),
        r => (Id: new NodeId(r.Hash(0)), Window: new SessionWindow(r.Bits(1), r.Bits(2), r.Bytes(3)))).ToDictionary(w => w.Id, w => w.Window);

    internal static Dictionary<NodeId, (InstanceId Instance, ulong StartCounter)> Peers(SqliteConnection connection) => Rows(
        connection.Statement("SELECT nid, instance, start_counter FROM peer"),
        r => (Id: new NodeId(r.Hash(0)), Seen: (r.Instance(1), r.Bits(2)))).ToDictionary(p => p.Id, p => p.Seen);

    private const string PairColumns =
        "nid, sending_epoch, receiving_epoch, dead_sending_epoch, dead_receiving_epoch, failures, day, failures_on_day, setups_on_day";

    internal static Dictionary<NodeId, PairRow> Pairs(SqliteConnection connection) =>
        Rows(connection.Statement($"SELECT {PairColumns} FROM pair"), ReadPair).ToDictionary(row => row.Peer);

    internal static PairRow? Pair(SqliteConnection connection, NodeId peer) =>
        Rows(connection.Statement($"SELECT {PairColumns} FROM pair WHERE nid = ?").Bind(peer.Value), ReadPair).SingleOrDefault();

    private static PairRow ReadPair(SqliteStatement r) => new(
        new(r.Hash(0)), r.Bits(1), r.Bits(2), r.Bits(3), r.Bits(4), (uint)r.Number(5), (uint)r.Number(6), (uint)r.Number(7), (uint)r.Number(8));

    internal static StoreMeta Meta(SqliteConnection connection) => Rows(
        connection.Statement("SELECT cluster, nid, store_id, seal_parameters, seal_verifier FROM meta"),
        r => new StoreMeta(new(new(r.Hash(0)), new(r.Hash(1))), r.Bytes(2), r.Bytes(3), r.Bytes(4))).SingleOrDefault()
        ?? throw new InvalidDataException("the row that says whose store it is is missing");

    private static KeyRow ReadKey(SqliteStatement r) => new(
        ReadRecord(r, 0, 1), new(r.Hash(2)), new(r.Hash(3)), (ushort)r.Number(4), new(r.Hash(5)), r.Text(6), r.Named<KeyUsage>(7),
        r.Named<KeyState>(8), (uint)r.Number(9), r.Instance(10), r.Bytes(11), r.Time(12))
    {
        Dealers = DealersEncoding.Decode(r.Bytes(13)),
        HasShare = r.Number(14) != 0,
    };

    internal static KeyRecord ReadRecord(SqliteStatement r, int suite, int bytes) =>
        KeyRecordEncoding.TryDecode(r.Named<Suite>(suite), r.Bytes(bytes), out var record) ? record! : throw new InvalidDataException("a key record in the database does not decode");

    private static OrderRow ReadOrder(SqliteStatement r) => new(
        new(r.Hash(0)), (byte)r.Number(1), r.Named<Suite>(2), (uint)r.Number(3), (uint)r.Number(4), r.Instance(5),
        new SignedRequest(r.Bytes(6), new(r.Hash(7)), r.Bytes(8)), r.Named<OrderState>(9), new(r.Hash(10)), new(r.Hash(11)),
        r.Bytes(12), (byte)r.Number(13), r.Bytes(14), PartyId.TryCreate(r.Number(15), out var by) ? by : null, r.Time(16));

    internal static List<T> Rows<T>(SqliteStatement statement, Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (statement.Step())
                rows.Add(read(statement));
        }
        finally { statement.Reset(); }
        return rows;
    }
}
