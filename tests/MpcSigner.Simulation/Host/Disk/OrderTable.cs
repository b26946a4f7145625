using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using static MpcSigner.Simulation.Host.Disk.UndoLog;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>Creation orders: Begun ▸ Acknowledged ▸ Active; GivenUp between the last two; Aborted from any but Active.</summary>
public sealed class OrderTable<TShare>(UndoLog undo, KeyTable<TShare> keys) where TShare : class
{
    private readonly Table<Digest32, OrderRow> _orders = new(undo);

    public IReadOnlyCollection<OrderRow> Rows => _orders.Rows;

    public OrderRow? Find(Digest32 order) => _orders.Find(order);

    public bool IsGivenUp(Digest32 order) => _orders.Find(order)?.State == OrderState.GivenUp;

    public void Begin(OrderRow row)
    {
        Require(!_orders.Contains(row.Order), "the order was begun before");
        _orders.Set(row.Order, row);
    }

    public void Acknowledge(StoreWrite.AcknowledgeOrder write)
    {
        var order = InState(write.Order, OrderState.Begun);
        _orders.Set(write.Order, order with { State = OrderState.Acknowledged, Echo = write.Echo, RecordsRoot = write.RecordsRoot, Ack = write.Ack });
        foreach (var key in write.Keys)
            keys.Insert(key);
    }

    public void RequireShares(StoreWrite.AcknowledgeOrder write) => Require(write.Keys.All(keys.HasShare), "an ACK without its shares");

    public void Activate(StoreWrite.ActivateOrder write)
    {
        var known = _orders.Find(write.Order);
        if (known?.State == OrderState.Active)
            return;
        var order = InState(write.Order, known?.State == OrderState.GivenUp ? OrderState.GivenUp : OrderState.Acknowledged);
        _orders.Set(write.Order, order with { State = OrderState.Active });
        keys.Activate(write.Order, write.Certificates);
    }

    public void GiveUp(StoreWrite.GiveUpOrder write)
    {
        if (IsGivenUp(write.Order))
            return;
        var order = InState(write.Order, OrderState.Acknowledged);
        _orders.Set(write.Order, order with { State = OrderState.GivenUp, AbortKind = 0, AbortSignature = write.Signature, AbortedBy = write.Party });
    }

    public void Abort(StoreWrite.AbortOrder write)
    {
        Require(_orders.TryFind(write.Order, out var order), "no such order");
        Require(order.State != OrderState.Active, "an ACTIVE order");
        Require(order.Ack.IsEmpty || write.Kind != 0, "ABORT of kind 0 after the own ACK");
        if (order.State == OrderState.Aborted)
            return;
        _orders.Set(write.Order, order with { State = OrderState.Aborted, AbortKind = write.Kind, AbortSignature = write.Signature, AbortedBy = null });
        keys.RemovePending(write.Order);
    }

    private OrderRow InState(Digest32 hash, OrderState state)
    {
        Require(_orders.TryFind(hash, out var order), "no such order");
        Require(order.State == state, $"the order is {order.State}, not {state}");
        return order;
    }
}
