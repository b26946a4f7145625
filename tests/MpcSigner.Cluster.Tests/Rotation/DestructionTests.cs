using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Keys are erased at every node by order, which each attests; one that is called off stays.</summary>
[Collection(SharedCluster.Name)]
[Trait("tier", "rotation")]
public class DestructionTests(ClusterFixture fixture)
{
    /// <summary>A node listens for two minutes after its start, and lets what uses a share come to its end for half a minute.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(200);

    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Destroys_keys_at_every_node_with_attestations()
    {
        await using var client = Cluster.NewClient();
        await using var administrator = Cluster.NewAdministrator();
        var keys = await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Count = 3, Use = KeyUse.TransactionsAndRaw });
        var (destroyed, kept) = (keys.Take(2).ToList(), keys[2]);

        var later = await administrator.SignAsync(await administrator.ComposeDestructionAsync(KeySelection.Of([kept.Id]), DateTimeOffset.UtcNow.AddHours(1)));
        await administrator.SubmitAsync(later);
        var order = Assert.Single(later.Orders).Order;
        var off = await administrator.SignAsync(administrator.ComposeCancelDestruction(order));
        await administrator.SubmitAsync(off);
        await administrator.SubmitAsync(off); // once more: nothing changes

        var now = await administrator.SignAsync(await administrator.ComposeDestructionAsync(KeySelection.Of(destroyed.Select(k => k.Id))));
        await administrator.SubmitAsync(now);
        await administrator.SubmitAsync(now);
        var status = await WaitUntilAsync(administrator, Assert.Single(now.Orders).Order, d => d.Complete);
        Assert.Equal(destroyed.Select(k => k.Id).Order(), status.Keys.Order());
        Assert.All(status.Nodes, n => Assert.Equal(("destroyed", true), (n.State, n.Attested)));
        Assert.All(status.Remains, r => Assert.Equal("backups", r.Place));
        foreach (var key in destroyed)
        {
            foreach (var node in Cluster.Nodes)
                Assert.Equal("KEY_DESTROYED", (await DirectRefusal.OfAsync(Cluster, node.Name, key)).Reason);
        }
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => administrator.ComposeRefreshAsync(KeySelection.Of([destroyed[0].Id])));
        Assert.Equal("KEY_DESTROYED", refused.Reason);
        var late = await administrator.SignAsync(administrator.ComposeCancelDestruction(status.Order));
        Assert.Equal("ALREADY_ENDED", (await Assert.ThrowsAsync<MpcSignerException>(() => administrator.SubmitAsync(late))).Reason);

        var called = await WaitUntilAsync(administrator, order, d => d.Nodes.All(n => n.State == "cancelled"));
        Assert.False(called.Complete);
        await EveryQuorum.SignsAsync(Cluster, kept, 2, "a", "b", "c");
    }

    private async Task<DestructionStatus> WaitUntilAsync(MpcSignerAdministrator administrator, string order, Func<DestructionStatus, bool> reached)
    {
        DestructionStatus? last = null;
        await Wait.UntilAsync(async () =>
        {
            last = (await administrator.ListDestructionsAsync()).FirstOrDefault(d => d.Order == order);
            if (last is not null && reached(last))
                return true;
            await Task.Delay(500);
            return false;
        }, Limit, () => $"{last}: {string.Join("; ", last?.Nodes ?? [])}\n{Cluster.Logs}");
        return last!;
    }
}
