using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A coordinator of refreshes, reshares and recoveries that is a bad relay (spec §4.3, §18.3), or whose START does not follow from its order: nobody is blamed, no setup dies, and an honest attempt is done.</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class MaintenanceRelayTests(LostNodeRotation rotation) : IClassFixture<LostNodeRotation>
{
    private const string Coordinator = "d";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string[] Parties = ["a", "c", "d"], Recovering = ["a", "b", "d"];

    private HostileCluster Hostile => rotation.Hostile;

    /// <summary>What comes through, comes through once and in order: a refresh, a reshare and a recovery at a time.</summary>
    [Theory]
    [InlineData("T28b@maintenance")]
    [InlineData("T28c@maintenance")]
    [InlineData("T28e@maintenance")]
    [InlineData("T28f@maintenance")]
    [InlineData("T28h@maintenance")]
    [Trait("row", "T28b@reshare"), Trait("row", "T28c@reshare"), Trait("row", "T28e@reshare"), Trait("row", "T28f@reshare"), Trait("row", "T28h@reshare")]
    [Trait("row", "T28b@recovery"), Trait("row", "T28c@recovery"), Trait("row", "T28e@recovery"), Trait("row", "T28f@recovery"), Trait("row", "T28h@recovery")]
    public async Task Maintenance_through_a_bad_relay_is_done_and_blames_nobody(string cheat)
    {
        var three = await ThreeAsync();
        await Hostile.BeginAsync(cheat);
        foreach (var job in await SubmitAsync(three))
        {
            var end = await rotation.CompletedAsync(job);
            Assert.Equal(0, Assert.Single(end.Steps).Tried); // at the first attempt
        }
        Hostile.End();
        await AllIsWellAsync(three);
    }

    /// <summary>What does not come, or does not open, ends the attempt, and the old generation signs on. The next is done once the relay is honest.</summary>
    [Theory]
    [InlineData("T28a@maintenance")]
    [InlineData("T28d@maintenance")]
    [InlineData("T28g@maintenance")]
    [Trait("row", "T28a@refresh"), Trait("row", "T28d@refresh"), Trait("row", "T28g@refresh")]
    [Trait("row", "T28a@reshare"), Trait("row", "T28d@reshare"), Trait("row", "T28g@reshare")]
    [Trait("row", "T28a@recovery"), Trait("row", "T28d@recovery"), Trait("row", "T28g@recovery")]
    public async Task An_attempt_whose_messages_are_lost_comes_to_nothing_and_the_next_is_done(string cheat)
    {
        var three = await ThreeAsync();
        await Hostile.BeginAsync(cheat);
        var jobs = await SubmitAsync(three);
        var last = "";
        await Wait.UntilAsync(async () =>
        {
            var now = await Task.WhenAll(jobs.Select(job => rotation.Administrator.GetJobAsync(job.Job, job.Node)));
            last = string.Join("; ", now.Select(RotationCluster.Describe));
            return now.All(job => job.Steps[0].Outcome.Length > 0);
        }, Patience, () => $"the attempts do not fail: {last}\n{Hostile.Nodes.Logs}");
        foreach (var node in Hostile.Honest) // before the relay is honest again, and the jobs go on
            Assert.DoesNotContain(await Hostile.SeenAsync(node), entry => entry.Kind is AuditKind.OrderActivated or AuditKind.SharesRecovered);
        Assert.NotEmpty(Hostile.End());
        foreach (var (_, key, _, _) in three)
            await Hostile.SignsAsync(key, Hostile.Nodes["a"]);
        foreach (var job in jobs)
            await rotation.CompletedAsync(job);
        await AllIsWellAsync(three);
    }

    /// <summary>The order is the administrators' and the START is not the order's: refused before round 1, at every attempt.</summary>
    [Theory]
    [InlineData("T21d@refresh")]
    [InlineData("T21c@recovery")]
    [InlineData("T21d@recovery")]
    [Trait("row", "T21d@refresh"), Trait("row", "T21c@recovery"), Trait("row", "T21d@recovery")]
    public async Task A_START_that_does_not_follow_from_the_order_is_refused_before_anything_is_begun(string cheat)
    {
        var one = (await ThreeAsync()).Single(one => one.Protocol == cheat.Split('@')[1]);
        await Hostile.BeginAsync(cheat);
        var end = await rotation.EndAsync(await rotation.SubmitAsync(one.File, Coordinator));
        Assert.True(end.State == JobStanding.Failed, RotationCluster.Describe(end));
        Hostile.End();
        foreach (var node in Hostile.Honest)
            Assert.DoesNotContain(await Hostile.SeenAsync(node), entry => entry.Kind is AuditKind.OrderBegun or AuditKind.OrderAcknowledged);
        await NobodySuffersAsync();
        await Hostile.SignsAsync(one.Key, Hostile.Nodes["a"]);
        await rotation.CompleteAsync(await ComposeAsync(one.Protocol, one.Key), Coordinator);
        await rotation.InUseAsync(one.Key, one.Generation, one.Protocol == "recovery" ? Recovering : Parties);
    }

    /// <summary>A key to refresh and one to reshare, of nodes that have their shares, and one to recover.</summary>
    private async Task<(string Protocol, SigningKey Key, JobFile File, uint Generation)[]> ThreeAsync()
    {
        var fresh = await rotation.CreateAsync(KeySuite.Ed25519, 2, nodes: Parties);
        var lost = rotation.NextLost();
        return
        [
            ("refresh", fresh[0], await ComposeAsync("refresh", fresh[0]), 1),
            ("reshare", fresh[1], await ComposeAsync("reshare", fresh[1]), 1),
            ("recovery", lost, await ComposeAsync("recovery", lost), 0),
        ];
    }

    private async Task<JobFile> ComposeAsync(string protocol, SigningKey key) => protocol switch
    {
        "refresh" => await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), Coordinator),
        "reshare" => await rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = Parties, Dealers = ["a", "d"] }, Coordinator),
        "recovery" => (await rotation.Administrator.ComposeRecoveryAsync("b", RotationCluster.Select(key), ["a", "d"], thenRefresh: false))!,
        _ => throw new ArgumentException(protocol, nameof(protocol)),
    };

    private Task<JobStatus[]> SubmitAsync((string Protocol, SigningKey Key, JobFile File, uint Generation)[] jobs) =>
        Task.WhenAll(jobs.Select(job => rotation.SubmitAsync(job.File, Coordinator)));

    private async Task AllIsWellAsync((string Protocol, SigningKey Key, JobFile File, uint Generation)[] done)
    {
        await NobodySuffersAsync();
        foreach (var (protocol, key, _, generation) in done)
        {
            await rotation.InUseAsync(key, generation, protocol == "recovery" ? Recovering : Parties);
            foreach (var node in protocol == "recovery" ? Recovering : Parties)
                await Hostile.SignsAsync(key, Hostile.Nodes[node]);
        }
    }

    private async Task NobodySuffersAsync()
    {
        Assert.Empty(await Hostile.BlamesAsync());
        foreach (var node in Hostile.Honest)
        {
            var pair = await Hostile.PairAsync(node);
            Assert.Equal((0ul, 0ul, 0u), (pair?.DeadSendingEpoch ?? 0, pair?.DeadReceivingEpoch ?? 0, pair?.Failures ?? 0));
        }
    }
}
