using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

public sealed class ReshareTests
{
    private static readonly PartyId[] FirstTwo = [new(1), new(2)];

    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.EcdsaSecp256k1)]
    public void Two_of_three_becomes_three_of_five(Suite suite)
    {
        var (mini, key) = Maintained.WithKey(5, 2, 3, suite);
        using var _ = mini;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], FirstTwo, 3, Parties(mini, 0, 1, 2, 3, 4)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        foreach (var node in mini.Nodes)
        {
            var row = Maintained.InUse(mini, node, key.Record.KeyId, 1);
            Assert.Equal((3, 5, key.Owner, key.Label), (row.Record.Threshold, row.Record.Parties.Count, row.Owner, row.Label));
            Assert.Equal(key.Record.PublicKey.ToArray(), row.Record.PublicKey.ToArray());
            Assert.Null(node.Store.OpenShare(key.Record.KeyId, 0));
        }
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[4], key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_replaced_node_and_one_outside_the_session_learn_that_they_hold_the_key_no_more()
    {
        // 2-of-4 at a, b, c, d; a and b deal to a, b, e: c and d were not asked.
        var (mini, key) = Maintained.WithKey(5, 2, 4);
        using var _ = mini;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], FirstTwo, 2, Parties(mini, 0, 1, 4)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30));
        foreach (var node in mini.Nodes)
        {
            Maintained.InUse(mini, node, key.Record.KeyId, 1);
            Assert.Null(node.Store.OpenShare(key.Record.KeyId, 0));
        }
        foreach (var left in new[] { 2, 3 })
        {
            var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[left], mini.Sign(Maintained.Raw(key.Record, (byte)left))));
            Assert.Equal(Reason.WrongNode, refused.Error.Reason);
            Assert.Contains("node-e", refused.Error.NextStep, StringComparison.Ordinal);
        }
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[4], key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_dealer_that_leaves_ends_without_a_share()
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], FirstTwo, 2, Parties(mini, 1, 2, 3)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Maintained.InUse(mini, mini.Nodes[0], key.Record.KeyId, 1);
        Assert.Null(mini.Nodes[0].Store.OpenShare(key.Record.KeyId, 0));
        Assert.Null(mini.Nodes[0].Store.OpenShare(key.Record.KeyId, 1));
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[3], key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Lowering_the_threshold_must_be_said_and_newcomers_cannot_coordinate()
    {
        var (mini, key) = Maintained.WithKey(4, 3, 3);
        using var _ = mini;
        PartyId[] all = [new(1), new(2), new(3)];
        var lowering = Administrators.Reshare([key], all, 2, Parties(mini, 0, 1, 2));
        var refused = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], all, 2, Parties(mini, 0, 1, 3)) with { LowersThreshold = true })) is MaintenanceOutcome.Refused r ? r : new MaintenanceOutcome.Refused(new(Reason.BadOrder, "", "")));
        Assert.NotNull(refused);
        var newcomer = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[3], mini.Order(Administrators.Reshare([key], all, 3, Parties(mini, 0, 1, 3), attempt: 9))));
        Assert.Equal(Reason.WrongNode, newcomer.Error.Reason);
        Assert.True(lowering.LowersThreshold);
        Assert.True(mini.IsSound);
    }

    internal static IReadOnlyList<(PartyId, NodeId)> Parties(MiniCluster mini, params int[] nodes) => [.. nodes.Select(i => (new PartyId((ushort)(i + 1)), mini.Nodes[i].Nid))];
}
