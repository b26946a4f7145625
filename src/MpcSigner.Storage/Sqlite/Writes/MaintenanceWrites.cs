using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>The life of a refresh or reshare with the generation that it makes: Begun ▸ Acknowledged ▸ Active ▸ Done; Aborted from any but the last (spec §10).</summary>
internal static class MaintenanceWrites
{
    internal const byte RecoveryKind = 5;
    private const byte FirstKind = 3;

    internal static void Begin(SqliteConnection connection, MaintenanceRow row)
    {
        Bounds.Check(row.Signed);
        Bounds.CheckCount(row.Keys.Count, KeyLimits.MaxBatch, nameof(row.Keys));
        if (row.Kind is < FirstKind or > RecoveryKind || row.Attempt == 0 || row.State != MaintenanceState.Begun || !row.Ack.IsEmpty || !row.Abort.IsEmpty || row.Dones.Count != 0)
            throw new ArgumentException("a maintenance order begins as Begun, with an attempt, without ACK, ABORT or DONE", nameof(row));
        connection.Statement(
            """
            INSERT INTO maintenance_order (order_hash, kind, suite, attempt, instance, state, begun_at, old_root, echo, records_root, ack, abort_kind, abort_signature, signed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, zeroblob(0), 0, zeroblob(0), ?)
            ON CONFLICT (order_hash) DO NOTHING
            """)
            .Bind(row.Order.Value).Bind(row.Kind).Bind((byte)row.Suite).Bind(row.Attempt).Bind(row.Instance).Bind((byte)row.State).Bind(row.BegunAt)
            .Bind(row.OldRoot.Value).Bind(row.Echo.Value).Bind(row.RecordsRoot.Value).Bind(SignedOrderEncoding.Encode(row.Signed)).Run();
        if (connection.Changes != 1)
            throw new StoreConflictException($"maintenance order {row.Order} was begun before");
        for (var i = 0; i < row.Keys.Count; i++)
            BeginKey(connection, row, i);
    }

    /// <summary>Spec §9: an attempt ≤ the highest begun is refused, for ever.</summary>
    private static void BeginKey(SqliteConnection connection, MaintenanceRow row, int position)
    {
        var (key, generation) = row.Keys[position];
        var recovery = row.Kind == RecoveryKind ? 1 : 0;
        if (KeyRows.Exists(connection.Statement("SELECT 1 FROM maintenance_key WHERE key_id = ? AND generation = ? AND recovery = ? AND attempt >= ?")
            .Bind(key.Value).Bind(generation).Bind(recovery).Bind(row.Attempt)))
            throw new StoreConflictException($"attempt {row.Attempt} at generation {generation} of key {key} is not above the highest begun");
        connection.Statement("INSERT INTO maintenance_key (key_id, generation, recovery, attempt, order_hash, position) VALUES (?, ?, ?, ?, ?, ?)")
            .Bind(key.Value).Bind(generation).Bind(recovery).Bind(row.Attempt).Bind(row.Order.Value).Bind(position).Run();
    }

    internal static void Acknowledge(SqliteConnection connection, StoreWrite.AcknowledgeMaintenance write)
    {
        Bounds.Check(write.Ack, nameof(write.Ack)); // none at an old party that was not in the session: it learns the end
        connection.Statement("UPDATE maintenance_order SET state = 2, echo = ?, records_root = ?, ack = ? WHERE order_hash = ? AND state = 1 AND kind < ?")
            .Bind(write.Echo.Value).Bind(write.RecordsRoot.Value).Bind(write.Ack.Span).Bind(write.Order.Value).Bind(RecoveryKind).Run();
        if (connection.Changes != 1)
            throw Refused(connection, write.Order, "be acknowledged");
        RequireKeysOf(connection, write.Order, write.Keys);
        foreach (var key in write.Keys)
        {
            if (key.Order != write.Order || key.State != KeyState.Pending || !key.Certificate.IsEmpty)
                throw new ArgumentException($"key {key.Record.KeyId} is not a PENDING key of order {write.Order}", nameof(write));
            if (KeyRows.Exists(connection.Statement("SELECT 1 FROM key_record WHERE key_id = ? AND state = 1").Bind(key.Record.KeyId.Value)))
                throw new StoreConflictException($"key {key.Record.KeyId} has a PENDING row of another attempt");
            if (KeyRows.IsDestroyed(connection, key.Record.KeyId))
                throw new StoreConflictException($"key {key.Record.KeyId} is destroyed");
            KeyRows.Insert(connection, key);
        }
    }

    /// <summary>All keys of the order, each in its place and of its generation.</summary>
    internal static void RequireKeysOf(SqliteConnection connection, Digest32 order, IReadOnlyList<KeyRow> keys)
    {
        var ordered = MaintenanceReads.KeysOf(connection, order);
        if (ordered.Count != keys.Count || ordered.Zip(keys).Any(pair => pair.First != (pair.Second.Record.KeyId, pair.Second.Record.Generation)))
            throw new StoreConflictException($"order {order} names other keys or generations than the rows that come in");
    }

    /// <summary>An ACK says that this node's new shares are durable: so they are, or the ACK is not.</summary>
    internal static void RequireShares(SqliteConnection connection, NodeId self, StoreWrite.AcknowledgeMaintenance write)
    {
        foreach (var key in write.Keys)
            if (KeyRows.HasShare(connection, key.Record.KeyId, key.Record.Generation) != (key.Record.Find(self) is not null))
                throw new StoreConflictException($"order {write.Order} is acknowledged without this node's share of key {key.Record.KeyId}, or with one that is not its own");
    }

    internal static void Doubt(SqliteConnection connection, StoreWrite.DoubtMaintenance write)
    {
        Bounds.CheckPresent(write.Doubt.Abort, nameof(write.Doubt.Abort));
        if (write.Doubt.Stand is not (DoubtStand.Doubted or DoubtStand.Upheld))
            throw new ArgumentException($"{write.Doubt.Stand} is kept in memory only", nameof(write));
        connection.Statement("UPDATE maintenance_order SET doubt = ?, refused_by = ?, refusal = ? WHERE order_hash = ? AND state = 2 AND doubt <= ?")
            .Bind((byte)write.Doubt.Stand).Bind(write.Doubt.RefusedBy.Value).Bind(write.Doubt.Abort.Span).Bind(write.Order.Value).Bind((byte)write.Doubt.Stand).Run();
        if (connection.Changes != 1)
            throw Refused(connection, write.Order, $"be {write.Doubt.Stand}");
    }

    internal static void Activate(SqliteConnection connection, StoreWrite.ActivateMaintenance write)
    {
        var state = MaintenanceReads.StateOf(connection, write.Order);
        if (state is MaintenanceState.Active or MaintenanceState.Done)
            return;
        Move(connection, write.Order, MaintenanceState.Acknowledged, MaintenanceState.Active, "become ACTIVE");
        foreach (var (key, certificate) in write.Certificates)
        {
            Bounds.CheckPresent(certificate, nameof(certificate));
            connection.Statement("UPDATE key_record SET state = 2, certificate = ? WHERE key_id = ? AND +order_hash = ? AND state = 1")
                .Bind(certificate.Span).Bind(key.Value).Bind(write.Order.Value).Run();
            if (connection.Changes == 1)
                KeyRows.RetireOlder(connection, key);
            else if (!KeyRows.IsOver(connection, write.Order, key))
                throw new StoreConflictException($"order {write.Order} has no PENDING key {key}");
        }
        if (KeyRows.Exists(connection.Statement("SELECT 1 FROM key_record WHERE order_hash = ? AND state = 1").Bind(write.Order.Value)))
            throw new StoreConflictException($"order {write.Order} has keys without certificate: all become ACTIVE or none");
    }

    internal static void Abort(SqliteConnection connection, StoreWrite.AbortMaintenance write)
    {
        Bounds.CheckPresent(write.Signature, nameof(write.Signature));
        if (write.Kind > 1)
            throw new ArgumentException($"ABORT of kind {write.Kind}", nameof(write));
        if (write.Kind == 0 && KeyRows.Exists(connection.Statement("SELECT 1 FROM maintenance_order WHERE order_hash = ? AND length(ack) > 0").Bind(write.Order.Value)))
            throw new StoreConflictException($"order {write.Order} carries our ACK: an ABORT of kind 0 would be a lie");
        var state = MaintenanceReads.StateOf(connection, write.Order);
        if (state == MaintenanceState.Aborted)
            return;
        if (state is not (MaintenanceState.Begun or MaintenanceState.Acknowledged))
            throw Refused(connection, write.Order, "be aborted");
        KeyRows.DeletePending(connection, write.Order);
        SetAborted(connection, write.Order, write.Kind, write.Signature);
    }

    private static void SetAborted(SqliteConnection connection, Digest32 order, byte kind, ReadOnlyMemory<byte> signature) =>
        connection.Statement("UPDATE maintenance_order SET state = 4, abort_kind = ?, abort_signature = ? WHERE order_hash = ?")
            .Bind(kind).Bind(signature.Span).Bind(order.Value).Run();

    internal static void RollBack(SqliteConnection connection, StoreWrite.RollBackMaintenance write)
    {
        Bounds.CheckPresent(write.Signature, nameof(write.Signature));
        var state = MaintenanceReads.StateOf(connection, write.Order);
        if (state == MaintenanceState.Aborted)
            return;
        var keys = KeyRows.OfOrder(connection, write.Order);
        if (state != MaintenanceState.Active && !(state is null && IsLearned(keys)))
            throw Refused(connection, write.Order, "be rolled back");
        foreach (var (key, generation, _) in keys.Where(k => k.State != KeyState.Destroyed))
            RollBackKey(connection, key, generation);
        if (state is not null)
            SetAborted(connection, write.Order, 1, write.Signature);
    }

    private static void RollBackKey(SqliteConnection connection, KeyId key, uint generation)
    {
        if (KeyRows.Exists(connection.Statement("SELECT 1 FROM key_record WHERE key_id = ? AND generation > ? AND state IN (1, 2)").Bind(key.Value).Bind(generation)))
            throw new StoreConflictException($"a generation above {generation} of key {key} rests on it: roll that one back first");
        if (generation > 0 && KeyRows.Find(connection, key, generation - 1) is { State: not KeyState.Retired } before)
            throw new StoreConflictException($"generation {generation - 1} of key {key} is {before.State}: there is nothing to go back to");
        KeyRows.DeleteShare(connection, key, generation);
        connection.Statement("DELETE FROM key_record WHERE key_id = ? AND generation = ?").Bind(key.Value).Bind(generation).Run();
        if (generation > 0)
            connection.Statement("UPDATE key_record SET state = 2 WHERE key_id = ? AND generation = ?").Bind(key.Value).Bind(generation - 1).Run();
    }

    internal static void PutDone(SqliteConnection connection, StoreWrite.PutDone write)
    {
        Bounds.CheckPresent(write.Signature, nameof(write.Signature));
        if (MaintenanceReads.StateOf(connection, write.Order) is not (MaintenanceState.Active or MaintenanceState.Done))
            throw Refused(connection, write.Order, "take a DONE");
        connection.Statement("INSERT INTO maintenance_done (order_hash, pid, signature) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(write.Order.Value).Bind(write.Party.Value).Bind(write.Signature.Span).Run();
    }

    /// <summary>Only what is older than the order's own generation: a later one may rest on it still.</summary>
    internal static void EraseOld(SqliteConnection connection, StoreWrite.EraseOldShares write)
    {
        var state = MaintenanceReads.StateOf(connection, write.Order);
        if (state == MaintenanceState.Done)
            return;
        var keys = KeyRows.OfOrder(connection, write.Order);
        if (state is not null)
            Move(connection, write.Order, MaintenanceState.Active, MaintenanceState.Done, "have its old shares erased");
        else if (!IsLearned(keys))
            throw Refused(connection, write.Order, "have its old shares erased");
        foreach (var (key, generation, rowState) in keys)
            if (rowState is KeyState.Active or KeyState.Retired)
                KeyRows.EraseOlder(connection, key, generation, inUseToo: false);
    }

    /// <summary>A node that took no part knows a maintenance order by its certified records only; those of generation 0 a creation made.</summary>
    private static bool IsLearned(List<(KeyId Key, uint Generation, KeyState State)> keys) => keys.Count > 0 && keys.TrueForAll(key => key.Generation > 0);

    internal static void Move(SqliteConnection connection, Digest32 order, MaintenanceState from, MaintenanceState to, string what)
    {
        connection.Statement("UPDATE maintenance_order SET state = ? WHERE order_hash = ? AND state = ?").Bind((byte)to).Bind(order.Value).Bind((byte)from).Run();
        if (connection.Changes != 1)
            throw Refused(connection, order, what);
    }

    private static StoreConflictException Refused(SqliteConnection connection, Digest32 order, string what) =>
        new($"maintenance order {order} is {MaintenanceReads.StateOf(connection, order)?.ToString() ?? "unknown"} and cannot {what}");
}
