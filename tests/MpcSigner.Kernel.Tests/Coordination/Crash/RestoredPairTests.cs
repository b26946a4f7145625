using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>A node that is restarted, or restored from a backup, has no setup and no presignature from before, and its peers drop theirs with it (C5, C6).</summary>
[Trait("row", "C05")]
[Trait("row", "C06")]
public sealed class RestoredPairTests
{
    private static readonly PoolSettings Stocked = new() { PresignatureLevel = 2, PresignBatch = 2 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("row", "X-restart-no-setup")]
    public void After_a_restart_no_setup_and_no_presignature_from_before_is_used(bool victimCoordinates)
    {
        using var scene = Warm($"restart {victimCoordinates}", victimCoordinates);
        var former = new[] { scene.SetupOf(scene.Victim)!, scene.SetupOf(scene.Cheat)! };
        Restart(scene);
        AssertNothingIsLeft(scene);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.AssertSigns("after the restart");
        scene.AssertOneSetup("after the restart");
        Assert.Equal((2ul, 2ul, 0u), (scene.Row!.SendingEpoch, scene.Row.ReceivingEpoch, scene.Row.Failures));
        Assert.All(former, setup => Assert.Equal(PairSetupState.Retired, setup.State));
        Assert.DoesNotContain(scene.SetupOf(scene.Victim)!.SendingId, former.Select(setup => setup.SendingId));
    }

    /// <summary>The disk goes back behind a setup: its peer remembers the epoch, so that none is ever used again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("row", "X-backup-restore")]
    public void After_a_backup_was_restored_no_setup_from_before_is_used_and_no_epoch_comes_again(bool victimCoordinates)
    {
        using var scene = new CheatedPair($"restored {victimCoordinates}", victimCoordinates, pools: Stocked);
        var backup = scene.Victim.BackUp(); // before the first setup
        Fill(scene);
        Restart(scene);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Fill(scene);
        Assert.Equal(2ul, scene.Row!.SendingEpoch);
        var former = scene.SetupOf(scene.Cheat)!;

        scene.Victim.Kill();
        scene.Victim.Restore(backup);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Assert.Null(scene.Row);
        scene.StartHonestly(scene.Victim);
        AssertNothingIsLeft(scene);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        scene.AssertSigns("after the restore");
        scene.AssertOneSetup("after the restore");
        Assert.Equal((3ul, 3ul), (scene.Row!.SendingEpoch, scene.Row.ReceivingEpoch));
        Assert.Equal(PairSetupState.Retired, former.State);
    }

    /// <summary>Restored behind a DEAD mark: the mark is gone with the disk, and so is the setup that it was for.</summary>
    [Fact]
    [Trait("row", "X-backup-restore")]
    [Trait("row", "C03")]
    public void A_backup_from_before_a_verdict_revives_nothing()
    {
        using var scene = new CheatedPair("restored behind DEAD", victimCoordinates: true, pools: Stocked);
        Fill(scene);
        var backup = scene.Victim.BackUp();
        var dead = scene.SetupOf(scene.Victim)!;
        scene.Cheats(PresignCheat.Extension);
        for (var request = 0; request < 4; request++)
            scene.Mini.Await(scene.Submit());
        Assert.Equal((1ul, PairSetupState.Dead), (scene.Row!.DeadSendingEpoch, dead.State));

        scene.Victim.Kill();
        scene.Victim.Restore(backup);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Assert.Equal((1ul, 0ul), (scene.Row!.SendingEpoch, scene.Row.DeadSendingEpoch));
        scene.StartHonestly(scene.Victim);
        AssertNothingIsLeft(scene);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        scene.AssertSigns("after the restore");
        Assert.Equal(2ul, scene.Row.SendingEpoch);
        Assert.Equal(PairSetupState.Dead, dead.State);
    }

    /// <summary>Nobody told the node that its disk was restored: its peer takes it for an older process of itself and makes no setup with it.</summary>
    [Fact]
    [Trait("row", "X-backup-restore")]
    [Trait("row", "X-two-copies")]
    public void A_disk_that_went_back_unnoticed_gets_no_setup()
    {
        using var scene = new CheatedPair("restored unnoticed", victimCoordinates: true, pools: Stocked);
        var backup = scene.Victim.BackUp();
        Restart(scene);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Fill(scene);
        scene.Victim.Kill();
        scene.Victim.Restore(backup, said: false);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        scene.StartHonestly(scene.Victim);
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.IsType<ClientReply.Refused>(scene.Mini.Await(scene.Submit()));
        Assert.Null(scene.SetupOf(scene.Victim));
        Assert.Equal(0, scene.Released);
    }

    /// <summary>C5: the mark cannot be written. The process ends with it, so the setup does not serve on.</summary>
    [Fact]
    [Trait("row", "C03")]
    public void A_DEAD_mark_that_cannot_be_written_ends_the_process_with_nothing_told()
    {
        using var scene = new CheatedPair("failed mark", victimCoordinates: true);
        scene.Cheats(PresignCheat.Extension);
        var inner = scene.Script.Bends;
        scene.Script.Bends = (node, effect) =>
        {
            if (node != scene.Victim || effect is not NodeEffect.Commit commit || !CommitKill.Condemns(commit))
                return inner(node, effect);
            scene.Mini.Cluster.Time.After(scene.Script.FlushTime, () => scene.Victim.Step(new NodeEvent.CommitFailed(commit.Token, "the disk is full")));
            return null;
        };
        scene.Submit();
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        Assert.False(scene.Victim.IsUp);
        Assert.NotNull(scene.Victim.HaltReason);
        Assert.Equal((0ul, 0), (scene.Row!.DeadSendingEpoch, scene.Faults));
        var effects = scene.Script.Effects.Where(e => e.Node == scene.Victim).Select(e => e.Effect).SkipWhile(effect => effect is not NodeEffect.Commit commit || !CommitKill.Condemns(commit));
        Assert.DoesNotContain(effects, RacingChecksTests.CanBeTold);
        scene.StartHonestly(scene.Victim);
        Assert.Null(scene.SetupOf(scene.Victim));
    }

    private static CheatedPair Warm(string seed, bool victimCoordinates)
    {
        var scene = new CheatedPair(seed, victimCoordinates, pools: Stocked);
        Fill(scene);
        return scene;
    }

    /// <summary>A signature, and the pools full after it.</summary>
    private static void Fill(CheatedPair scene)
    {
        Assert.IsType<ClientReply.Signed>(scene.Mini.Await(scene.Submit()));
        scene.Mini.Cluster.Time.Run(TimeSpan.FromSeconds(4));
        Assert.True(Pools(scene, scene.Coordinator).Stocked > 0);
    }

    private static void Restart(CheatedPair scene)
    {
        scene.Victim.Kill();
        scene.StartHonestly(scene.Victim);
    }

    private static PoolStatus Pools(CheatedPair scene, SimulatedNode node)
    {
        var call = scene.Mini.Cluster.Call(node, scene.Mini.Client, new ClientCall.Status());
        return Assert.IsType<ClientReply.StatusIs>(scene.Mini.Cluster.Answers[call]).Status.Pools;
    }

    /// <summary>The victim has just started.</summary>
    private static void AssertNothingIsLeft(CheatedPair scene)
    {
        var pools = Pools(scene, scene.Victim);
        Assert.Equal((null, 0, 0), (scene.SetupOf(scene.Victim), pools.Stocked, pools.Held));
    }
}
