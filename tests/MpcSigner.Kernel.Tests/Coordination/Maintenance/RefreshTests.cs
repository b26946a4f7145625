using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

public sealed class RefreshTests
{
    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    public void Gives_a_key_new_shares_that_sign_with_every_quorum(Suite suite)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3, suite);
        using var _ = mini;
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 1))));

        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));

        foreach (var node in mini.Nodes)
        {
            var row = Maintained.InUse(mini, node, key.Record.KeyId, 1);
            Assert.Equal(key.Record.PublicKey.ToArray(), row.Record.PublicKey.ToArray());
            Assert.Equal(key.Record.ChainCode, row.Record.ChainCode);
            Assert.False(row.Record.Parties.SequenceEqual(key.Record.Parties));
            // Every party has said DONE: nobody keeps an old share.
            Assert.Null(node.Store.OpenShare(key.Record.KeyId, 0));
            using var share = node.Store.OpenShare(key.Record.KeyId, 1);
            Assert.NotNull(share);
        }
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[0], key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Refreshes_a_batch_again_and_again()
    {
        using var mini = new MiniCluster(3);
        var keys = mini.CreateKeys(2, 3, count: 5);
        for (uint generation = 0; generation < 3; generation++)
        {
            var order = mini.Order(Administrators.Refresh(keys));
            Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[(int)generation], order));
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
            keys = [.. keys.Select(key => Maintained.InUse(mini, mini.Nodes[1], key.Record.KeyId, generation + 1))];
            // The same order again is over, at whatever node.
            Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[2], order));
        }
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(mini.Transfer(keys[4].Record))));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Signing_goes_on_while_a_key_is_refreshed()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var running = mini.Nodes[0].Run(mini.Order(Administrators.Refresh([key])));
        List<CallId> calls = [];
        for (var i = 0; i < 60; i++)
        {
            calls.Add(mini.Submit(mini.Nodes[i % 3], mini.Sign(Maintained.Raw(key.Record, (byte)i))));
            mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(3));
        }
        foreach (var call in calls)
            Assert.IsType<ClientReply.Signed>(mini.Await(call));
        mini.Cluster.Time.RunUntil(() => running.Outcome is not null, TimeSpan.FromSeconds(10));
        Assert.IsType<MaintenanceOutcome.Completed>(running.Outcome);
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Refuses_what_does_not_start_from_the_present_record()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        var stale = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key], attempt: 2))));
        Assert.Equal(Reason.WrongGeneration, stale.Error.Reason);
        var unsigned = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]), signers: 1)));
        Assert.Equal(Reason.TooFewSignatures, unsigned.Error.Reason);
        mini.Nodes[2].Kill();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(8));
        var row = Maintained.InUse(mini, mini.Nodes[0], key.Record.KeyId, 1);
        var missing = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([row]))));
        Assert.Equal((Reason.TooFewNodes, "node-c"), (missing.Error.Reason, Assert.Single(missing.Error.Nodes).NodeName));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Two_operations_on_one_key_do_not_run_at_once()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var first = mini.Nodes[0].Run(mini.Order(Administrators.Refresh([key])));
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(4));
        var second = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([key], attempt: 2))));
        Assert.Equal(Reason.KeyBusy, second.Error.Reason);
        mini.Cluster.Time.RunUntil(() => first.Outcome is not null, TimeSpan.FromSeconds(30));
        Assert.IsType<MaintenanceOutcome.Completed>(first.Outcome);
        Assert.True(mini.IsSound);
    }
}
