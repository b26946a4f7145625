using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>Administrators end an attempt at every node, by signed orders at its door: what each node holds afterwards, and that every quorum signs with it.</summary>
public sealed class EndedAttemptTests
{
    /// <summary>No DONE is heard: the old shares wait at everybody until an order ends the wait.</summary>
    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.EcdsaSecp256k1)]
    public void Old_shares_that_wait_for_a_DONE_are_erased_by_order(Suite suite)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3, suite);
        using var _ = mini;
        var script = mini.Script();
        var order = Activate(mini, script, key);
        foreach (var node in mini.Nodes)
        {
            Assert.Equal(MaintenanceState.Active, StateOf(node, order));
            Assert.Equal((true, true), Holds(node, key));
        }
        Assert.IsType<AdministratorReply.Accepted>(End(mini, mini.Nodes[0], order, AttemptEnd.EraseOld));
        Assert.Equal((MaintenanceState.Done, (false, true)), (StateOf(mini.Nodes[0], order), Holds(mini.Nodes[0], key)));
        // What is one node's to end is no other's.
        Assert.All(mini.Nodes.Skip(1), node => Assert.Equal((MaintenanceState.Active, (true, true)), (StateOf(node, order), Holds(node, key))));
        foreach (var node in mini.Nodes.Skip(1))
            Assert.IsType<AdministratorReply.Accepted>(End(mini, node, order, AttemptEnd.EraseOld));
        foreach (var node in mini.Nodes)
        {
            Assert.Equal((MaintenanceState.Done, (false, true)), (StateOf(node, order), Holds(node, key)));
            Assert.Contains(node.Observations, seen => seen is Observation.OldSharesErased erased && erased.Order == order);
            foreach (var again in Enum.GetValues<AttemptEnd>())
                Assert.Equal(Reason.AlreadyEnded, Refused(End(mini, node, order, again)));
        }
        Restored(script);
        AssertGoesOn(mini, key, generation: 1, attempt: 1);
    }

    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.EcdsaSecp256k1)]
    public void A_certified_attempt_is_rolled_back_everywhere(Suite suite)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3, suite);
        using var _ = mini;
        var script = mini.Script();
        var order = Activate(mini, script, key);
        // Material of the generation that goes: it must not outlive it.
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 9))));
        foreach (var node in mini.Nodes)
        {
            Assert.IsType<AdministratorReply.Accepted>(End(mini, node, order, AttemptEnd.RollBack));
            Assert.Equal((MaintenanceState.Aborted, (true, false)), (StateOf(node, order), Holds(node, key)));
            Assert.Equal(1, node.Store.Maintenance.Single(row => row.Order == order).AbortKind);
            Assert.DoesNotContain(node.Store.Keys, row => row.Order == order);
            Assert.Equal(Reason.AlreadyEnded, Refused(End(mini, node, order, AttemptEnd.RollBack)));
        }
        Restored(script);
        AssertGoesOn(mini, key, generation: 0, attempt: 2);
    }

    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.EcdsaSecp256k1)]
    public void An_attempt_that_is_PENDING_everywhere_is_abandoned_everywhere(Suite suite)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3, suite);
        using var _ = mini;
        var script = mini.Script();
        script.Bends = (_, effect) => IsOf(effect, MessageType.Ack) ? null : effect;
        script.Loses = (_, _, what) => what is PeerCall.AskMaintenance;
        Assert.IsType<MaintenanceOutcome.Pending>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        var order = Assert.Single(mini.Nodes[0].Store.Maintenance).Order;
        foreach (var node in mini.Nodes)
        {
            Assert.Equal((MaintenanceState.Acknowledged, (true, true)), (StateOf(node, order), Holds(node, key)));
            foreach (var wrong in new[] { AttemptEnd.RollBack, AttemptEnd.EraseOld })
                Assert.Equal(Reason.BadOrder, Refused(End(mini, node, order, wrong)));
            Assert.IsType<AdministratorReply.Accepted>(End(mini, node, order, AttemptEnd.Abandon));
            Assert.Equal((MaintenanceState.Aborted, (true, false)), (StateOf(node, order), Holds(node, key)));
            Assert.DoesNotContain(node.Store.Keys, row => row.State == KeyState.Pending);
        }
        Restored(script);
        AssertGoesOn(mini, key, generation: 0, attempt: 2);
    }

    /// <summary>One node has erased its old shares, so there is no way back for it: the others keep to the new ones with it.</summary>
    [Fact]
    public void What_was_erased_is_not_rolled_back()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        var order = Activate(mini, script, key);
        Assert.IsType<AdministratorReply.Accepted>(End(mini, mini.Nodes[1], order, AttemptEnd.EraseOld));
        Assert.Equal(Reason.AlreadyEnded, Refused(End(mini, mini.Nodes[1], order, AttemptEnd.RollBack)));
        Assert.Equal((MaintenanceState.Done, (false, true)), (StateOf(mini.Nodes[1], order), Holds(mini.Nodes[1], key)));
        Restored(script);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30)); // the DONEs are heard now
        Assert.All(mini.Nodes, node => Assert.Equal((MaintenanceState.Done, (false, true)), (StateOf(node, order), Holds(node, key))));
        AssertGoesOn(mini, key, generation: 1, attempt: 1);
    }

    /// <summary>A generation that another rests on goes nowhere before that one does, and the node says so and works on.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_later_generation_rests_on_is_not_rolled_back(bool pending)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        var order = Activate(mini, script, key);
        if (pending)
            script.Bends = static (_, effect) => IsOf(effect, MessageType.Ack) || IsOf(effect, MessageType.Done) ? null : effect;
        var later = mini.Order(Administrators.Refresh([Maintained.InUse(mini, mini.Nodes[0], key.Record.KeyId, 1)]));
        Assert.Equal(pending, mini.Maintain(mini.Nodes[0], later) is MaintenanceOutcome.Pending);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5)); // its session is over everywhere
        foreach (var node in mini.Nodes)
        {
            Assert.Equal(Reason.BadOrder, Refused(End(mini, node, order, AttemptEnd.RollBack)));
            Assert.Equal(MaintenanceState.Active, StateOf(node, order));
        }
        Restored(script);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(90));
        AssertGoesOn(mini, key, generation: 2, attempt: 1);
    }

    /// <summary>ACTIVE at everybody, and no DONE is heard of.</summary>
    private static Digest32 Activate(MiniCluster mini, ScriptedTraffic script, KeyRow key)
    {
        script.Bends = (_, effect) => IsOf(effect, MessageType.Done) ? null : effect;
        script.Loses = (_, _, what) => what is PeerCall.AskMaintenance or PeerCall.PushMaintained;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        return Assert.Single(mini.Nodes[0].Store.Maintenance).Order;
    }

    private static void Restored(ScriptedTraffic script)
    {
        script.Bends = static (_, effect) => effect;
        script.Loses = static (_, _, _) => false;
    }

    /// <summary>Every quorum of that generation signs, and the next order passes.</summary>
    private static void AssertGoesOn(MiniCluster mini, KeyRow key, uint generation, uint attempt)
    {
        foreach (var node in mini.Nodes)
            Maintained.InUse(mini, node, key.Record.KeyId, generation);
        var row = Maintained.InUse(mini, mini.Nodes[0], key.Record.KeyId, generation);
        Maintained.SignsWithEveryQuorum(mini, row);
        var next = mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([row], attempt)));
        Assert.True(next is MaintenanceOutcome.Completed, next.ToString());
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.All(mini.Nodes, node => Maintained.InUse(mini, node, key.Record.KeyId, generation + 1));
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound, string.Join("; ", mini.Nodes.Select(node => node.HaltReason)));
    }

    private static MaintenanceState StateOf(SimulatedNode node, Digest32 order) => node.Store.Maintenance.Single(row => row.Order == order).State;

    /// <summary>The shares that the order starts from, and those that it makes.</summary>
    private static (bool Old, bool New) Holds(SimulatedNode node, KeyRow key)
    {
        using var old = node.Store.OpenShare(key.Record.KeyId, 0);
        using var made = node.Store.OpenShare(key.Record.KeyId, 1);
        return (old is not null, made is not null);
    }

    private static AdministratorReply End(MiniCluster mini, SimulatedNode node, Digest32 order, AttemptEnd end) =>
        mini.Tell(node, new AdministratorCall.Command(mini.Order(new AdministratorAction.EndAttempt(order, end))));

    private static Reason Refused(AdministratorReply reply) => Assert.IsType<AdministratorReply.Refused>(reply).Error.Reason;

    private static bool IsOf(NodeEffect effect, MessageType type) =>
        effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header) && header.Type == type;
}
