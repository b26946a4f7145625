using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

public sealed class RecoveryTests
{
    private static readonly PartyId[] Helpers = [new(1), new(2)];

    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.EcdsaSecp256k1)]
    public void A_node_that_lost_everything_gets_its_shares_back(Suite suite)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3, suite);
        using var _ = mini;
        using var before = mini.Nodes[2].Store.OpenShare(key.Record.KeyId, 0)!;
        mini.Nodes[2].Kill();
        mini.Nodes[2].LoseDisk();
        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.Null(MiniCluster.RowOf(mini.Nodes[2], key.Record.KeyId));

        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Recover([key], Helpers, new(3)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var row = Maintained.InUse(mini, mini.Nodes[2], key.Record.KeyId, 0);
        Assert.Equal((key.RecordHash, key.Owner, key.Usage), (row.RecordHash, row.Owner, row.Usage));
        using var after = mini.Nodes[2].Store.OpenShare(key.Record.KeyId, 0);
        Assert.NotNull(after);
        Assert.Equal(before.MultiplyBase(), after.MultiplyBase());
        Maintained.SignsWithEveryQuorum(mini, row);
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[2], mini.Order(Administrators.Refresh([row]))));
        Assert.True(mini.IsSound);
    }

    /// <summary>Its starts are counted from where they stood in the backup: peers have seen later ones, and take it for a copy until its operator says what happened.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_whose_restored_disk_it_was_not_told_of_is_refused_and_says_what_to_do(bool lost)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var node = mini.Nodes[2];
        var backup = node.BackUp();
        node.Kill();
        node.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        node.Kill();
        if (lost)
            node.LoseDisk(said: false);
        else
            node.Restore(backup, said: false);
        node.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.Contains(mini.Nodes[0].Observations.OfType<Observation.PeerChanged>(), seen => seen.Peer == node.Nid && seen.Problem.Contains("A newer process of node node-c", StringComparison.Ordinal));
        if (!lost)
        {
            var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(node, mini.Sign(Maintained.Raw(key.Record, 1))));
            Assert.Contains("newer process of node node-c", refused.Error + string.Join(' ', refused.Error.Nodes), StringComparison.Ordinal);
        }
        Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 2)))); // the others sign

        node.Kill();
        node.Store.SkipStarts();
        node.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Recover([key], Helpers, new(3)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, node, key.Record.KeyId, 0));
        Assert.DoesNotContain(mini.Nodes.SelectMany(n => n.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
    }

    [Fact]
    [Trait("row", "X-backup-restore")]
    public void A_node_restored_from_an_older_backup_refuses_to_sign_says_why_and_is_healed()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var backup = mini.Nodes[2].BackUp();
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        mini.Nodes[2].Kill();
        mini.Nodes[2].Restore(backup);
        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Maintained.InUse(mini, mini.Nodes[2], key.Record.KeyId, 0);

        mini.Ask(mini.Nodes[2], mini.Sign(Maintained.Raw(key.Record, 7)));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Assert.Contains(mini.Nodes[2].Observations, seen => seen is Observation.ShareBehind { Held: 0, InUse: 1 });
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[2], mini.Sign(Maintained.Raw(key.Record, 8))));
        Assert.Equal(Reason.ShareBehind, refused.Error.Reason);
        // The others sign without it.
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 9))));

        var row = Maintained.InUse(mini, mini.Nodes[0], key.Record.KeyId, 1);
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Recover([row], Helpers, new(3)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        Maintained.SignsWithEveryQuorum(mini, row);
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
    }
}
