using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Promises;

namespace MpcSigner.Simulation.Histories;

/// <summary>What nodes meet: delays, losses, partitions, slow disks, deaths in the middle of a step. All of it follows from the seed.</summary>
public sealed class Weather(Plan plan, World world, Observer observer, SeededSource random) : Traffic
{
    private static readonly TimeSpan QuickestRestart = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<(NodeId, NodeId)> _cut = [];
    private readonly Dictionary<SimulatedNode, int> _computing = [];

    /// <summary>Decides when a seal does not answer: a source of its own, so that it moves nothing else.</summary>
    public required SeededSource Seals { get; init; }

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
        if (_cut.Contains((from, to)) || random.Below(1_000) < plan.LossPerMille)
            return null;
        // A question that is long on its way may outlive the process that put it.
        var slow = what is PeerCall.PartialSign ? 5 * plan.SlowPerMille : plan.SlowPerMille;
        return random.Below(1_000) < slow ? Some(3_000) : Some(8);
    }

    public override TimeSpan Flush(NodeId node) => IsCalm ? TimeSpan.FromMilliseconds(2) : random.Below(1_000) < plan.SlowPerMille ? Some(400) : Some(15);

    public override TimeSpan Look(NodeId node) => IsCalm ? TimeSpan.FromMilliseconds(1) : Some(4);

    /// <summary>As often as messages are lost: a token that is away for a moment.</summary>
    public override SealTrouble? SealFails(NodeId node) =>
        !IsCalm && Seals.Below(1_000) < plan.LossPerMille ? new(Reason.TokenLost, "the token does not answer") : null;

    public override TimeSpan Work(NodeId node, Work work) => IsCalm ? TimeSpan.FromMilliseconds(1) : Some(30);

    public override bool DiesBefore(SimulatedNode node, NodeEffect effect)
    {
        if (IsCalm || Crashes >= plan.Crashes)
            return false;
        // What has to do with the disk or with others is where a death hurts; timers and notes are not.
        var weight = effect is NodeEffect.Commit or NodeEffect.SendFrame or NodeEffect.AnswerClient or NodeEffect.AnswerPeer { Reply: not PeerReply.Hello }
            or NodeEffect.CallPeer { Body: PeerCall.PartialSign } ? 1 : 0;
        if (random.Below(10_000) >= weight * plan.CrashPerTenThousand)
            return false;
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
        if (IsCalm || !node.IsUp || Crashes >= plan.Crashes)
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

    /// <summary>The disk keeps what was flushed, and of the rest the first few commits or none; after a while the process is started again.</summary>
    private void Die(SimulatedNode node, string how)
    {
        Crashes++;
        SecretsWentWithAProcess |= _computing[node] > 0;
        var kept = 0;
        while (node.Store.HasPending && random.Below(2) == 0)
        {
            if (node.Store.FlushOne().Conflict is { } conflict)
                throw new BrokenPromiseException($"{node.Roster.Name}'s disk refuses a commit: {conflict}", NoNodeStops.Title);
            kept++;
        }
        var down = QuickestRestart + Some(random.Below(4) == 0 ? 6_000 : 800);
        world.Chronicle.Write(world.Cluster.Time.Now, node.Roster.Name, $"{how}; {kept} commits were still written; down for {down.TotalSeconds:0.00} s");
        world.Cluster.Time.After(down, () => Raise(node));
    }

    /// <summary>Starts a node that is down.</summary>
    public void Raise(SimulatedNode node)
    {
        if (node.IsUp)
            return;
        node.Start();
        world.Chronicle.Write(world.Cluster.Time.Now, node.Roster.Name, "is started");
    }

    private TimeSpan Some(int milliseconds) => TimeSpan.FromMicroseconds(1 + random.Below(1_000 * milliseconds));

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
