using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>The bounds on setups and failed checks of a pair, with the node killed as they are counted: what is durable is never forgotten, and beyond a bound an operator is asked.</summary>
public sealed class PairLimitTests
{
    private const uint SecondsPerDay = 86_400;

    /// <summary>C8: after the first failed check three setups are made by themselves; the fourth failure of the day ends it, whatever processes came and went between.</summary>
    [Theory]
    [InlineData(CommitMoment.Durable)]
    [InlineData(CommitMoment.Followed)]
    [Trait("row", "C08")]
    public void Failed_checks_of_a_day_are_counted_across_processes(CommitMoment moment)
    {
        using var scene = new CheatedPair($"failures {moment}", victimCoordinates: true);
        for (var failure = 1u; failure <= 4; failure++)
        {
            Fail(scene, moment, failure);
            scene.StartHonestly(scene.Victim);
            scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        }
        AssertNoMoreSetups(scene, epoch: 4);

        // Another day, and an honest peer.
        scene.Victim.Kill();
        scene.Victim.Store.Enqueue(new(default, [new StoreWrite.PutPair(scene.Row! with { Day = scene.Row!.Day - 1 })], null));
        Assert.NotNull(scene.Victim.Store.FlushOne().Conflict); // no day comes again
        Advance(scene, days: 1);
        Assert.Equal((4u, 4ul), (scene.Row!.Failures, scene.Row.DeadSendingEpoch));
        AssertMakesSetup(scene, epoch: 5);
        Assert.Equal(0u, scene.Row.FailuresOnDay);
    }

    /// <summary>C8: 32 failed checks in all, and no day helps.</summary>
    [Fact]
    [Trait("row", "C08")]
    public void Failed_checks_of_a_life_end_the_pair()
    {
        using var scene = new CheatedPair("failures of a life", victimCoordinates: true);
        Remember(scene, new PairRow(scene.Cheat.Nid, 40, 40, 39, 39, Failures: 31, Day: 1, FailuresOnDay: 3, SetupsOnDay: 3));
        Fail(scene, CommitMoment.Durable, failure: 32, onDay: 1);
        scene.StartHonestly(scene.Victim);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        AssertNoMoreSetups(scene, epoch: 41);
        scene.Victim.Kill();
        Advance(scene, days: 3);
        AssertNoMoreSetups(scene, epoch: 41);
    }

    /// <summary>C13: the 64th setup of a day is the last, also where the process died between its count and its M3.</summary>
    [Theory]
    [InlineData(CommitMoment.Before)]
    [InlineData(CommitMoment.Durable)]
    [InlineData(CommitMoment.Followed)]
    [Trait("row", "C13")]
    public void Setups_of_a_day_are_counted_before_M3_leaves(CommitMoment moment)
    {
        using var scene = new CheatedPair($"setups {moment}", victimCoordinates: true);
        var today = (uint)(scene.Mini.Now.ToUnixTimeSeconds() / SecondsPerDay);
        Remember(scene, new PairRow(scene.Cheat.Nid, 5, 5, 0, 0, 0, today, 0, SetupsOnDay: 63));
        var kill = new CommitKill(scene.Mini, scene.Script, scene.Victim, 0, moment,
            static commit => commit.Writes.Any(write => write is StoreWrite.PutPair { Row.SetupsOnDay: 64 }));
        scene.Submit();
        Assert.True(scene.Mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(5)));
        var late = scene.Script.Effects.Where(e => e.Node == scene.Victim).Count(e => RacingChecksTests.HeaderOf(e.Effect) is { From: 0, Round: > 2 });
        Assert.Equal(moment == CommitMoment.Followed, late > 0);
        Assert.Equal(moment == CommitMoment.Before ? 63u : 64u, scene.Row!.SetupsOnDay);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        scene.StartHonestly(scene.Victim);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        if (moment == CommitMoment.Before)
        {
            scene.AssertSigns("the 64th");
            Assert.Equal((7ul, 64u), (scene.Row.SendingEpoch, scene.Row.SetupsOnDay));
            scene.Victim.Kill();
            scene.StartHonestly(scene.Victim);
            scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        }
        var epoch = scene.Row.SendingEpoch;
        AssertNoMoreSetups(scene, epoch);
        Assert.Equal(0u, scene.Row.Failures);
        scene.Victim.Kill();
        Advance(scene, days: 1);
        AssertMakesSetup(scene, epoch + 1);
        Assert.Equal(1u, scene.Row.SetupsOnDay);
    }

    /// <summary>C9: a setup whose life is over serves no session, and the next is made; killed at each commit of that, the node has one again afterwards, under another epoch.</summary>
    [Fact]
    [Trait("row", "C09")]
    public void Killed_at_any_commit_of_the_renewal_after_a_life_the_former_setup_serves_nobody()
    {
        var points = CommitKill.Moments.Sum(moment => Enumerable.Range(0, 20).TakeWhile(at => SurvivesDeath(at, moment)).Count());
        Assert.InRange(points, 6, 3 * 19);
    }

    private static bool SurvivesDeath(int at, CommitMoment moment)
    {
        using var scene = new CheatedPair($"life {at} {moment}", victimCoordinates: true, pairs: new() { Life = TimeSpan.FromSeconds(20) });
        scene.AssertSigns("at first");
        var former = scene.SetupOf(scene.Victim)!;
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var script = scene.Mini.Script();
        var kill = new CommitKill(scene.Mini, script, scene.Victim, at, moment, CommitKill.IsOfPair);
        if (!scene.Mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(32))) // the node whose turn it is not to open waits a while
        {
            scene.AssertOneSetup("renewed");
            Assert.Equal(2ul, scene.SetupOf(scene.Victim)!.SendingEpoch);
            Assert.Equal(PairSetupState.Retired, former.State);
            return false;
        }
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.StartHonestly(scene.Victim);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        scene.AssertSigns($"{moment} of commit {at}");
        scene.AssertOneSetup($"{moment} of commit {at}");
        Assert.True(scene.SetupOf(scene.Victim)!.SendingEpoch > 1);
        Assert.Equal((PairSetupState.Retired, 0u), (former.State, scene.Row!.Failures));
        return true;
    }

    /// <summary>C9: a setup that has served its number is replaced; nobody waits for its life to end.</summary>
    [Fact]
    [Trait("row", "C09")]
    public void A_setup_that_has_served_its_number_of_sessions_is_made_anew()
    {
        using var scene = new CheatedPair("served", victimCoordinates: true);
        scene.AssertSigns("at first");
        var former = scene.SetupOf(scene.Victim)!;
        for (var left = PairSetup.MaxSessions - 10; left > 0;)
        {
            var count = (int)Math.Min(left, int.MaxValue);
            if (!former.TryBegin(out var use, count))
            {
                break; // the sessions so far count too
            }
            use.Dispose();
            left -= count;
        }
        scene.AssertSigns("when it has served");
        scene.AssertOneSetup("when it has served");
        Assert.Equal((2ul, 0u), (scene.Row!.SendingEpoch, scene.Row.Failures));
        Assert.Equal(PairSetupState.Retired, former.State);
    }

    /// <summary>The victim finds a check of the cheat's failing, and dies at that commit.</summary>
    private static void Fail(CheatedPair scene, CommitMoment moment, uint failure, uint? onDay = null)
    {
        scene.Listen();
        scene.Cheats(PresignCheat.Extension);
        var kill = new CommitKill(scene.Mini, scene.Script, scene.Victim, 0, moment, CondemnsNow(failure));
        scene.Submit();
        Assert.True(scene.Mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(10)), $"failure {failure} did not come");
        Assert.Equal((failure, onDay ?? failure, scene.Row!.SendingEpoch), (scene.Row.Failures, scene.Row.FailuresOnDay, scene.Row.DeadSendingEpoch));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
    }

    private static Func<NodeEffect.Commit, bool> CondemnsNow(uint failure) => commit => commit.Writes.Any(write => write is StoreWrite.PutPair put && put.Row.Failures == failure);

    /// <summary>Everybody is honest, and the victim makes no setup and lets none be made.</summary>
    private static void AssertNoMoreSetups(CheatedPair scene, ulong epoch)
    {
        var script = scene.Mini.Script();
        Assert.IsType<ClientReply.Refused>(scene.Mini.Await(scene.Submit()));
        scene.Cheat.Within(rooms => rooms.Pairs.Ensure([scene.Victim.Nid], static () => { }, static _ => { }));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Assert.Null(scene.SetupOf(scene.Victim));
        Assert.Equal(epoch, scene.Row!.SendingEpoch);
        Assert.DoesNotContain(script.Effects, e => e.Node == scene.Victim && RacingChecksTests.HeaderOf(e.Effect) is { From: 0 });
        Assert.Contains(scene.Victim.Observations, seen => seen is Observation.PairNotSetUp);
    }

    private static void AssertMakesSetup(CheatedPair scene, ulong epoch)
    {
        scene.Mini.Script();
        scene.Cheat.Within(rooms => rooms.Pairs.Ensure([scene.Victim.Nid], static () => { }, static _ => { }));
        Assert.True(scene.Mini.Cluster.Time.RunUntil(() => scene.SetupOf(scene.Victim) is not null, TimeSpan.FromSeconds(20)), "no setup was made");
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.AssertOneSetup("on another day");
        Assert.Equal(epoch, scene.Row!.SendingEpoch);
    }

    /// <summary>Both are started on a later day; the victim must be down.</summary>
    private static void Advance(CheatedPair scene, int days)
    {
        scene.Cheat.Kill();
        scene.Mini.Script();
        foreach (var node in scene.Mini.Nodes)
        {
            node.ClockOffset += TimeSpan.FromDays(days);
            node.Start();
        }
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
    }

    /// <summary>A history of the pair on the victim's disk.</summary>
    private static void Remember(CheatedPair scene, PairRow row)
    {
        scene.Victim.Kill();
        scene.Victim.Store.Enqueue(new(default, [new StoreWrite.PutPair(row)], null));
        Assert.Null(scene.Victim.Store.FlushOne().Conflict);
        scene.Cheat.Kill();
        scene.Cheat.Store.Enqueue(new(default, [new StoreWrite.PutPair(new(scene.Victim.Nid, row.ReceivingEpoch, row.SendingEpoch, 0, 0, 0, 0, 0, 0))], null));
        Assert.Null(scene.Cheat.Store.FlushOne().Conflict);
        scene.StartHonestly(scene.Victim);
        scene.StartHonestly(scene.Cheat);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.Listen();
    }
}
