using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Policy;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Host;

/// <summary>One node: its disk, its identity, and the process that runs now or does not. Executes its machine's effects in virtual time.</summary>
public sealed class SimulatedNode : IDisposable
{
    private readonly SimulatedCluster _cluster;
    private readonly List<IdentityKey> _identities;
    private readonly HashSet<Token> _timers = [];
    private readonly DiskEffects _disk;
    private TimeSpan _begun;
    private int _processes;

    public SimulatedNode(SimulatedCluster cluster, RosterNode roster, IdentityKey identity, Digest32 tlsKey)
    {
        _cluster = cluster;
        _disk = new(cluster, this);
        Roster = roster;
        _identities = [identity];
        TlsKey = tlsKey;
        Store = new(Nid, () => _cluster.Epoch + _cluster.Time.Now + ClockOffset);
        InForce = cluster.Roster;
    }

    public RosterNode Roster { get; }

    public NodeId Nid => Roster.Nid;

    public MemoryStore Store { get; }

    public Digest32 TlsKey { get; set; }

    /// <summary>The one that the roster in force here names, if it is on the disk.</summary>
    public IIdentitySigner Identity =>
        _identities.Find(key => InForce.Find(Nid) is { } named && named.IdentityKey.Span.SequenceEqual(key.PublicKey.Bytes)) ?? _identities[0];

    /// <summary>The roster in force here, by the disk or by what the machine has adopted since.</summary>
    public Roster InForce { get; private set; }

    /// <summary>Puts another identity key beside those on the disk.</summary>
    public void AddIdentity(IdentityKey identity) => _identities.Add(identity);

    /// <summary>The roster in its files; null: the cluster's first.</summary>
    public Roster? FileRoster { get; set; }

    /// <summary>The running process's own randomness: of the seed, the node and how many processes it has had, whatever its disk knows of them.</summary>
    public SeededSource Random { get; private set; } = new("");

    /// <summary>Null while the process is down.</summary>
    public NodeMachine? Machine { get; private set; }

    /// <summary>Counts processes: what was on its way to an earlier one never arrives.</summary>
    public int Life { get; private set; }

    public InstanceId Instance { get; private set; }

    /// <summary>Its wall clock minus the true one.</summary>
    public TimeSpan ClockOffset { get; set; }

    public string? HaltReason { get; private set; }

    public List<Observation> Observations { get; } = [];

    public EffectChecker Checker { get; } = new();

    /// <summary>Its door: who shows a TLS key that the roster in force here pins.</summary>
    public bool Admits(SimulatedNode caller) => InForce.Find(caller.Nid) is { } known && known.TlsPins.Contains(caller.TlsKey);

    public bool IsUp => Machine is not null;

    /// <summary>A node that lies: what its machine makes of its own lies ends its process and nothing else. Null for an honest one, whose exceptions are bugs.</summary>
    public Action<string>? Failing { get; set; }

    /// <summary>A node that lies: what it opens instead of its share. Null for an honest one.</summary>
    public Func<SecretScalar, SecretScalar>? BendShare { get; set; }

    /// <summary>What a process of this node is started with; each call begins a new instance on the disk.</summary>
    public MachineSetup NewSetup(ClusterPolicy? policy = null)
    {
        var stored = Store.BeginInstance();
        Random = new($"{_cluster.Seed}/{Roster.Name}/{++_processes}");
        _cluster.Traffic.Starting(this);
        Instance = new(Random.Bytes(InstanceId.Size));
        InForce = RosterAtStart.Of(FileRoster ?? _cluster.Roster, stored.Roster, _cluster.Rosters);
        return new(Nid, Instance, TlsKey, FileRoster ?? _cluster.Roster, policy ?? _cluster.Policy, stored, Identity, Random, new RequestBodyCodec(), new RequestBodyCodec(), _cluster.Settings)
        {
            Rosters = _cluster.Rosters,
        };
    }

    /// <summary>Its operator has every peer chosen again that it leaves out. The process must be down.</summary>
    public void ReadmitAll()
    {
        foreach (var peer in Store.Exclusions.Keys.ToArray())
            Store.Readmit(peer);
    }

    public void Start(ClusterPolicy? policy = null)
    {
        Life++;
        _begun = _cluster.Time.Now;
        HaltReason = null;
        _timers.Clear();
        Machine = new(NewSetup(policy));
        Checker.Restarted();
        Step(new NodeEvent.Started());
    }

    /// <summary>The process dies: memory and everything not flushed is gone; peers see their connections break.</summary>
    public void Kill()
    {
        if (Machine is null)
            return;
        Machine.Dispose();
        Machine = null;
        _disk.Died();
        Life++;
        Store.Crash();
        _cluster.Died(this);
    }

    /// <summary>The disk as it is now.</summary>
    public int BackUp() => Store.Mark;

    /// <summary>An older state of the disk takes the place of the present one. The process must be down.</summary>
    /// <param name="said">The operator says so to the node before its next start.</param>
    public void Restore(int backup, bool said = true)
    {
        Store.GoBackTo(backup);
        Checker.DiskReplaced();
        if (said)
            Store.SkipStarts();
    }

    /// <summary>A new, empty disk. The process must be down.</summary>
    public void LoseDisk(bool said = true) => Restore(0, said);

    private Moment Moment => new(_cluster.Epoch + _cluster.Time.Now + ClockOffset, _cluster.Time.Now - _begun);

    /// <summary>Has the process run an order, as its administrators' desk would.</summary>
    internal RunningOrder Run(SignedOrder order)
    {
        var running = new RunningOrder();
        Within(rooms =>
        {
            if (rooms.Orders.TryAuthenticate(order, Door.Client, Moment.Wall, out var authenticated, out var error))
                rooms.Maintenance.Run(authenticated, running.Ended);
            else
                running = new() { Refusal = error };
        });
        return running;
    }

    /// <summary>Does something in a step of the machine that no event stands for.</summary>
    internal void Within(Action<Rooms> act)
    {
        if (Machine is null)
            return;
        var context = Machine.Rooms.Context;
        context.Begin(Moment);
        act(Machine.Rooms);
        DoAll(context.End());
    }

    /// <summary>Delivers an event to the process that runs now.</summary>
    public void Step(NodeEvent e)
    {
        if (Machine is null)
        {
            if (e is NodeEvent.ShareLoaded late)
                late.Share.Dispose();
            else if (e is NodeEvent.SharesSealed shares)
                shares.Shares.Dispose();
            return;
        }
        IReadOnlyList<NodeEffect> effects;
        try
        {
            effects = Machine.Step(e, Moment);
        }
        catch (Exception own) when (Failing is not null)
        {
            Fail(own.Message);
            return;
        }
        DoAll(effects);
    }

    private void Fail(string why)
    {
        Kill();
        Failing?.Invoke(why);
    }

    private void DoAll(IReadOnlyList<NodeEffect> effects)
    {
        var life = Life;
        foreach (var effect in effects)
        {
            if (Life != life)
                Lose(effect);
            else if (_cluster.Traffic.DiesBefore(this, effect))
            {
                Lose(effect);
                Kill();
            }
            else if (_cluster.Traffic.Bend(this, effect) is { } bent)
                Do(bent);
        }
    }

    private void Lose(NodeEffect effect)
    {
        _cluster.Traffic.Lost(this, effect);
        if (effect is NodeEffect.Commit commit)
            commit.Shares?.Dispose();
        else if (effect is NodeEffect.SealShares seal)
            ScalarShares.Wipe(seal.Shares);
    }

    private void Do(NodeEffect effect)
    {
        Checker.Check(this, effect);
        switch (effect)
        {
            case NodeEffect.AnswerClient answer:
                _cluster.Answered(answer.Call, answer.Reply);
                break;
            case NodeEffect.ReportProgress progress:
                _cluster.Progressed(progress.Call, progress.Progress);
                break;
            case NodeEffect.AnswerAdministrator answer:
                _cluster.Answered(answer.Call, answer.Reply);
                break;
            case NodeEffect.RosterAdopted adopted:
                InForce = adopted.Roster;
                break;
            case NodeEffect.LoadIdentity load:
                Later(_cluster.Traffic.Look(Nid), () => Step(_identities.Find(key => key.PublicKey.Equals(load.PublicKey)) is { } key
                    ? new NodeEvent.IdentityLoaded(load.Token, key)
                    : new NodeEvent.IdentityUnavailable(load.Token, "no such identity")));
                break;
            case NodeEffect.IdentityAdopted:
                break;
            case NodeEffect.AnswerPeer answer:
                _cluster.AnswerPeer(this, TlsKey, answer.Call, answer.Reply);
                break;
            case NodeEffect.CallPeer call:
                _cluster.CallPeer(this, TlsKey, call);
                break;
            case NodeEffect.OpenStream open:
                _cluster.OpenStream(this, open);
                break;
            case NodeEffect.SendFrame send:
                _cluster.SendFrame(this, send);
                break;
            case NodeEffect.CloseStream close:
                _cluster.CloseStream(this, close.Stream);
                break;
            case NodeEffect.Commit commit:
                _disk.Commit(commit);
                break;
            case NodeEffect.SealShares seal:
                _disk.Seal(seal);
                break;
            case NodeEffect.Read read:
                _disk.Read(read);
                break;
            case NodeEffect.LoadShare load:
                _disk.Load(load);
                break;
            case NodeEffect.ForgetShares:
                break; // every opening is a fresh copy here
            case NodeEffect.Compute compute:
                Later(_cluster.Traffic.Work(Nid, compute.Work), () =>
                {
                    try
                    {
                        compute.Work.Run();
                    }
                    catch (Exception own) when (Failing is not null)
                    {
                        Fail(own.Message);
                        return;
                    }
                    Step(new NodeEvent.Computed(compute.Token));
                });
                break;
            case NodeEffect.StartTimer timer:
                _timers.Add(timer.Token);
                Later(timer.After, () =>
                {
                    if (_timers.Remove(timer.Token))
                        Step(new NodeEvent.TimerFired(timer.Token));
                });
                break;
            case NodeEffect.StopTimer stop:
                _timers.Remove(stop.Token);
                break;
            case NodeEffect.Observe observe:
                Observations.Add(observe.Observation);
                break;
            case NodeEffect.Halt halt:
                HaltReason = halt.Reason;
                Fail(halt.Reason);
                break;
            default:
                throw new InvalidOperationException($"an effect of no known kind: {effect.GetType().Name}");
        }
    }

    /// <summary>Ends the process and wipes what the disk and the identity hold in locked memory.</summary>
    public void Dispose()
    {
        Kill();
        Store.Dispose();
        foreach (var identity in _identities)
            identity.Dispose();
    }

    /// <summary>Later, if this very process still runs then.</summary>
    public void Later(TimeSpan delay, Action action)
    {
        var life = Life;
        _cluster.Time.After(delay, () =>
        {
            if (Life == life && IsUp)
                action();
        });
    }
}
