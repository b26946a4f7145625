using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Promises;

namespace MpcSigner.Simulation.Histories;

/// <summary>What nodes meet: delays, losses, partitions, slow disks, deaths in the middle of a step. All of it follows from the seed.</summary>
public sealed class Weather(Plan plan, World world, Observer observer, string name) : Traffic
{
    private static readonly TimeSpan QuickestRestart = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<(NodeId, NodeId)> _cut = [];
    private readonly Dictionary<SimulatedNode, int> _computing = [];
    private int _died;

    // Sources of their own: what is left out of a plan moves nothing else.
    private readonly SeededSource _losses = new($"{name}/losses");
    private readonly SeededSource _delays = new($"{name}/delays");
    private readonly SeededSource _deaths = new($"{name}/deaths");
    private readonly SeededSource _seals = new($"{name}/seals");
    private readonly Dictionary<SimulatedNode, TimeSpan> _clocks = [];

    /// <summary>No more faults: quick, lossless, in order.</summary>
    public bool IsCalm { get; set; }

    /// <summary>Only these make material and signatures with each other; null: all. Greetings and bookings travel everywhere.</summary>
    public IReadOnlySet<NodeId>? Alone { get; set; }

    public int Crashes { get; private set; }

    /// <summary>A process died with arithmetic under way: its secrets are the collector's to give back.</summary>
    public bool SecretsWentWithAProcess { get; private set; }

    public override void Starting(SimulatedNode node)
    {
        _computing[node] = 0;
        node.Random.Drawn = bytes => observer.Drew(node, bytes);
    }

    public override TimeSpan? Travel(NodeId from, NodeId to, object what)
    {
        if (Alone is { } alone && (what is NodeEffect.OpenStream or NodeEffect.SendFrame or PeerCall.PartialSign) && (!alone.Contains(from) || !alone.Contains(to)))
            return null;
        if (IsCalm)
            return TimeSpan.FromMilliseconds(1);
        if (_losses.Below(1_000) < plan.LossPerMille || _cut.Contains((from, to)))
            return null;
        // A question that is long on its way may outlive the process that put it.
        var slow = what is PeerCall.PartialSign ? 5 * plan.SlowPerMille : plan.SlowPerMille;
        return _delays.Below(1_000) < slow ? Some(3_000) : Some(8);
    }

    public override TimeSpan Flush(NodeId node) => IsCalm ? TimeSpan.FromMilliseconds(2) : _delays.Below(1_000) < plan.SlowPerMille ? Some(400) : Some(15);

    public override TimeSpan Look(NodeId node) => IsCalm ? TimeSpan.FromMilliseconds(1) : Some(4);

    /// <summary>As often as messages are lost: a token that is away for a moment.</summary>
    public override SealTrouble? SealFails(NodeId node) =>
        !IsCalm && _seals.Below(1_000) < plan.LossPerMille ? new(Reason.TokenLost, "the token does not answer") : null;

    public override TimeSpan Work(NodeId node, Work work) => IsCalm ? TimeSpan.FromMilliseconds(1) : Some(30);

    public override bool DiesBefore(SimulatedNode node, NodeEffect effect)
    {
        if (IsCalm || plan.Deaths == 0)
            return false;
        // What has to do with the disk or with others is where a death hurts; timers and notes are not.
        var weight = effect is NodeEffect.Commit or NodeEffect.SendFrame or NodeEffect.AnswerClient or NodeEffect.AnswerPeer { Reply: not PeerReply.Hello }
            or NodeEffect.CallPeer { Body: PeerCall.PartialSign } ? 1 : 0;
        if (_deaths.Below(10_000) >= weight * plan.CrashPerTenThousand || _died == plan.Deaths)
            return false;
        _died++;
        Die(node, $"dies before {effect.GetType().Name}");
        return true;
    }

    public override void Lost(SimulatedNode node, NodeEffect effect) => SecretsWentWithAProcess |= effect is NodeEffect.Compute;

    /// <summary>Ends a process on purpose; what it was computing in the background goes with it.</summary>
    public void Stop(SimulatedNode node)
    {
        SecretsWentWithAProcess |= _computing.GetValueOrDefault(node) > 0;
        node.Kill();
    }

    /// <summary>Ends a process at any moment, between two steps.</summary>
    public void Crash(SimulatedNode node)
    {
        if (IsCalm || !node.IsUp)
            return;
        Die(node, "dies");
        node.Kill();
    }

    /// <summary>A node's disk is lost, or an older state of it is restored; its process is started again after a while.</summary>
    /// <param name="mark">How much of the disk is left; at 0 it is a new one.</param>
    /// <param name="said">The operator says so to the node at once.</param>
    public void TakeBack(SimulatedNode node, int mark, bool said)
    {
        SecretsWentWithAProcess |= _computing.GetValueOrDefault(node) > 0;
        node.Kill();
        Digest32[] booked = [.. node.Store.Bookings.Select(row => row.Value)];
        node.Restore(mark, said);
        world.WentBack.Add(node.Nid);
        if (!said)
            world.Untold.Add(node.Nid);
        world.Forgotten.UnionWith(booked.Except(node.Store.Bookings.Select(row => row.Value)));
        var down = QuickestRestart + Some(2_000);
        world.Chronicle.Write(world.Cluster.Time.Now, node.Roster.Name, $"has the disk of {mark} commits{(said ? "" : ", and is not told")}; down for {down.TotalSeconds:0.00} s");
        world.Cluster.Time.After(down, () => Raise(node));
    }

    /// <summary>The operator tells a node that its disk was restored, or is new.</summary>
    public void Tell(SimulatedNode node)
    {
        Stop(node);
        node.Store.SkipStarts();
        Raise(node);
    }

    /// <summary>The connection of two nodes is gone for a while, in one direction or both.</summary>
    public void Cut(SimulatedNode one, SimulatedNode other, bool bothWays, TimeSpan time)
    {
        if (IsCalm)
            return;
        world.Chronicle.Write(world.Cluster.Time.Now, one.Roster.Name, $"is cut off from {other.Roster.Name}{(bothWays ? "" : " one way")} for {time.TotalSeconds:0.0} s");
        _cut.Add((one.Nid, other.Nid));
        if (bothWays)
            _cut.Add((other.Nid, one.Nid));
        world.Cluster.Time.After(time, () =>
        {
            _cut.Remove((one.Nid, other.Nid));
            _cut.Remove((other.Nid, one.Nid));
        });
    }

    public override NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
    {
        if (effect is NodeEffect.Compute compute)
        {
            _computing[node]++;
            effect = new NodeEffect.Compute(compute.Token, new CountedWork(compute.Work, () => observer.Computes(node, compute.Work), () => _computing[node]--));
        }
        return observer.See(node, effect);
    }

    /// <summary>A running node's clock is set forwards or backwards: a little, or by more than peers and its own watch tolerate.</summary>
    public void JumpClock(SimulatedNode node, TimeSpan by)
    {
        if (IsCalm)
            return;
        _clocks.TryAdd(node, node.ClockOffset);
        node.ClockOffset += by;
        world.Chronicle.Write(world.Cluster.Time.Now, node.Roster.Name, $"has its clock set by {by.TotalSeconds:0.0} s");
    }

    /// <summary>Operators have set all clocks right again.</summary>
    public void SetClocksRight()
    {
        foreach (var (node, offset) in _clocks)
            node.ClockOffset = offset;
    }

    /// <summary>A cheater's machine has met its own lies: its process ends, and is started again.</summary>
    public void Failed(SimulatedNode node, string why)
    {
        SecretsWentWithAProcess = true;
        world.Chronicle.Write(world.Cluster.Time.Now, node.Roster.Name, $"stops over its own lies: {why}");
        world.Cluster.Time.After(TimeSpan.FromSeconds(1), () => Raise(node));
    }

    /// <summary>
    /// The disk keeps what was flushed. Of what was not it has written some pages of the log, in any order; what is read back is the commits before the first
    /// that misses one. After a while the process is started again.
    /// </summary>
    private void Die(SimulatedNode node, string how)
    {
        Crashes++;
        SecretsWentWithAProcess |= _computing[node] > 0;
        var kept = 0;
        var written = _deaths.Below(3) switch { 0 => 0, 1 => 1_000, _ => 850 };
        while (node.Store.HasPending && Enumerable.Range(0, node.Store.PagesOfNext).Count(_ => _deaths.Below(1_000) >= written) == 0)
        {
            if (node.Store.FlushOne().Conflict is { } conflict)
                throw new BrokenPromiseException($"{node.Roster.Name}'s disk refuses a commit: {conflict}", NoNodeStops.Title);
            kept++;
        }
        var down = QuickestRestart + Some(_deaths.Below(4) == 0 ? 6_000 : 800);
        world.Chronicle.Write(world.Cluster.Time.Now, node.Roster.Name, $"{how}; {kept} commits were still written; down for {down.TotalSeconds:0.00} s");
        world.Cluster.Time.After(down, () => Raise(node));
    }

    /// <summary>Starts a node that is down.</summary>
    public void Raise(SimulatedNode node)
    {
        if (node.IsUp)
            return;
        node.ReadmitAll(); // a cheater that is left out for good would cheat no more
        node.Start();
        world.Chronicle.Write(world.Cluster.Time.Now, node.Roster.Name, "is started");
    }

    private TimeSpan Some(int milliseconds) => TimeSpan.FromMicroseconds(1 + _delays.Below(1_000 * milliseconds));

    private sealed class CountedWork(Work work, Action before, Action after) : Work
    {
        public override void Run()
        {
            before();
            work.Run();
            after();
        }
    }
}
