using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Rows of keys and their shares, whichever order they come from.</summary>
internal static class KeyRows
{
    /// <summary>Inserts a row; a taken place fails the commit.</summary>
    internal static void Insert(SqliteConnection connection, KeyRow key)
    {
        if (key.Label.Length > StoreLimits.MaxLabelLength || key.Dealers.Count > KeyLimits.MaxParties)
            throw new ArgumentException($"key {key.Record.KeyId} has a label of {key.Label.Length} characters and {key.Dealers.Count} dealers", nameof(key));
        Bounds.Check(key.Certificate, nameof(key.Certificate));
        connection.Statement(
            """
            INSERT INTO key_record (key_id, generation, suite, record, record_hash, order_hash, batch_index, owner, label, usage,
                                    state, attempt, instance, certificate, created_at, dealers)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
            .Bind(key.Record.KeyId.Value).Bind(key.Record.Generation).Bind((byte)key.Record.Suite)
            .Bind(KeyRecordEncoding.Encode(key.Record)).Bind(key.RecordHash.Value).Bind(key.Order.Value).Bind(key.Index)
            .Bind(key.Owner.Value).Bind(key.Label).Bind((int)key.Usage).Bind((byte)key.State).Bind(key.Attempt).Bind(key.Instance)
            .Bind(key.Certificate.Span).Bind(key.CreatedAt).Bind(DealersEncoding.Encode(key.Dealers))
            .Run();
        if (connection.Changes != 1)
            throw new StoreConflictException($"key {key.Record.KeyId} of generation {key.Record.Generation}, or place {key.Index} of its order, is taken");
    }

    /// <summary>State and record hash of a row; null when there is none.</summary>
    internal static (KeyState State, Digest32 RecordHash)? Find(SqliteConnection connection, KeyId key, uint generation)
    {
        var found = connection.Statement("SELECT state, record_hash FROM key_record WHERE key_id = ? AND generation = ?").Bind(key.Value).Bind(generation);
        try { return found.Step() ? (found.Named<KeyState>(0), new(found.Hash(1))) : null; }
        finally { found.Reset(); }
    }

    /// <summary>Whether an order to destroy it was carried out here. It holds for rows that come later, too.</summary>
    internal static bool IsDestroyed(SqliteConnection connection, KeyId key) => Exists(connection.Statement(
        "SELECT 1 FROM destruction_key k JOIN destruction d ON d.order_hash = k.order_hash WHERE k.key_id = ? AND d.state = 2").Bind(key.Value));

    /// <summary>A key of the batch that was destroyed or erased after the ACK: it does not keep the others from their certificate.</summary>
    internal static bool IsOver(SqliteConnection connection, Digest32 order, KeyId key) => Exists(
        connection.Statement("SELECT 1 FROM key_record WHERE key_id = ? AND +order_hash = ? AND state IN (4, 5)").Bind(key.Value).Bind(order.Value));

    internal static bool HasShare(SqliteConnection connection, KeyId key, uint generation) =>
        Exists(connection.Statement("SELECT 1 FROM sealed_share WHERE key_id = ? AND generation = ?").Bind(key.Value).Bind(generation));

    internal static bool Exists(SqliteStatement query)
    {
        try { return query.Step(); }
        finally { query.Reset(); }
    }

    internal static void PutShare(SqliteConnection connection, StoreWrite.PutSealedShare write)
    {
        Bounds.CheckPresent(write.Sealed, nameof(write.Sealed));
        if (Find(connection, write.Key, write.Generation) is not { State: KeyState.Pending or KeyState.Active })
            throw new StoreConflictException($"there is no key {write.Key} of generation {write.Generation} in use or PENDING for a share to belong to");
        connection.Statement("INSERT INTO sealed_share (key_id, generation, sealed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(write.Key.Value).Bind(write.Generation).Bind(write.Sealed.Span).Run();
        if (connection.Changes != 1)
            throw new StoreConflictException($"key {write.Key} of generation {write.Generation} has its share already");
    }

    internal static void DeleteShare(SqliteConnection connection, KeyId key, uint generation) =>
        connection.Statement("DELETE FROM sealed_share WHERE key_id = ? AND generation = ?").Bind(key.Value).Bind(generation).Run();

    /// <summary>Takes away the PENDING rows of an order with their shares. What was destroyed or erased meanwhile stays said.</summary>
    internal static void DeletePending(SqliteConnection connection, Digest32 order)
    {
        connection.Statement(
            "DELETE FROM sealed_share WHERE (key_id, generation) IN (SELECT key_id, generation FROM key_record WHERE order_hash = ? AND state = 1)")
            .Bind(order.Value).Run();
        connection.Statement("DELETE FROM key_record WHERE order_hash = ? AND state = 1").Bind(order.Value).Run();
    }

    /// <summary>Of a key's ACTIVE rows only the one of the highest generation stays in use.</summary>
    internal static void RetireOlder(SqliteConnection connection, KeyId key) => connection.Statement(
        """
        UPDATE key_record SET state = 3
        WHERE key_id = ?1 AND state = 2 AND generation < (SELECT max(generation) FROM key_record WHERE key_id = ?1 AND state = 2)
        """).Bind(key.Value).Run();

    /// <summary>Erases what is older than a generation: shares deleted, rows kept. PENDING rows too: nothing older is ever activated (spec §10).</summary>
    /// <param name="inUseToo">Also a row that is ACTIVE: after a recovery only what was recovered counts.</param>
    internal static void EraseOlder(SqliteConnection connection, KeyId key, uint generation, bool inUseToo)
    {
        connection.Statement(
            """
            DELETE FROM sealed_share
            WHERE key_id = ?1 AND generation < ?2 AND generation IN (SELECT generation FROM key_record WHERE key_id = ?1 AND state IN (1, 3, ?3))
            """).Bind(key.Value).Bind(generation).Bind(inUseToo ? (byte)KeyState.Active : (byte)KeyState.Retired).Run();
        connection.Statement("UPDATE key_record SET state = 4 WHERE key_id = ?1 AND generation < ?2 AND state IN (1, 3, ?3)")
            .Bind(key.Value).Bind(generation).Bind(inUseToo ? (byte)KeyState.Active : (byte)KeyState.Retired).Run();
    }

    /// <summary>The keys of an order in key order, with the generation of their rows.</summary>
    internal static List<(KeyId Key, uint Generation, KeyState State)> OfOrder(SqliteConnection connection, Digest32 order) => SqliteReads.Rows(
        connection.Statement("SELECT key_id, generation, state FROM key_record WHERE order_hash = ? ORDER BY batch_index").Bind(order.Value),
        r => (new KeyId(r.Hash(0)), (uint)r.Number(1), r.Named<KeyState>(2)));
}
