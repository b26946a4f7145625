using System.Collections.Immutable;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using static MpcSigner.Simulation.Host.Disk.UndoLog;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>Refreshes, reshares and recoveries: Begun ▸ Acknowledged ▸ Active ▸ Done; Aborted from any but the last; a recovery goes from Begun to Done.</summary>
/// <param name="self">Whose disk it is: whether a record gives it a share.</param>
public sealed class MaintenanceTable<TShare>(UndoLog undo, KeyTable<TShare> keys, NodeId self) where TShare : class
{
    private const byte RecoveryKind = 5;

    private readonly Table<Digest32, MaintenanceRow> _orders = new(undo);

    public IReadOnlyCollection<MaintenanceRow> Rows => _orders.Rows;

    public MaintenanceRow? Find(Digest32 order) => _orders.Find(order);

    public IEnumerable<MaintenanceRow> Open => _orders.Rows
        .Where(row => row.State is MaintenanceState.Begun or MaintenanceState.Acknowledged or MaintenanceState.Active)
        .OrderBy(row => row.BegunAt).ThenBy(row => row.Order.Value);

    public IEnumerable<MaintenanceRow> OfKey(KeyId key, uint fromGeneration) =>
        from row in _orders.Rows
        from ordered in row.Keys
        where ordered.Key == key && ordered.Generation >= fromGeneration
        orderby ordered.Generation, row.Attempt, row.Kind == RecoveryKind
        select row;

    public void Begin(MaintenanceRow row)
    {
        Require(!_orders.Contains(row.Order), "the order was begun before");
        foreach (var (key, generation) in row.Keys)
        {
            var highest = OfKey(key, generation).Where(other => other.Kind == RecoveryKind == (row.Kind == RecoveryKind) && other.Keys.Contains((key, generation)))
                .Select(other => other.Attempt).DefaultIfEmpty().Max();
            Require(row.Attempt > highest, "an attempt that is not above the highest begun");
        }
        _orders.Set(row.Order, row);
    }

    public void Acknowledge(StoreWrite.AcknowledgeMaintenance write)
    {
        var order = InState(write.Order, MaintenanceState.Begun);
        Require(order.Kind != RecoveryKind, "a recovery has no ACK");
        RequireKeysOf(order, write.Keys);
        _orders.Set(write.Order, order with { State = MaintenanceState.Acknowledged, Echo = write.Echo, RecordsRoot = write.RecordsRoot, Ack = write.Ack });
        foreach (var key in write.Keys)
        {
            Require(!keys.Generations(key.Record.KeyId).Any(row => row.State == KeyState.Pending), "a PENDING row of another attempt");
            Require(!keys.IsDestroyed(key.Record.KeyId), "a destroyed key");
            keys.Insert(key);
        }
    }

    public void RequireShares(StoreWrite.AcknowledgeMaintenance write) =>
        Require(write.Keys.All(key => keys.HasShare(key) == (key.Record.Find(self) is not null)), "an ACK without this node's shares, or with one that is not its own");

    public void Doubt(StoreWrite.DoubtMaintenance write)
    {
        var order = InState(write.Order, MaintenanceState.Acknowledged);
        Require(write.Doubt.Stand is DoubtStand.Doubted or DoubtStand.Upheld && write.Doubt.Stand >= (order.Doubt?.Stand ?? DoubtStand.Heard), "a doubt that goes back");
        _orders.Set(write.Order, order with { Doubt = write.Doubt });
    }

    public void Activate(StoreWrite.ActivateMaintenance write)
    {
        if (_orders.Find(write.Order)?.State is MaintenanceState.Active or MaintenanceState.Done)
            return;
        var order = InState(write.Order, MaintenanceState.Acknowledged);
        _orders.Set(write.Order, order with { State = MaintenanceState.Active });
        keys.Activate(write.Order, write.Certificates);
    }

    public void Abort(StoreWrite.AbortMaintenance write)
    {
        Require(_orders.TryFind(write.Order, out var order), "no such order");
        Require(order.Ack.IsEmpty || write.Kind != 0, "ABORT of kind 0 after the own ACK");
        if (order.State == MaintenanceState.Aborted)
            return;
        Require(order.State is MaintenanceState.Begun or MaintenanceState.Acknowledged, "an ABORT after the certificate");
        _orders.Set(write.Order, order with { State = MaintenanceState.Aborted, AbortKind = write.Kind, Abort = write.Signature });
        keys.RemovePending(write.Order);
    }

    public void RollBack(StoreWrite.RollBackMaintenance write)
    {
        var order = _orders.Find(write.Order);
        if (order?.State == MaintenanceState.Aborted)
            return;
        Require(order is { State: MaintenanceState.Active } || (order is null && IsLearned(write.Order)), "nothing to roll back");
        foreach (var row in keys.OfOrder(write.Order).Where(row => row.State != KeyState.Destroyed).ToArray())
            RollBack(row.Record.KeyId, row.Record.Generation);
        if (order is not null)
            _orders.Set(write.Order, order with { State = MaintenanceState.Aborted, AbortKind = 1, Abort = write.Signature });
    }

    private void RollBack(KeyId key, uint generation)
    {
        Require(!keys.Generations(key).Any(row => row.Record.Generation > generation && row.State is KeyState.Pending or KeyState.Active), "a later generation rests on it");
        var before = generation > 0 ? keys.Find(key, generation - 1) : null;
        Require(before is null or { State: KeyState.Retired }, "nothing to go back to");
        keys.Remove(key, generation);
        if (before is not null)
            keys.Replace(before with { State = KeyState.Active });
    }

    public void PutDone(StoreWrite.PutDone write)
    {
        Require(_orders.TryFind(write.Order, out var order) && order.State is MaintenanceState.Active or MaintenanceState.Done, "a DONE of an order that is not ACTIVE");
        if (!order!.Dones.ContainsKey(write.Party))
            _orders.Set(write.Order, order with { Dones = order.Dones.ToImmutableDictionary().Add(write.Party, write.Signature) });
    }

    public void EraseOld(StoreWrite.EraseOldShares write)
    {
        var order = _orders.Find(write.Order);
        if (order?.State == MaintenanceState.Done)
            return;
        Require(order is { State: MaintenanceState.Active } || (order is null && IsLearned(write.Order)), "nothing that may be erased");
        if (order is not null)
            _orders.Set(write.Order, order with { State = MaintenanceState.Done });
        foreach (var row in keys.OfOrder(write.Order).Where(row => row.State is KeyState.Active or KeyState.Retired).ToArray())
            keys.EraseOlder(row.Record.KeyId, row.Record.Generation, inUseToo: false);
    }

    public void CompleteRecovery(StoreWrite.CompleteRecovery write)
    {
        var order = Recovery(write.Order);
        RequireKeysOf(order, write.Keys);
        _orders.Set(write.Order, order with { State = MaintenanceState.Done });
        foreach (var row in write.Keys)
        {
            Require(!keys.IsDestroyed(row.Record.KeyId), "a destroyed key");
            keys.Remove(row.Record.KeyId, row.Record.Generation);
            keys.Insert(row);
            keys.EraseOlder(row.Record.KeyId, row.Record.Generation, inUseToo: true);
        }
    }

    public void RequireShares(StoreWrite.CompleteRecovery write) =>
        Require(write.Keys.All(key => keys.HasShare(key) && key.Record.Find(self) is not null), "a recovery without this node's shares");

    public void EndRecovery(StoreWrite.EndRecovery write) => _orders.Set(write.Order, Recovery(write.Order) with { State = MaintenanceState.Done });

    private MaintenanceRow Recovery(Digest32 order)
    {
        var row = InState(order, MaintenanceState.Begun);
        Require(row.Kind == RecoveryKind, "no recovery");
        return row;
    }

    private static void RequireKeysOf(MaintenanceRow order, IReadOnlyList<KeyRow> rows) =>
        Require(order.Keys.SequenceEqual(rows.Select(row => (row.Record.KeyId, row.Record.Generation))), "other keys than the order's");

    private bool IsLearned(Digest32 order) => keys.OfOrder(order).Any() && keys.OfOrder(order).All(row => row.Record.Generation > 0);

    private MaintenanceRow InState(Digest32 hash, MaintenanceState state)
    {
        Require(_orders.TryFind(hash, out var order), "no such order");
        Require(order.State == state, $"the order is {order.State}, not {state}");
        return order;
    }
}
