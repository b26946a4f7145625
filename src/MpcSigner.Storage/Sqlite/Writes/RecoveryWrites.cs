using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>The end of a recovery (spec §10.3): at the recovered node with its rows, at a helper without.</summary>
internal static class RecoveryWrites
{
    internal static void Complete(SqliteConnection connection, StoreWrite.CompleteRecovery write)
    {
        RequireRecovery(connection, write.Order);
        MaintenanceWrites.Move(connection, write.Order, MaintenanceState.Begun, MaintenanceState.Done, "be completed");
        MaintenanceWrites.RequireKeysOf(connection, write.Order, write.Keys);
        foreach (var key in write.Keys)
        {
            if (key.State != KeyState.Active || key.Certificate.IsEmpty)
                throw new ArgumentException($"key {key.Record.KeyId} is recovered as ACTIVE with its certificate, or not", nameof(write));
            var (id, generation) = (key.Record.KeyId, key.Record.Generation);
            if (KeyRows.IsDestroyed(connection, id))
                throw new StoreConflictException($"key {id} is destroyed");
            KeyRows.DeleteShare(connection, id, generation);
            connection.Statement("DELETE FROM key_record WHERE key_id = ? AND generation = ?").Bind(id.Value).Bind(generation).Run();
            KeyRows.Insert(connection, key);
            KeyRows.EraseOlder(connection, id, generation, inUseToo: true);
        }
    }

    internal static void RequireShares(SqliteConnection connection, NodeId self, StoreWrite.CompleteRecovery write)
    {
        foreach (var key in write.Keys)
            if (key.Record.Find(self) is null || !KeyRows.HasShare(connection, key.Record.KeyId, key.Record.Generation))
                throw new StoreConflictException($"recovery {write.Order} is completed without this node's share of key {key.Record.KeyId}");
    }

    internal static void End(SqliteConnection connection, StoreWrite.EndRecovery write)
    {
        RequireRecovery(connection, write.Order);
        MaintenanceWrites.Move(connection, write.Order, MaintenanceState.Begun, MaintenanceState.Done, "be ended");
    }

    private static void RequireRecovery(SqliteConnection connection, Digest32 order)
    {
        if (!KeyRows.Exists(connection.Statement("SELECT 1 FROM maintenance_order WHERE order_hash = ? AND kind = ?").Bind(order.Value).Bind(MaintenanceWrites.RecoveryKind)))
            throw new StoreConflictException($"order {order} is no recovery that was begun here");
    }
}
