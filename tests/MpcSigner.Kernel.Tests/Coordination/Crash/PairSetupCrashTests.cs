using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>A node dies at each single commit of a pair setup: the next has an epoch that none had, nothing of the former, and belongs to the processes that run.</summary>
[Trait("row", "C05")]
[Trait("row", "C06")]
[Trait("row", "C11")]
[Trait("row", "C12")]
[Trait("row", "C13")]
public sealed class PairSetupCrashTests
{
    /// <summary>t̃ of the first tree in M2: setup_sid ‖ 256 points ‖ six t of 32 bytes come before it.</summary>
    private const int CheckOfFirstTree = 32 + 256 * 33 + 6 * 32;

    [Theory]
    [InlineData(true)] // the node with the lower nid, which opens
    [InlineData(false)]
    public void Killed_at_any_commit_of_a_setup_nothing_of_it_is_used_and_the_next_is_made_under_another_epoch(bool opener)
    {
        var points = CommitKill.Moments.Sum(moment => Enumerable.Range(0, 20).TakeWhile(at => SurvivesDeath(opener, at, moment)).Count());
        Assert.InRange(points, 6, 3 * 19); // two commits at least, and all were tried
    }

    /// <returns>False when the setup has no such commit.</returns>
    private static bool SurvivesDeath(bool opener, int at, CommitMoment moment)
    {
        using var mini = new MiniCluster(2, $"pair crash {opener} {at} {moment}", start: false, pairsAtStart: true);
        var script = mini.Script();
        var byNid = mini.Nodes.OrderBy(node => node.Nid).ToArray();
        var (victim, other) = opener ? (byNid[0], byNid[1]) : (byNid[1], byNid[0]);
        var kill = new CommitKill(mini, script, victim, at, moment, CommitKill.IsOfPair);
        var watch = new PairWatch(script);
        foreach (var node in mini.Nodes)
            node.Start();
        if (!mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(4)))
            return false;
        var what = $"{moment} of commit {at}";
        var former = watch.Made.Select(end => end.Setup).ToArray();
        var (own, others) = (victim.Store.Pairs.GetValueOrDefault(other.Nid), other.Store.Pairs.GetValueOrDefault(victim.Nid));
        var lastToOther = Math.Max(own?.SendingEpoch ?? 0, others?.ReceivingEpoch ?? 0);
        var lastFromOther = Math.Max(own?.ReceivingEpoch ?? 0, others?.SendingEpoch ?? 0);

        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(200));
        victim.Start();
        Assert.Null(CheatedPair.PairsOf(victim).Find(other.Nid));
        Assert.True(mini.Cluster.Time.RunUntil(() => Find(victim, other) is { } made && made.Nodes.PeerInstance == other.Instance
            && Find(other, victim) is { } opposite && opposite.Nodes.PeerInstance == victim.Instance, TimeSpan.FromSeconds(40)), $"{what}: no setup was made again");
        var (setup, atOther) = (Find(victim, other)!, Find(other, victim)!);
        Assert.Equal((setup.SendingId, setup.ReceivingId), (atOther.ReceivingId, atOther.SendingId));
        Assert.Equal((setup.SendingEpoch, setup.ReceivingEpoch), (atOther.ReceivingEpoch, atOther.SendingEpoch));
        Assert.True(setup.SendingEpoch > lastToOther && setup.ReceivingEpoch > lastFromOther,
            $"{what}: epochs {setup.SendingEpoch}, {setup.ReceivingEpoch} after {lastToOther}, {lastFromOther}");
        Assert.All(former, old => Assert.Equal(PairSetupState.Retired, old.State));
        watch.AssertNothingRepeats();
        AssertRow(victim, other, setup);
        AssertRow(other, victim, atOther);
        Assert.True(mini.IsSound, what);
        return true;
    }

    private static PairSetup? Find(SimulatedNode node, SimulatedNode peer) => CheatedPair.PairsOf(node).Find(peer.Nid);

    /// <summary>C8: nothing of this counts as a failure. C13: each setup that came so far counts.</summary>
    private static void AssertRow(SimulatedNode node, SimulatedNode peer, PairSetup setup)
    {
        var row = node.Store.Pairs[peer.Nid];
        Assert.Equal((setup.SendingEpoch, setup.ReceivingEpoch), (row.SendingEpoch, row.ReceivingEpoch));
        Assert.Equal((0u, 0ul, 0ul), (row.Failures, row.DeadSendingEpoch, row.DeadReceivingEpoch));
        Assert.InRange(row.SetupsOnDay, 1u, (uint)setup.SendingEpoch);
    }

    /// <summary>A seed proof that does not hold is a failed check: no setup comes of it, it counts, and the cheat is named, durably, before it hears of it.</summary>
    [Fact]
    [Trait("row", "C03")]
    [Trait("row", "C08")]
    public void Killed_at_any_commit_around_a_failed_seed_proof_no_setup_comes_of_it_and_what_is_durable_counts()
    {
        var points = CommitKill.Moments.Sum(moment => Enumerable.Range(0, 20).TakeWhile(at => SurvivesFalseSeeds(at, moment)).Count());
        Assert.InRange(points, 6, 3 * 19);
    }

    private static bool SurvivesFalseSeeds(int at, CommitMoment moment)
    {
        using var scene = new CheatedPair($"false seeds {at} {moment}", victimCoordinates: true);
        scene.Puppet.BendsSetup = static (number, payload) =>
        {
            var bent = payload.ToArray();
            if (number == 2)
                bent[CheckOfFirstTree] ^= 1;
            return bent;
        };
        var kill = new CommitKill(scene.Mini, scene.Script, scene.Victim, at, moment, CommitKill.IsOfPair);
        scene.Submit();
        if (!scene.Mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(4)))
        {
            // All commits were tried: this is the run in which nobody dies.
            Assert.Equal((1u, 1, 1ul), (scene.Row!.Failures, scene.Faults, scene.Row.SendingEpoch));
            Assert.Null(scene.SetupOf(scene.Victim));
            return false;
        }
        var counted = scene.Row?.Failures ?? 0;
        var died = kill.Commit!.Writes.OfType<Core.Ports.StoreWrite.PutPair>().Last().Row;
        Assert.Equal(moment == CommitMoment.Before ? 0 : died.Failures, counted);
        Assert.Equal(counted, (uint)scene.Faults);
        Assert.DoesNotContain(scene.Victim.Observations, seen => seen is Observation.PairSetUp);
        var epochs = scene.Row?.SendingEpoch ?? 0;

        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        scene.StartHonestly(scene.Victim);
        Assert.Null(scene.SetupOf(scene.Victim));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.AssertSigns($"{moment} of commit {at}");
        scene.AssertOneSetup($"{moment} of commit {at}");
        Assert.True(scene.Row!.SendingEpoch > epochs);
        Assert.Equal((counted, counted), (scene.Row.Failures, (uint)scene.Faults));
        return true;
    }
}
