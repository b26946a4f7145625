using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Jobs;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Kernel.Tests.Coordination.Jobs;

/// <summary>The jobs of one node over a real context and a virtual disk and clock; what an order comes to is the test's to say. Its process can die at any flush.</summary>
internal sealed class JobBench : IDisposable
{
    private readonly MiniCluster _mini = new(3, start: false);
    private readonly PriorityQueue<Action, (TimeSpan, int)> _queue = new();
    private readonly MemoryStore _store;
    private MachineContext _context = null!;
    private TimeSpan _now;
    private int _sequence;
    private int _life;
    private int _orders;

    public JobBench(JobSettings? settings = null)
    {
        Settings = settings ?? new();
        _store = new(_mini.Nodes[0].Nid, () => Wall);
        Start();
    }

    public JobSettings Settings { get; }

    public JobBook Jobs { get; private set; } = null!;

    /// <summary>What becomes of an order: the outcome, and after how long.</summary>
    public Func<MaintenanceAction, int, (MaintenanceOutcome Outcome, TimeSpan After)> Fate { get; set; } = (_, _) => (new MaintenanceOutcome.Completed(), TimeSpan.FromSeconds(1));

    /// <summary>Orders that were run, by their attempt and first key, in order.</summary>
    public List<(uint Attempt, KeyId Key)> Runs { get; } = [];

    /// <summary>Keys of orders that run right now: two at once on one key fail the test.</summary>
    public HashSet<KeyId> Busy { get; } = [];

    public int MostAtOnce { get; private set; }

    /// <summary>Orders that have done their work, whatever process asked for it.</summary>
    public HashSet<Digest32> Done { get; } = [];

    /// <summary>Flushes so far; the process dies after this many, if set.</summary>
    public int Flushes { get; private set; }

    public int? DiesAfterFlush { get; set; }

    public bool HasDied { get; private set; }

    public DateTimeOffset Wall => _mini.Cluster.Epoch + _now;

    public static KeyId Key(int i) => new(new Bytes32([.. new byte[31], (byte)i]));

    public JobRow Row(Digest32 job) => ((StoreAnswer.Job)_store.Read([new StoreQuery.FindJob(job)])[0]).Row!;

    public SignedOrder Refresh(int key, uint attempt = 1, int signers = 2, bool outside = false, int expiresInHours = 24)
    {
        var parties = _mini.Nodes.Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid)).Skip(outside ? 1 : 0).ToArray();
        return Sign(new MaintenanceAction.Refresh(Suite.FrostEd25519, attempt, [new(Key(key), 0, new(Key(key).Value))], 2, parties), signers, expiresInHours);
    }

    /// <summary>This node and the second rebuild the third one's share.</summary>
    public SignedOrder Recover(int key)
    {
        var parties = _mini.Nodes.Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid)).ToArray();
        return Sign(new MaintenanceAction.Recover(Suite.FrostEd25519, 1, [new(Key(key), 0, new(Key(key).Value))], 2, parties, [new(1), new(2)], new(3)), Administrators.Quorum);
    }

    public SignedOrder Sign(RequestAction action, int signers, int expiresInHours = 24)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(Wall.ToUnixTimeMilliseconds());
        return _mini.Administrators.Sign(new(_mini.Cluster.Roster.Cluster, $"order-{++_orders}", now, now.AddHours(expiresInHours), "", action), signers);
    }

    public AdministratorReply Submit(params IReadOnlyList<SignedOrder>[] steps)
    {
        AdministratorReply? reply = null;
        Step(() => Jobs.Submit(new("a job", steps), answer => reply = answer));
        RunUntil(() => reply is not null, TimeSpan.FromSeconds(5));
        return reply ?? throw new TimeoutException("the job was not answered");
    }

    public ServiceError? Cancel(Digest32 job)
    {
        var (answered, error) = (false, (ServiceError?)null);
        Step(() => Jobs.Cancel(job, "admin-0", refusal => (answered, error) = (true, refusal)));
        RunUntil(() => answered, TimeSpan.FromSeconds(5));
        return answered ? error : throw new TimeoutException("the cancellation was not answered");
    }

    public bool RunUntil(Func<bool> done, TimeSpan limit)
    {
        var end = _now + limit;
        while (!done())
        {
            if (!_queue.TryPeek(out _, out var at) || at.Item1 > end)
            {
                _now = end;
                return done();
            }
            _queue.TryDequeue(out var action, out _);
            _now = at.Item1;
            action!();
        }
        return true;
    }

    public void Run(TimeSpan time) => RunUntil(() => false, time);

    /// <summary>The next process begins under a roster without the administrator who signs first.</summary>
    public void DismissSigner() => _mini.Nodes[0].FileRoster =
        _mini.Cluster.Rosters.Next(_mini.Cluster.Roster, roster => roster with { Administrators = [.. roster.Administrators.Where(a => a != _mini.Administrators.Roster[0])] });

    /// <summary>The node's disk says that it has helped with this recovery, to its end.</summary>
    public void Recovered(SignedOrder order)
    {
        if (!_context.Setup.Decoder.TryDecode(order.Body.Span, out var body, out _) || !new OrderGate(_context).TryIdentify(order, out var hash))
            throw new InvalidOperationException("no order");
        var row = new MaintenanceRow(hash, (byte)OrderKind.Recovery, Suite.FrostEd25519, 1, new(new byte[InstanceId.Size]), order,
            [.. ((MaintenanceAction)body.Action).Keys.Select(key => (key.Key, key.Generation))], MaintenanceState.Begun, default, default, default, default, 0, default,
            new Dictionary<PartyId, ReadOnlyMemory<byte>>(), Wall);
        var durable = false;
        Step(() => _context.Commit(new Batch().Write(new StoreWrite.BeginMaintenance(row)).Write(new StoreWrite.EndRecovery(hash)), () => durable = true));
        if (!RunUntil(() => durable, TimeSpan.FromSeconds(5)))
            throw new TimeoutException("the recovery is not on disk");
    }

    /// <summary>The process dies; the next one takes up what the disk holds.</summary>
    public void Restart()
    {
        _store.Crash();
        Busy.Clear();
        Start();
    }

    private void Start()
    {
        _life++;
        _context = new(_mini.Nodes[0].NewSetup() with { Stored = _store.BeginInstance(), Settings = new() { Jobs = Settings } });
        Jobs = new(_context, new(_context), RunOrder, new());
        Step(Jobs.Restore);
    }

    private void RunOrder(AuthenticatedOrder order, Action<MaintenanceOutcome> ended)
    {
        var action = (MaintenanceAction)order.Body.Action;
        if (Done.Contains(order.Hash))
        {
            Later(TimeSpan.Zero, () => Step(() => ended(new MaintenanceOutcome.Completed())));
            return;
        }
        var keys = action.Keys.Select(key => key.Key).ToArray();
        if (keys.Any(key => !Busy.Add(key)))
            throw new InvalidOperationException("two steps are at work on one key");
        MostAtOnce = Math.Max(MostAtOnce, Busy.Count);
        Runs.Add((action.Attempt, keys[0]));
        var (outcome, after) = Fate(action, Runs.Count);
        Later(after, () =>
        {
            Busy.ExceptWith(keys);
            if (outcome is MaintenanceOutcome.Completed)
                Done.Add(order.Hash);
            Step(() => ended(outcome));
        });
    }

    /// <summary>What a process had planned dies with it.</summary>
    private void Later(TimeSpan after, Action action)
    {
        var life = _life;
        _queue.Enqueue(() =>
        {
            if (life == _life)
                action();
        }, (_now + after, ++_sequence));
    }

    private void Step(Action action)
    {
        _context.Begin(new(Wall, _now));
        action();
        foreach (var effect in _context.End())
            Do(effect);
    }

    private void Do(NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.Commit commit:
                _store.Enqueue(commit);
                Later(TimeSpan.FromMilliseconds(2), Flush);
                break;
            case NodeEffect.Read read:
                Later(TimeSpan.FromMilliseconds(1), () => Step(() => _context.Take<Waiter.ForRead>(read.Token)!.Done(_store.Read(read.Queries))));
                break;
            case NodeEffect.StartTimer timer:
                Later(timer.After, () => Step(() => _context.Take<Waiter.ForTimer>(timer.Token)?.Fired()));
                break;
            case NodeEffect.StopTimer or NodeEffect.Observe:
                break;
            default:
                throw new InvalidOperationException($"jobs have no {effect.GetType().Name}");
        }
    }

    private void Flush()
    {
        var (token, conflict) = _store.FlushOne();
        if (conflict is not null)
            throw new InvalidOperationException(conflict);
        if (++Flushes == DiesAfterFlush)
        {
            HasDied = true;
            _life++; // nobody hears of the flush any more
            return;
        }
        Step(() => _context.Take<Waiter.ForCommit>(token)!.Durable());
    }

    public void Dispose()
    {
        _store.Dispose();
        _mini.Dispose();
    }
}
