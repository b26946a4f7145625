using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Kernel.Tests.Coordination.Maintenance;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A seal that does not answer is a fault of the world: what needs it fails with a reason that says what may help, nothing is stored half-way, nobody is blamed, and all goes on once it is back.</summary>
public sealed class SealTroubleTests
{
    private static readonly SealTrouble Lost = new(Reason.TokenLost, "the token is away");
    private static readonly SealTrouble Closed = new(Reason.Sealed, "the token wants its PIN");

    public static TheoryData<int, bool> Victims() => new() { { 0, true }, { 0, false }, { 1, true }, { 2, false } };

    [Theory]
    [MemberData(nameof(Victims))]
    public void P10_A_creation_whose_shares_cannot_be_sealed_leaves_no_key(int victim, bool lost)
    {
        using var mini = new MiniCluster(3);
        var script = mini.Script();
        script.SealTroubles = nid => nid == mini.Nodes[victim].Nid ? lost ? Lost : Closed : null;
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3))));
        Assert.Equal(lost ? Reason.TokenLost : Reason.Sealed, refused.Error.Reason); // whose it is: the node's own, or its peer's word
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30));
        foreach (var node in mini.Nodes)
        {
            Assert.DoesNotContain(node.Store.Keys, key => key.State == KeyState.Active);
            Assert.True(node == mini.Nodes[victim] ? node.Store.Keys.Count == 0 : node.Store.Orders.All(order => order.State is OrderState.Aborted or OrderState.GivenUp));
            Assert.DoesNotContain(node.Observations, seen => seen is Observation.PeerBlamed);
        }
        Assert.True(mini.IsSound);

        script.SealTroubles = static _ => null;
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(Maintained.Raw(key.Record))));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void P10_A_refresh_whose_shares_cannot_be_sealed_leaves_the_generation_before(int victim, bool whileSealing)
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
        var script = mini.Script();
        // While sealing: the old share opens, and the token goes away before the new one is sealed.
        var sealing = false;
        script.Bends = (node, effect) =>
        {
            sealing |= effect is NodeEffect.SealShares && node == mini.Nodes[victim];
            return effect;
        };
        script.SealTroubles = nid => nid == mini.Nodes[victim].Nid && (sealing || !whileSealing) ? Lost : null;
        Assert.IsNotType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        Assert.Equal(whileSealing, sealing);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30));
        foreach (var node in mini.Nodes)
        {
            Maintained.InUse(mini, node, key.Record.KeyId, 0);
            Assert.DoesNotContain(node.Observations, seen => seen is Observation.PeerBlamed);
        }
        script.SealTroubles = static _ => null;
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(Maintained.Raw(key.Record))));
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([key], 2))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        foreach (var node in mini.Nodes)
            Maintained.InUse(mini, node, key.Record.KeyId, 1);
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void P10_A_recovery_whose_shares_cannot_be_sealed_is_done_by_the_next_attempt()
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
        var lost = mini.Nodes[2];
        lost.Kill();
        lost.LoseDisk();
        lost.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        var script = mini.Script();
        script.SealTroubles = nid => nid == lost.Nid ? Lost : null;
        Assert.IsNotType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Recover([key], [new(1), new(2)], new(3)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30));
        Assert.Null(lost.Store.OpenShare(key.Record.KeyId, 0));
        script.SealTroubles = static _ => null;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Recover([key], [new(1), new(2)], new(3), 2))));
        using var share = lost.Store.OpenShare(key.Record.KeyId, 0);
        Assert.NotNull(share);
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_signature_goes_by_other_nodes_or_says_that_the_token_is_lost()
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
        var script = mini.Script();
        script.SealTroubles = nid => nid == mini.Nodes[1].Nid ? Lost : null;
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 1))));
        script.SealTroubles = static _ => Lost;
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 2))));
        Assert.Contains(Reason.TokenLost, refused.Error.Nodes.Select(node => node.Reason).Append(refused.Error.Reason));
        script.SealTroubles = static _ => null;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 3))));
        Assert.True(mini.IsSound);
    }

    /// <summary>The client goes, or the session's time is over, while the token takes its time: what was sealed comes too late, is given back, and leaves nothing.</summary>
    [Fact]
    public void Shares_that_are_sealed_too_late_are_given_back()
    {
        using var mini = new MiniCluster(3);
        var script = mini.Script();
        var kept = new List<(Token Token, ScalarShares Shares)>();
        script.Bends = (node, effect) =>
        {
            if (effect is not NodeEffect.SealShares seal || node != mini.Nodes[0])
                return effect;
            kept.Add((seal.Token, new(seal.Shares)));
            return null;
        };
        Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3))));
        var (token, shares) = Assert.Single(kept);
        mini.Nodes[0].Step(new NodeEvent.SharesSealed(token, shares));
        Assert.Empty(shares.Take()); // disposed by the machine
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Assert.Empty(mini.Nodes[0].Store.Keys);
        Assert.Equal(OrderState.Aborted, Assert.Single(mini.Nodes[0].Store.Orders).State);
        Assert.True(mini.IsSound);
    }
}
