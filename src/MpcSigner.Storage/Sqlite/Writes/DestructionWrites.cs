using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>The life of a destruction: Waiting ▸ Destroyed, or Waiting ▸ Cancelled.</summary>
internal static class DestructionWrites
{
    internal static void Accept(SqliteConnection connection, DestructionRow row)
    {
        Bounds.Check(row.Signed);
        Bounds.CheckCount(row.Keys.Count, KeyLimits.MaxBatch, nameof(row.Keys));
        if (row.State != DestructionState.Waiting || !row.Attestation.IsEmpty)
            throw new ArgumentException("a destruction is accepted as Waiting, without attestation", nameof(row));
        connection.Statement("INSERT INTO destruction (order_hash, state, not_before, updated_at, attestation, signed) VALUES (?, ?, ?, ?, zeroblob(0), ?) ON CONFLICT DO NOTHING")
            .Bind(row.Order.Value).Bind((byte)row.State).Bind(row.NotBefore).Bind(row.UpdatedAt).Bind(SignedOrderEncoding.Encode(row.Signed)).Run();
        if (connection.Changes != 1)
            return;
        for (var i = 0; i < row.Keys.Count; i++)
            connection.Statement("INSERT INTO destruction_key (key_id, order_hash, position) VALUES (?, ?, ?)")
                .Bind(row.Keys[i].Value).Bind(row.Order.Value).Bind(i).Run();
    }

    internal static void Cancel(SqliteConnection connection, WriteContext context, StoreWrite.CancelDestruction write)
    {
        var state = DestructionReads.StateOf(connection, write.Order);
        if (state == DestructionState.Cancelled)
            return;
        if (state != DestructionState.Waiting)
            throw new StoreConflictException($"destruction {write.Order} is {state?.ToString() ?? "unknown"} and cannot be cancelled");
        connection.Statement("UPDATE destruction SET state = 3, updated_at = ? WHERE order_hash = ?").Bind(context.Now).Bind(write.Order.Value).Run();
    }

    internal static void Destroy(SqliteConnection connection, WriteContext context, StoreWrite.DestroyKeys write)
    {
        Bounds.CheckPresent(write.Attestation, nameof(write.Attestation));
        connection.Statement("UPDATE destruction SET state = 2, updated_at = ?, attestation = ? WHERE order_hash = ? AND state = 1")
            .Bind(context.Now).Bind(write.Attestation.Span).Bind(write.Order.Value).Run();
        if (connection.Changes != 1)
            throw new StoreConflictException($"destruction {write.Order} is {DestructionReads.StateOf(connection, write.Order)?.ToString() ?? "unknown"} and cannot be carried out");
        foreach (var key in DestructionReads.KeysOf(connection, write.Order))
            DestroyKey(connection, key);
    }

    private static void DestroyKey(SqliteConnection connection, KeyId key)
    {
        connection.Statement("DELETE FROM sealed_share WHERE key_id = ?").Bind(key.Value).Run();
        connection.Statement("UPDATE key_record SET state = ? WHERE key_id = ?").Bind((byte)KeyState.Destroyed).Bind(key.Value).Run();
    }
}
