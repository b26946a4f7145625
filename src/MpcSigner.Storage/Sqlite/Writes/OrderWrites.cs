using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>The life of an order with its keys and shares: Begun ▸ Acknowledged ▸ Active; GivenUp between the last two; Aborted from any but Active (spec §9).</summary>
internal static class OrderWrites
{
    internal static void Begin(SqliteConnection connection, OrderRow row)
    {
        Bounds.Check(row.Request);
        if (row.State != OrderState.Begun || !row.Ack.IsEmpty || !row.AbortSignature.IsEmpty)
            throw new ArgumentException("an order begins as Begun, without ACK or ABORT", nameof(row));
        connection.Statement(
            """
            INSERT INTO key_order (order_hash, kind, suite, generation, attempt, instance, request_body, request_client, request_signature,
                                   state, echo, records_root, ack, abort_kind, abort_signature, abort_party, begun_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, zeroblob(0), 0, zeroblob(0), 0, ?)
            ON CONFLICT (order_hash) DO NOTHING
            """)
            .Bind(row.Order.Value).Bind(row.Kind).Bind((byte)row.Suite).Bind(row.Generation).Bind(row.Attempt).Bind(row.Instance)
            .Bind(row.Request.Body.Span).Bind(row.Request.Client.Value).Bind(row.Request.Signature.Span)
            .Bind((byte)row.State).Bind(row.Echo.Value).Bind(row.RecordsRoot.Value).Bind(row.BegunAt)
            .Run();
        if (connection.Changes != 1)
            throw new StoreConflictException($"order {row.Order} was begun before");
    }

    internal static void Acknowledge(SqliteConnection connection, StoreWrite.AcknowledgeOrder write)
    {
        Bounds.Check(write.Ack, nameof(write.Ack));
        if (write.Keys.Count is 0 or > KeyLimits.MaxBatch)
            throw new ArgumentException($"{write.Keys.Count} keys", nameof(write));
        connection.Statement("UPDATE key_order SET state = ?, echo = ?, records_root = ?, ack = ? WHERE order_hash = ? AND state = ?")
            .Bind((byte)OrderState.Acknowledged).Bind(write.Echo.Value).Bind(write.RecordsRoot.Value).Bind(write.Ack.Span)
            .Bind(write.Order.Value).Bind((byte)OrderState.Begun).Run();
        if (connection.Changes != 1)
            throw new StoreConflictException($"order {write.Order} is {StateOf(connection, write.Order)} and cannot be acknowledged");
        foreach (var key in write.Keys)
            InsertPending(connection, write.Order, key);
    }

    private static void InsertPending(SqliteConnection connection, Digest32 order, KeyRow key)
    {
        if (key.Order != order || key.State != KeyState.Pending || !key.Certificate.IsEmpty || key.Dealers.Count != 0)
            throw new ArgumentException($"key {key.Record.KeyId} is not a PENDING key of order {order}", nameof(key));
        KeyRows.Insert(connection, key);
    }

    /// <summary>An ACK says that the shares are durable: so they are, or the ACK is not.</summary>
    internal static void RequireShares(SqliteConnection connection, StoreWrite.AcknowledgeOrder write)
    {
        foreach (var key in write.Keys)
            if (!KeyRows.HasShare(connection, key.Record.KeyId, key.Record.Generation))
                throw new StoreConflictException($"order {write.Order} is acknowledged without the share of key {key.Record.KeyId}");
    }

    internal static void Activate(SqliteConnection connection, StoreWrite.ActivateOrder write)
    {
        var state = StateOf(connection, write.Order);
        if (state == OrderState.Active)
            return;
        if (state is not (OrderState.Acknowledged or OrderState.GivenUp))
            throw new StoreConflictException($"order {write.Order} is {state?.ToString() ?? "unknown"} and cannot become ACTIVE");

        SetState(connection, write.Order, OrderState.Active);
        foreach (var (key, certificate) in write.Certificates)
        {
            Bounds.CheckPresent(certificate, nameof(certificate));
            // The plus keeps SQLite from walking all keys of the order for each of them.
            connection.Statement("UPDATE key_record SET state = ?, certificate = ? WHERE key_id = ? AND +order_hash = ? AND state = ?")
                .Bind((byte)KeyState.Active).Bind(certificate.Span).Bind(key.Value).Bind(write.Order.Value).Bind((byte)KeyState.Pending).Run();
            if (connection.Changes == 1)
                KeyRows.RetireOlder(connection, key);
            else if (!KeyRows.IsOver(connection, write.Order, key))
                throw new StoreConflictException($"order {write.Order} has no PENDING key {key}");
        }

        var left = connection.Statement("SELECT count(*) FROM key_record WHERE order_hash = ? AND state = ?")
            .Bind(write.Order.Value).Bind((byte)KeyState.Pending);
        try
        {
            if (!left.Step() || left.Number(0) != 0)
                throw new StoreConflictException($"order {write.Order} has keys without certificate: all become ACTIVE or none");
        }
        finally { left.Reset(); }
    }

    /// <summary>Nothing but the state and the reason changes: another party's word never costs a share.</summary>
    internal static void GiveUp(SqliteConnection connection, StoreWrite.GiveUpOrder write)
    {
        Bounds.Check(write.Signature, nameof(write.Signature));
        if (write.Signature.IsEmpty)
            throw new ArgumentException("an order is given up on a party's signed ABORT only", nameof(write));
        var state = StateOf(connection, write.Order);
        if (state == OrderState.GivenUp)
            return;
        if (state != OrderState.Acknowledged)
            throw new StoreConflictException($"order {write.Order} is {state?.ToString() ?? "unknown"} and cannot be given up");
        connection.Statement("UPDATE key_order SET state = ?, abort_kind = 0, abort_signature = ?, abort_party = ? WHERE order_hash = ?")
            .Bind((byte)OrderState.GivenUp).Bind(write.Signature.Span).Bind(write.Party.Value).Bind(write.Order.Value).Run();
    }

    internal static void Abort(SqliteConnection connection, StoreWrite.AbortOrder write)
    {
        Bounds.Check(write.Signature, nameof(write.Signature));
        if (write.Signature.IsEmpty)
            throw new ArgumentException("an ABORT is signed", nameof(write));
        if (write.Kind > 1)
            throw new ArgumentException($"ABORT of kind {write.Kind}", nameof(write));
        var state = StateOf(connection, write.Order)
            ?? throw new StoreConflictException($"order {write.Order} is unknown and cannot be aborted");
        if (state == OrderState.Active)
            throw new StoreConflictException($"order {write.Order} is ACTIVE and cannot be aborted");
        if (write.Kind == 0 && IsAcknowledged(connection, write.Order))
            throw new StoreConflictException($"order {write.Order} carries our ACK: an ABORT of kind 0 would be a lie");
        if (state == OrderState.Aborted)
            return;
        KeyRows.DeletePending(connection, write.Order);
        connection.Statement("UPDATE key_order SET state = ?, abort_kind = ?, abort_signature = ?, abort_party = 0 WHERE order_hash = ?")
            .Bind((byte)OrderState.Aborted).Bind(write.Kind).Bind(write.Signature.Span).Bind(write.Order.Value).Run();
    }

    private static OrderState? StateOf(SqliteConnection connection, Digest32 order)
    {
        var found = connection.Statement("SELECT state FROM key_order WHERE order_hash = ?").Bind(order.Value);
        try { return found.Step() ? found.Named<OrderState>(0) : null; }
        finally { found.Reset(); }
    }

    private static bool IsAcknowledged(SqliteConnection connection, Digest32 order)
    {
        var found = connection.Statement("SELECT 1 FROM key_order WHERE order_hash = ? AND length(ack) > 0").Bind(order.Value);
        try { return found.Step(); }
        finally { found.Reset(); }
    }

    private static void SetState(SqliteConnection connection, Digest32 order, OrderState state) =>
        connection.Statement("UPDATE key_order SET state = ? WHERE order_hash = ?").Bind((byte)state).Bind(order.Value).Run();
}
