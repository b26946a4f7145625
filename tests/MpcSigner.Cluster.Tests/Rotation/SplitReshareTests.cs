using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Two reshares of one key over different sets, of which the first has its certificate at a single node, cut off from all others (spec §10 "Attempts").</summary>
[Trait("tier", "rotation")]
public sealed class SplitReshareTests(RelayedRotationOfFour rotation) : IClassFixture<RelayedRotationOfFour>
{
    private const string Newcomer = "d";

    private static readonly string[] Holders = ["a", "b", "c"];

    private TestCluster Cluster => rotation.Cluster;

    private MpcSignerAdministrator Administrator => rotation.Administrator;

    [Fact]
    [Trait("row", "T23a@reshare")]
    public async Task P10_A_reshare_takes_the_place_of_one_that_only_a_silent_newcomer_has_certified()
    {
        var key = Assert.Single(await rotation.CreateAsync(KeySuite.Ed25519, 1));
        var first = await CertifiedAtNewcomerAloneAsync(key);
        await EveryQuorum.SignsAsync(Cluster, key, 2, Holders);

        // Without it, to other nodes: its dealers, PENDING in the first, are ordered to give that up.
        await rotation.CompleteAsync(await Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = Holders, Dealers = ["a", "b"] }, "b"), "b");
        await rotation.InUseAsync(key, 1, Holders);
        await EveryQuorum.SignsAsync(Cluster, key, 2, Holders);

        // The first one's certificate comes back with the newcomer, and moves nobody: it alone holds shares by it, and signs nothing.
        rotation.HealAll(Newcomer);
        await Cluster[Newcomer].StartAsync();
        await Cluster.WaitUntilReadyAsync();
        var end = await rotation.EndAsync(first);
        Assert.True(end.State == JobStanding.Failed, RotationCluster.Describe(end));
        await EveryQuorum.SignsAsync(Cluster, key, 2, Holders);
        Assert.Equal("TOO_FEW_NODES", (await DirectRefusal.OfAsync(Cluster, Newcomer, key)).Reason);
        Assert.Equal("NOT_VERIFIED", (await Assert.ThrowsAsync<MpcSignerException>(() => Administrator.GetKeysAsync(RotationCluster.Select(key)))).Reason);

        // Administrators order it back, and nothing is left of the first.
        var left = Assert.Single((await Administrator.ListOperationsAsync()).Entries);
        Assert.Equal(new MaintenanceAtNode(Newcomer, "active"), Assert.Single(left.Nodes));
        await Administrator.SubmitAsync(await Administrator.SignAsync(Administrator.ComposeEndAttempt(left.Order, AttemptEnding.RollBack, Newcomer)));
        await rotation.InUseAsync(key, 1, Holders);
        Assert.Equal("UNKNOWN_KEY", (await DirectRefusal.OfAsync(Cluster, Newcomer, key)).Reason);
        Assert.Empty((await Administrator.ListOperationsAsync()).Entries);
        foreach (var node in Cluster.Nodes)
            Assert.DoesNotContain(await NodeLog.ReadAsync(Cluster, node), entry => entry.Kind == AuditKind.PeerFault);
    }

    /// <summary>The newcomer hears every ACK and is heard by nobody from its own on; then it is gone.</summary>
    /// <returns>The job, which nothing but the newcomer can complete.</returns>
    private async Task<JobStatus> CertifiedAtNewcomerAloneAsync(SigningKey key)
    {
        var heard = new TaskCompletionSource();
        rotation.RelayOf(Newcomer).Only = ProtocolKind.Reshare;
        rotation.RelayOf(Newcomer).OnEnvelope = async (_, word, pass) =>
        {
            if (word is { What: nameof(MessageType.Ack), From: Newcomer })
            {
                rotation.CutCalls(Newcomer);
                await heard.Task;
                throw RelayCallers.Cut();
            }
            await pass();
        };
        var job = await rotation.SubmitAsync(
            await Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = ["a", "b", Newcomer], Dealers = ["a", "b"] }, "a"), "a");
        await Wait.UntilAsync(async () => await StateAsync(key, Newcomer) == KeyState.Active, TimeSpan.FromSeconds(60), () => $"the newcomer has not activated\n{Cluster.Logs}");
        await Cluster[Newcomer].KillAsync();
        heard.SetResult();
        rotation.RelayOf(Newcomer).OnEnvelope = PeerRelay.PassOn;
        foreach (var dealer in (string[])["a", "b"])
            Assert.Equal(KeyState.Pending, await StateAsync(key, dealer));
        return job;
    }

    /// <summary>What a node's disk has of generation 1.</summary>
    private Task<KeyState?> StateAsync(SigningKey key, string node)
    {
        Assert.True(KeyId.TryParse(key.Id, out var id));
        return NodeLog.WithStoreAsync(Cluster, Cluster[node], async store =>
            ((StoreAnswer.Generations)(await store.ReadAsync([new StoreQuery.FindGenerations(id)], CancellationToken.None))[0]).Rows.FirstOrDefault(row => row.Record.Generation == 1)?.State);
    }
}
