using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Destructions;

/// <summary>Destructions that wait for their time at this node. Each node accepts, calls off and executes by itself, from the administrators' own words.</summary>
internal sealed class DestructionBook(Rooms rooms, KeyClaims claims)
{
    private readonly MachineContext _context = rooms.Context;
    private readonly Dictionary<Digest32, Destruction> _waiting = [];
    private readonly Dictionary<Digest32, OrderSpread> _callingOff = [];
    private readonly Dictionary<Digest32, List<Action<ServiceError?>>> _accepting = [];
    private Token? _timer;

    private DestructionSettings Settings => _context.Settings.Destructions;

    /// <summary>Takes up what a former process left waiting.</summary>
    public void Restore()
    {
        foreach (var row in _context.Setup.Stored.WaitingDestructions)
            Add(row, from: null);
        Tend();
    }

    /// <param name="from">The peer that forwarded it; null when an administrator brought it.</param>
    /// <param name="ended">Null once it is durable here, or was before; else why not.</param>
    public void Accept(AuthenticatedOrder order, NodeId? from, Action<ServiceError?> ended)
    {
        if (_waiting.TryGetValue(order.Hash, out var known))
        {
            if (from is { } peer)
                known.Spread.Has(peer);
            ended(null);
            return;
        }
        if (_accepting.TryGetValue(order.Hash, out var others))
        {
            others.Add(ended);
            return;
        }
        if (_waiting.Count + _accepting.Count >= Settings.MaxWaiting)
        {
            ended(Refusals.Overloaded("destructions that wait"));
            return;
        }
        _accepting.Add(order.Hash, [ended]);
        _context.Read([new StoreQuery.FindDestruction(order.Hash)],
            answers => OnRead(order, from, ((StoreAnswer.Destruction)answers[0]).Row), _ => Accepted(order.Hash, Refusals.Storage()));
    }

    private void OnRead(AuthenticatedOrder order, NodeId? from, DestructionRow? known)
    {
        if (known is not null)
        {
            Accepted(order.Hash, known.State == DestructionState.Cancelled ? CalledOff() : null);
            return;
        }
        var destroy = (AdministratorAction.Destroy)order.Body.Action;
        if (from is not null)
            Store(order, destroy, from);
        else
            new DestructionJudge(_context, destroy.Keys, error =>
            {
                if (error is null)
                    Store(order, destroy, from);
                else
                    Accepted(order.Hash, error);
            }).Begin();
    }

    private void Store(AuthenticatedOrder order, AdministratorAction.Destroy destroy, NodeId? from)
    {
        var row = new DestructionRow(order.Hash, order.Signed, destroy.Keys, DestructionState.Waiting, destroy.NotBefore, default, _context.Now.Wall);
        var batch = new Batch().Write(new StoreWrite.AcceptDestruction(row)).Log(AuditKind.DestructionAccepted, order.Hash, destroy.Keys.Count == 1 ? destroy.Keys[0] : default,
            Journal.Text($"{destroy.Keys.Count} keys, not before {Refusals.Time(destroy.NotBefore)}, ordered by {order.Origin}"));
        _context.Commit(batch, () =>
        {
            Add(row, from);
            _context.Observe(new Observation.DestructionAccepted(row.Order, row.Keys.Count, row.NotBefore));
            Accepted(row.Order, null);
            Tend();
        });
    }

    private void Accepted(Digest32 order, ServiceError? error)
    {
        _accepting.Remove(order, out var waiting);
        foreach (var ended in waiting!)
            ended(error);
    }

    /// <summary>Calls a destruction off, until its time has come.</summary>
    public void Cancel(AuthenticatedOrder order, NodeId? from, Action<ServiceError?> ended)
    {
        var target = ((AdministratorAction.CancelDestruction)order.Body.Action).Order;
        if (!_waiting.TryGetValue(target, out var waiting))
        {
            _context.Read([new StoreQuery.FindDestruction(target)], answers => OnUnknown(order, from, ((StoreAnswer.Destruction)answers[0]).Row, ended), _ => ended(Refusals.Storage()));
            return;
        }
        // Said in time counts, though it comes late to a node that was down and has not acted yet.
        if (waiting.Erasure is not null || order.Body.IssuedAt >= waiting.Row.NotBefore)
        {
            ended(new(Reason.AlreadyEnded, $"The time of this destruction has come, {Refusals.Time(waiting.Row.NotBefore)}.", "It cannot be called off any more."));
            return;
        }
        waiting.IsBeingCancelled = true;
        var batch = new Batch().Write(new StoreWrite.CancelDestruction(target))
            .Log(AuditKind.DestructionCancelled, target, default, Journal.Text($"called off by {order.Origin}"));
        _context.Commit(batch, () =>
        {
            if (_waiting.Remove(target))
                waiting.Spread.Stop();
            _context.Observe(new Observation.DestructionCancelled(target));
            Spread(order, target, from);
            ended(null);
        });
    }

    private void OnUnknown(AuthenticatedOrder order, NodeId? from, DestructionRow? row, Action<ServiceError?> ended)
    {
        switch (row)
        {
            case null:
                ended(new(Reason.UnknownOrder, $"Node {_context.NameOf(_context.Self)} has accepted no such destruction.", "Check the order's hash."));
                break;
            case { State: DestructionState.Cancelled }:
                Spread(order, row.Order, from); // said again, for nodes that have not heard it
                ended(null);
                break;
            default:
                ended(new(Reason.AlreadyEnded, "The keys were destroyed.", "Nothing is left to be called off."));
                break;
        }
    }

    /// <summary>A node that has not heard of the destruction yet may still do so: it is told again.</summary>
    private void Spread(AuthenticatedOrder order, Digest32 target, NodeId? from)
    {
        if (!_callingOff.TryGetValue(target, out var spread))
        {
            if (_callingOff.Count >= Settings.MaxWaiting)
                return;
            _callingOff.Add(target, spread = new(_context, order.Signed, static reason => reason is Reason.AlreadyEnded or Reason.RequestExpired));
        }
        if (from is { } peer)
            spread.Has(peer);
        spread.Tend();
    }

    private static ServiceError CalledOff() =>
        new(Reason.AlreadyEnded, "This destruction was called off; its order is never taken again.", "Sign a new order if the keys are to be destroyed after all.");

    private void Add(DestructionRow row, NodeId? from)
    {
        var spread = new OrderSpread(_context, row.Signed, static reason => reason is Reason.AlreadyEnded or Reason.RequestExpired);
        if (from is { } peer)
            spread.Has(peer);
        _waiting.Add(row.Order, new(row, spread));
    }

    /// <summary>Begins what is due, shows orders to whoever lacks them, and sleeps until the next is due; never long, since the wall clock may be set.</summary>
    private void Tend()
    {
        _context.StopTimer(ref _timer);
        var sleep = Settings.LongestSleep;
        foreach (var waiting in _waiting.Values.ToArray())
        {
            waiting.Spread.Tend();
            if (waiting.IsErased && waiting.Spread.IsDone)
                _waiting.Remove(waiting.Row.Order);
            var left = TimeLeft(waiting);
            if (waiting.Erasure is null && !waiting.IsBeingCancelled && left <= TimeSpan.Zero)
                Execute(waiting);
            else if (waiting.Erasure is null && left < sleep)
                sleep = left;
        }
        foreach (var (target, spread) in _callingOff.ToArray())
        {
            if (spread.IsDone)
                _callingOff.Remove(target);
        }
        if (_waiting.Count > 0 || _callingOff.Count > 0)
        {
            _timer = _context.StartTimer(sleep, () =>
            {
                _timer = null;
                Tend();
            });
        }
    }

    /// <summary>A process that starts late gives its peers time to tell it what was called off while it was down.</summary>
    private TimeSpan TimeLeft(Destruction waiting)
    {
        var left = waiting.Row.NotBefore - _context.Now.Wall;
        var listening = Settings.ListenFirst - _context.Now.Elapsed;
        return left > listening ? left : listening;
    }

    private void Execute(Destruction waiting)
    {
        waiting.Erasure = new(rooms, claims, waiting.Row, () =>
        {
            waiting.IsErased = true;
            Tend();
        });
        waiting.Erasure.Begin();
    }
}
