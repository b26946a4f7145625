using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>Maintenance beside what else goes on at its nodes.</summary>
public sealed class BesideOthersTests
{
    /// <summary>Between START and the last READY other sessions of the same coordinator use up ids, durably: what the order's beginning remembers must not be older.</summary>
    [Fact]
    public void Signatures_while_a_member_waits_for_READY_do_not_stop_it()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        mini.Cluster.Traffic = new LateReady(from: 2);
        var running = mini.Nodes[0].Run(mini.Order(Administrators.Refresh([key])));
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(100));
        for (byte i = 0; i < 4; i++)
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, i))));
        Assert.Null(running.Outcome);
        Assert.True(mini.Cluster.Time.RunUntil(() => running.Outcome is not null, TimeSpan.FromSeconds(30)));
        Assert.IsType<MaintenanceOutcome.Completed>(running.Outcome);
        Assert.True(mini.IsSound, string.Join("; ", mini.Nodes.Select(node => node.HaltReason)));
    }

    /// <summary>A receiver that does not know yet that the key's creation is certified has a PENDING row: the next generation waits for it.</summary>
    [Fact]
    public void A_receiver_whose_creation_is_PENDING_refuses_for_now()
    {
        using var mini = new MiniCluster(3, "beside-creation");
        var script = mini.Script();
        var late = mini.Nodes[2];
        script.Bends = (_, effect) => effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header)
            && header.To == 3 && header.Type is MessageType.Ack or MessageType.Certificate ? null : effect;
        script.Loses = (_, to, what) => what is PeerCall.AskOrder or PeerReply.Order || (to == late.Nid && what is PeerCall.PushCertificate);
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
        Assert.Equal(KeyState.Pending, MiniCluster.RowOf(late, key.Record.KeyId)!.State);
        script.Bends = static (_, effect) => effect;

        var order = mini.Order(Administrators.Reshare([key], [new(1), new(2)], 2, ReshareTests.Parties(mini, 0, 1, 2)));
        var refused = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[0], order));
        Assert.Equal(Reason.KeyPending, refused.Error.Reason);
        Assert.All(mini.Nodes, node => Assert.Empty(node.Store.Maintenance));

        script.Loses = static (_, _, _) => false;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], order));
        Assert.True(mini.IsSound, string.Join("; ", mini.Nodes.Select(node => node.HaltReason)));
    }

    /// <summary>READY of one member takes long.</summary>
    private sealed class LateReady(ushort from) : Traffic
    {
        public override TimeSpan? Travel(NodeId sender, NodeId to, object what) =>
            what is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header)
            && header.Type == MessageType.Ready && header.From == from && header.To == 3
                ? TimeSpan.FromSeconds(3)
                : base.Travel(sender, to, what);
    }
}
