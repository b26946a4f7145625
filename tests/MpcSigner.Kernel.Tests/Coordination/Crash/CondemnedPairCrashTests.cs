using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>A check on a peer's message fails and the node dies at each single commit around it: DEAD and blame are durable together, before anything of the verdict is seen, and no setup from before is used.</summary>
[Trait("row", "C03")]
[Trait("row", "C04")]
[Trait("row", "C05")]
[Trait("row", "C08")]
[Trait("row", "C10")]
public sealed class CondemnedPairCrashTests
{
    [Theory]
    [InlineData(PresignCheat.Extension, true)]
    [InlineData(PresignCheat.Extension, false)]
    [InlineData(PresignCheat.VectorOle, true)]
    [InlineData(PresignCheat.OleInput, false)]
    public void Killed_at_any_commit_from_the_verdict_on(PresignCheat cheat, bool victimCoordinates)
    {
        var points = CommitKill.Moments.Sum(moment => Enumerable.Range(0, 20).TakeWhile(at => SurvivesDeath(cheat, victimCoordinates, at, moment, fromVerdict: true)).Count());
        Assert.InRange(points, 3, 3 * 19);
    }

    /// <summary>The commits before the verdict too: request, booking, epochs, the count of setups.</summary>
    [Fact]
    public void Killed_at_any_commit_of_the_request()
    {
        var points = CommitKill.Moments.Sum(moment => Enumerable.Range(0, 20).TakeWhile(at => SurvivesDeath(PresignCheat.Extension, true, at, moment, fromVerdict: false)).Count());
        Assert.InRange(points, 12, 3 * 19);
    }

    private static bool SurvivesDeath(PresignCheat cheat, bool victimCoordinates, int at, CommitMoment moment, bool fromVerdict)
    {
        using var scene = new CheatedPair($"condemned {cheat} {victimCoordinates} {at} {moment}", victimCoordinates);
        scene.Cheats(cheat);
        var reached = !fromVerdict;
        var kill = new CommitKill(scene.Mini, scene.Script, scene.Victim, at, moment, commit => reached |= CommitKill.Condemns(commit));
        scene.Submit();
        var died = scene.Mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(6));
        var what = $"{moment} of commit {at}";
        AssertNothingBefore(scene, what);
        if (!died)
        {
            AssertCondemned(scene);
            Assert.Null(scene.SetupOf(scene.Victim));
            return false;
        }
        var isDead = scene.Row is { Failures: > 0 };
        if (CommitKill.Condemns(kill.Commit!) && kill.Commit!.Writes.Any(write => write is Core.Ports.StoreWrite.Append { Entry.Kind: AuditKind.PeerFault }))
            Assert.Equal(moment != CommitMoment.Before, isDead);
        Assert.Equal(isDead, scene.Victim.Store.Exclusions.ContainsKey(scene.Cheat.Nid)); // in one commit
        if (isDead)
            AssertCondemned(scene);
        else
            Assert.True(scene.Row is null or { DeadSendingEpoch: 0, DeadReceivingEpoch: 0, FailuresOnDay: 0 } && scene.Faults == 0, what);

        var (former, faults) = (scene.Row, scene.Faults);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        scene.StartHonestly(scene.Victim);
        Assert.Null(scene.SetupOf(scene.Victim));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.AssertSigns(what); // the cheat is honest now, and the pair has a new setup
        scene.AssertOneSetup(what);
        var row = scene.Row!;
        Assert.True(row.SendingEpoch > (former?.SendingEpoch ?? 0) && row.ReceivingEpoch > (former?.ReceivingEpoch ?? 0), what);
        Assert.Equal((former?.DeadSendingEpoch ?? 0, former?.DeadReceivingEpoch ?? 0, former?.Failures ?? 0), (row.DeadSendingEpoch, row.DeadReceivingEpoch, row.Failures));
        Assert.Equal(faults, scene.Faults);
        return true;
    }

    /// <summary>Both directions, once, and the cheat is named.</summary>
    private static void AssertCondemned(CheatedPair scene)
    {
        var row = scene.Row!;
        Assert.Equal((row.SendingEpoch, row.ReceivingEpoch, 1u, 1u), (row.DeadSendingEpoch, row.DeadReceivingEpoch, row.Failures, row.FailuresOnDay));
        var entry = Assert.Single(scene.Victim.Store.Log, entry => entry.Kind == AuditKind.PeerFault);
        Assert.Contains(scene.Cheat.Roster.Name, System.Text.Encoding.UTF8.GetString(entry.Detail.Span), StringComparison.Ordinal);
        Assert.Equal(0, scene.Released);
    }

    /// <summary>From the verdict until it is durable nothing leaves for anybody, and nothing can be observed.</summary>
    private static void AssertNothingBefore(CheatedPair scene, string what)
    {
        var effects = scene.Script.Effects.Where(e => e.Node == scene.Victim).Select(e => e.Effect).ToList();
        var verdict = effects.FindIndex(effect => effect is NodeEffect.Commit commit && CommitKill.Condemns(commit));
        if (verdict < 0)
            return;
        var seen = effects.FindIndex(verdict, effect => effect is NodeEffect.Observe { Observation: Observation.PeerBlamed });
        var between = effects.Skip(verdict).Take((seen < 0 ? effects.Count : seen) - verdict);
        Assert.True(between.All(effect => !RacingChecksTests.CanBeTold(effect)), $"{what}: {string.Join(", ", between.Where(RacingChecksTests.CanBeTold).Select(effect => effect.GetType().Name))}");
    }
}
