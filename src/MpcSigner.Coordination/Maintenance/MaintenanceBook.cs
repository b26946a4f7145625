using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>The maintenance orders this node is concerned with, one object each from its beginning to its end; runs those it is told to.</summary>
internal sealed class MaintenanceBook(Rooms rooms) : IDisposable
{
    /// <summary>At a time; each stands for a real order with a real certificate.</summary>
    private const int MaxTaught = 256;

    private readonly Dictionary<Digest32, MaintenanceOrder> _orders = [];
    private readonly Dictionary<Digest32, MaintenanceRun> _runs = [];
    private readonly HashSet<Digest32> _opening = [];
    private readonly Dictionary<Digest32, OutsiderTeaching> _teaching = [];
    private readonly Dictionary<NodeId, TimeSpan> _stalePairs = [];

    /// <summary>Orders of which this node is being taught the end, or was a moment ago for nothing: until when it is not taught again.</summary>
    private readonly Dictionary<Digest32, TimeSpan> _taught = [];
    private readonly MachineContext _context = rooms.Context;
    private Token? _pairWindow;

    public KeyClaims Claims { get; } = new();

    /// <summary>Attempts that are refused for ever.</summary>
    public AttemptRefusals Refusals => field ??= new(rooms, this);

    /// <summary>Orders whose end is not known here yet.</summary>
    public int Open => _orders.Count;

    /// <summary>Sessions of maintenance under way here.</summary>
    public int LiveSessions { get; private set; }

    /// <summary>A step forward of an order that this node coordinates.</summary>
    public event Action<Digest32, int>? Progressed;

    public MaintenanceOrder? Find(Digest32 hash) => _orders.GetValueOrDefault(hash);

    /// <summary>An order that is PENDING here and would make the key's next generation.</summary>
    public MaintenanceOrder? Pending(KeyId key) => _orders.Values.FirstOrDefault(order =>
        order.Phase is MaintenancePhase.Acknowledging or MaintenancePhase.Acknowledged or MaintenancePhase.Activating && order.Case.KeyIds.Contains(key));

    /// <summary>An order of this node's at the same generation of a key that is not below an attempt: its beginning refuses the attempt.</summary>
    public MaintenanceOrder? NotBelow(MaintenanceCase attempt) => _orders.Values.FirstOrDefault(order =>
        order.Case.IsRecovery == attempt.IsRecovery && order.Case.Action.Attempt >= attempt.Action.Attempt
        && order.Case.Terms.Keys.Any(key => attempt.Terms.Keys.Any(other => other.Key == key.Key && other.Generation == key.Generation)));

    /// <summary>Being begun, or being refused for ever, right now.</summary>
    public bool IsOpening(Digest32 hash) => _opening.Contains(hash);

    public void Opening(Digest32 hash, bool begins)
    {
        if (begins)
            _opening.Add(hash);
        else
            _opening.Remove(hash);
    }

    /// <summary>Runs an order from this node, as coordinator. Idempotent: one that is over here is answered at once, one that runs is listened to.</summary>
    /// <param name="ended">Called exactly once.</param>
    public void Run(AuthenticatedOrder authenticated, Action<MaintenanceOutcome> ended)
    {
        if (!MaintenanceCase.TryCreate(_context, authenticated, begins: true, out var order, out var error))
            ended(new MaintenanceOutcome.Refused(error));
        else if (_runs.TryGetValue(order.Hash, out var run))
            run.Also(ended);
        else if (_orders.TryGetValue(order.Hash, out var open))
            Await(open, ended);
        else
            _context.Read([new StoreQuery.FindMaintenance(order.Hash)],
                answers => OnRead(order, ((StoreAnswer.Maintenance)answers[0]).Row, ended),
                _ => ended(new MaintenanceOutcome.Refused(Requests.Refusals.Storage())));
    }

    private void OnRead(MaintenanceCase order, MaintenanceRow? row, Action<MaintenanceOutcome> ended)
    {
        if (_runs.TryGetValue(order.Hash, out var run))
            run.Also(ended);
        else if (_orders.TryGetValue(order.Hash, out var open))
            Await(open, ended);
        else if (row is null)
        {
            _runs.Add(order.Hash, run = new(rooms, this, order, ended));
            run.Begin();
        }
        else
            ended(row.State == MaintenanceState.Aborted
                ? new MaintenanceOutcome.Aborted("this node has signed ABORT of it", MayRetry: true)
                : new MaintenanceOutcome.Completed());
    }

    /// <summary>An order that another node coordinates, or that an earlier instance began.</summary>
    private static void Await(MaintenanceOrder open, Action<MaintenanceOutcome> ended)
    {
        switch (open.Phase)
        {
            case MaintenancePhase.Active or MaintenancePhase.Erasing or MaintenancePhase.Done:
                ended(new MaintenanceOutcome.Completed());
                break;
            case MaintenancePhase.Aborted:
                ended(new MaintenanceOutcome.Aborted(open.Why, MayRetry: true));
                break;
            case MaintenancePhase.Acknowledged when !open.HasSession:
                open.SeekCertificate(() =>
                {
                    if (open.Phase == MaintenancePhase.Acknowledged)
                        ended(new MaintenanceOutcome.Pending("not every member has acknowledged, as far as can be heard", open.IsRefused));
                    else
                        Await(open, ended);
                });
                break;
            default:
                open.WhenStill(() => Await(open, ended));
                break;
        }
    }

    /// <summary>Ends an attempt that is stuck at this node, on administrators' order; calls back with null when it is durable.</summary>
    public void EndAttempt(Digest32 hash, AttemptEnd end, Action<ServiceError?> done)
    {
        if (!_orders.TryGetValue(hash, out var order))
        {
            _context.Read([new StoreQuery.FindMaintenance(hash)], answers => done(((StoreAnswer.Maintenance)answers[0]).Row is null
                ? new(Reason.UnknownOrder, $"Node {_context.NameOf(_context.Self)} knows no order {hash}.", "Check H(order) with the list of jobs.")
                : AlreadyEnded(hash)), _ => done(Requests.Refusals.Storage()));
            return;
        }
        switch ((end, order.Phase))
        {
            case (AttemptEnd.Abandon, MaintenancePhase.Acknowledged) when !order.HasSession:
                order.SeekCertificate(() => order.Settlement.WhenWritten(() =>
                {
                    if (order.Phase == MaintenancePhase.Acknowledged && order.Settlement.IsInUseElsewhere)
                    {
                        done(new(Reason.AlreadyEnded, $"Order {hash} is in use at another member, whose certificate this node holds.", "Let all its members be reached: this node takes it up then. Or roll it back there first."));
                        return;
                    }
                    order.AbandonByOrder("administrators ended the attempt");
                    Settle();
                }));
                break;
            case (AttemptEnd.Abandon, MaintenancePhase.Begun):
                order.Abandon("administrators ended the attempt");
                Settle();
                break;
            case (AttemptEnd.RollBack, MaintenancePhase.Active):
                OrderedRollBack.Begin(rooms, this, order, done);
                break;
            case (AttemptEnd.EraseOld, MaintenancePhase.Active):
                order.Ends.Erase(() => done(null));
                break;
            case (AttemptEnd.Abandon, MaintenancePhase.Active or MaintenancePhase.Erasing):
                done(new(Reason.AlreadyEnded, $"Order {hash} has its certificate: this node keeps it and shows it.", "Roll the order back where that is meant."));
                break;
            case (AttemptEnd.RollBack or AttemptEnd.EraseOld, MaintenancePhase.Acknowledged or MaintenancePhase.Begun):
                done(new(Reason.BadOrder, $"Order {hash} has no certificate at this node.", "Abandon the attempt, or wait for its certificate."));
                break;
            default:
                done(new(Reason.KeyBusy, $"Order {hash} is being worked on right now.", "Try again in a moment."));
                break;
        }

        void Settle()
        {
            if (order.Phase == MaintenancePhase.Aborted)
                done(null);
            else if (order.Phase is MaintenancePhase.Active or MaintenancePhase.Erasing or MaintenancePhase.Done)
                done(new(Reason.AlreadyEnded, $"Order {hash} has its certificate: this node keeps it and shows it.", "Roll the order back where that is meant."));
            else
                order.WhenStill(Settle);
        }
    }

    /// <summary>Takes up what earlier instances of this node left: Begun ends here, Acknowledged is asked about, Active waits for DONEs.</summary>
    public void Restore()
    {
        foreach (var row in _context.Setup.Stored.OpenMaintenance)
        {
            if (Recall(row) is not { } made)
                throw new InvalidOperationException($"the store holds an order that cannot be read: {row.Order}");
            var order = new MaintenanceOrder(rooms, this, made);
            _orders.Add(row.Order, order);
            order.Restore(row);
        }
    }

    /// <summary>An order as this node has stored it; null when its bytes are no order.</summary>
    public MaintenanceCase? Recall(MaintenanceRow row) =>
        rooms.Orders.Recall(row.Signed, row.Order) is { } authenticated && MaintenanceCase.TryCreate(_context, authenticated, begins: false, out var order, out _) ? order : null;

    /// <summary>An order begins.</summary>
    public MaintenanceOrder Begin(MaintenanceCase made)
    {
        var order = new MaintenanceOrder(rooms, this, made);
        _orders.Add(made.Hash, order);
        return order;
    }

    /// <summary>An old party outside the session has verified the order's end: it holds it as ACTIVE.</summary>
    public void Learn(MaintenanceCase made, OrderCertificate certificate, IReadOnlyList<KeyRow> rows, IReadOnlyList<ProvenAnchor> anchors, Action durable)
    {
        var order = Begin(made);
        _context.Commit(MaintenanceBatches.Learn(made, certificate, rows, anchors, _context), () =>
        {
            order.Learned(certificate);
            durable();
        });
    }

    /// <summary>A member on which the order is ACTIVE tells the old parties that were not in the session.</summary>
    public void Teach(MaintenanceCase order)
    {
        if (!order.Outsiders.Any() || _teaching.ContainsKey(order.Hash))
            return;
        var teaching = new OutsiderTeaching(rooms, order, () => _teaching.Remove(order.Hash));
        _teaching.Add(order.Hash, teaching);
        teaching.Begin();
    }

    /// <summary>Begins to be taught an order; false while another member does, and for a while after it was found not to be in use: whoever holds such a certificate may show it again and again.</summary>
    public bool TryTeach(Digest32 hash)
    {
        var now = _context.Now.Elapsed;
        foreach (var over in _taught.Where(one => one.Value <= now).Select(one => one.Key).ToArray())
            _taught.Remove(over);
        return _taught.Count < MaxTaught && _taught.TryAdd(hash, TimeSpan.MaxValue);
    }

    public void EndTeaching(Digest32 hash, bool notInUse)
    {
        if (notInUse)
            _taught[hash] = _context.Now.Elapsed + _context.Settings.Maintenance.Poll;
        else
            _taught.Remove(hash);
    }

    public void Remove(MaintenanceOrder order) => _orders.Remove(order.Hash);

    public void Ended(MaintenanceRun run, Digest32 hash)
    {
        if (_runs.TryGetValue(hash, out var known) && known == run)
            _runs.Remove(hash);
    }

    public void Progress(Digest32 hash, int round) => Progressed?.Invoke(hash, round);

    public void SessionBegan()
    {
        LiveSessions++;
        _context.StopTimer(ref _pairWindow);
    }

    public void SessionEnded()
    {
        LiveSessions--;
        RenewPairsLater();
    }

    /// <summary>Without new pair setups a refresh is not proactive (spec §8.5): those with the order's parties are made anew, once for a window of many batches.</summary>
    public void Activated(MaintenanceOrder order)
    {
        if (order.Case.Terms.Suite is not (Suite.EcdsaSecp256k1 or Suite.EcdsaP256))
            return;
        foreach (var (_, nid) in order.Case.Terms.OldParties.Concat(order.Case.Terms.NewParties))
        {
            if (rooms.Peers.Find(nid) is not null)
                _stalePairs[nid] = _context.Now.Elapsed;
        }
        RenewPairsLater();
    }

    private void RenewPairsLater()
    {
        if (_stalePairs.Count == 0 || LiveSessions > 0)
            return;
        _context.StopTimer(ref _pairWindow);
        _pairWindow = _context.StartTimer(_context.Settings.Maintenance.PairWindow, () =>
        {
            _pairWindow = null;
            rooms.Pairs.Renew(_stalePairs);
            _stalePairs.Clear();
        });
    }

    public void Dispose()
    {
        foreach (var run in _runs.Values.ToArray())
            run.Dispose();
        foreach (var order in _orders.Values.ToArray())
            order.Dispose();
        foreach (var teaching in _teaching.Values.ToArray())
            teaching.Dispose();
    }

    private static ServiceError AlreadyEnded(Digest32 hash) => new(Reason.AlreadyEnded, $"Order {hash} is over at this node.", "Nothing is to be done.");
}
