using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>What ends a presign session without a verdict on a setup, with the node killed at each single commit: nothing counts as a failed check, no setup dies (C1, C8, C10).</summary>
[Trait("row", "C01")]
public sealed class UnjudgedPairCrashTests
{
    public static TheoryData<PresignCheat> Unjudged { get; } = [PresignCheat.Context, PresignCheat.SetupId, PresignCheat.Echo, PresignCheat.Opening, PresignCheat.Length];

    /// <summary>ctx and T1 blame nobody and keep the setup; setup_id makes a new one; an opening or a length that does not hold is the sender's fault, and no failed check either.</summary>
    [Theory]
    [MemberData(nameof(Unjudged))]
    [Trait("row", "C10")]
    public void No_setup_dies_and_nothing_counts(PresignCheat cheat)
    {
        using var scene = new CheatedPair($"unjudged {cheat}", victimCoordinates: false);
        scene.Cheats(cheat, sent => sent == 0);
        scene.Submit();
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.Equal((0u, 0ul, 0ul), (scene.Row!.Failures, scene.Row.DeadSendingEpoch, scene.Row.DeadReceivingEpoch));
        Assert.Equal(cheat is PresignCheat.Opening or PresignCheat.Length ? 1 : 0, scene.Faults);
        Assert.Equal(cheat == PresignCheat.SetupId ? 2ul : 1ul, scene.Row.SendingEpoch);
        Assert.Equal(PairSetupState.Active, scene.SetupOf(scene.Victim)?.State);
    }

    /// <summary>C1 across a crash: what was not judged before is not counted after.</summary>
    [Theory]
    [InlineData(PresignCheat.Context, true)]
    [InlineData(PresignCheat.SetupId, true)]
    [InlineData(PresignCheat.SetupId, false)]
    public void Killed_at_any_commit_nothing_was_counted_and_the_key_signs(PresignCheat cheat, bool victimCoordinates)
    {
        var points = CommitKill.Moments.Sum(moment => Enumerable.Range(0, 20).TakeWhile(at => SurvivesDeath(cheat, victimCoordinates, at, moment)).Count());
        Assert.InRange(points, 3, 3 * 19);
    }

    private static bool SurvivesDeath(PresignCheat cheat, bool victimCoordinates, int at, CommitMoment moment)
    {
        using var scene = new CheatedPair($"unjudged {cheat} {victimCoordinates} {at} {moment}", victimCoordinates);
        scene.Cheats(cheat, sent => sent == 0);
        var kill = new CommitKill(scene.Mini, scene.Script, scene.Victim, at, moment, CommitKill.IsOfPair);
        scene.Submit();
        if (!scene.Mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(6)))
            return false;
        var what = $"{cheat}, {moment} of commit {at}";
        var former = scene.Row?.SendingEpoch ?? 0;
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(4));
        scene.StartHonestly(scene.Victim);
        Assert.Null(scene.SetupOf(scene.Victim));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.AssertSigns(what);
        scene.AssertOneSetup(what);
        Assert.Equal((0u, 0ul, 0ul, 0), (scene.Row!.Failures, scene.Row.DeadSendingEpoch, scene.Row.DeadReceivingEpoch, scene.Faults));
        Assert.True(scene.Row.SendingEpoch > former, what);
        return true;
    }

    /// <summary>C7: whichever check failed, the peer hears the same, and it is no reason.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("row", "C07")]
    public void The_peer_hears_that_it_is_over_and_never_why(bool victimCoordinates)
    {
        var heard = Enum.GetValues<PresignCheat>().ToDictionary(cheat => cheat, cheat => Heard(cheat, victimCoordinates));
        Assert.All(heard.Values, what => Assert.NotEmpty(what));
        Assert.Single(heard.Values.Distinct());
        foreach (var word in (string[])["check", "COT", "mu", "gamma", "setup", "dead", "ctx", "opening", "fault", "blame"])
            Assert.DoesNotContain(word, heard[PresignCheat.Extension], StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the victim says on the presign session's stream beside its sealed messages.</summary>
    private static string Heard(PresignCheat cheat, bool victimCoordinates)
    {
        using var scene = new CheatedPair("heard", victimCoordinates);
        scene.Cheats(cheat, sent => sent == 0);
        scene.Submit();
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var effects = scene.Script.Effects.Where(e => e.Node == scene.Victim).Select(e => e.Effect).ToList();
        var stream = effects.OfType<NodeEffect.SendFrame>().First(send => RacingChecksTests.HeaderOf(send) is { From: > 0 }).Stream;
        return string.Join("; ", effects.Select(effect => effect switch
        {
            NodeEffect.SendFrame { Frame: SessionFrame.Refuse refuse } refused when refused.Stream == stream => refuse.Error.ToString(),
            NodeEffect.CloseStream close when close.Stream == stream => "closed",
            _ => null,
        }).OfType<string>());
    }
}
