using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>What leaves a node, and what it keeps, once it has given a creation up or is stopped in one.</summary>
public sealed class CreationAbortTests
{
    /// <summary>The third node is lost while the initiator judges round 1: it gives up before its round 2 is computed, so no share leaves it (spec §18.3).</summary>
    [Fact]
    public void No_share_leaves_a_node_that_gave_up_while_it_computed()
    {
        var mini = new MiniCluster(3);
        var (initiator, lost) = (mini.Nodes[0], mini.Nodes[2]);
        var script = mini.Script();
        var (computed, gaveUp, released) = (0, false, 0);
        StreamId? leg = null;
        script.Bends = (node, effect) =>
        {
            if (node != initiator)
                return effect;
            if (effect is NodeEffect.OpenStream open && open.Peer == lost.Nid)
                leg = open.Stream;
            if (effect is NodeEffect.Compute && ++computed == 2)
            {
                mini.Cluster.Time.After(TimeSpan.FromMilliseconds(0.5), () =>
                {
                    gaveUp = true;
                    initiator.Step(new NodeEvent.StreamClosed(leg!.Value, "connection reset"));
                });
            }
            if (gaveUp && effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope }
                && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header) && header is { Type: MessageType.Round, From: 1 })
                released++;
            return effect;
        };
        Assert.IsType<ClientReply.Refused>(mini.Ask(initiator, mini.Sign(mini.Creation(2, 3))));
        Assert.True(gaveUp);
        Assert.Equal(2, computed);
        Assert.Equal(0, released);
        Assert.Equal(OrderState.Aborted, Assert.Single(initiator.Store.Orders).State);
        Assert.True(mini.IsSound);
    }

    /// <summary>Locked memory runs out within a computation: that creation fails, with a reason, and the node lives on.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    public void A_shortage_of_locked_memory_ends_the_creation_and_not_the_node(int victimIndex, int computation)
    {
        var mini = new MiniCluster(3);
        var victim = mini.Nodes[victimIndex];
        var script = mini.Script();
        var (count, ranOut) = (0, false);
        script.Bends = (node, effect) =>
        {
            if (node == victim && effect is NodeEffect.Compute && ++count == computation)
            {
                victim.Random.Drawn = _ =>
                {
                    victim.Random.Drawn = null;
                    ranOut = true;
                    throw new SecureMemoryException("no more of it");
                };
            }
            return effect;
        };
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3))));
        Assert.True(ranOut);
        Assert.Contains($"{victim.Roster.Name} is short of locked memory: no more of it", refused.Error.ToString() + string.Join(' ', refused.Error.Nodes), StringComparison.Ordinal);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.All(mini.Nodes, node => Assert.Equal(OrderState.Aborted, Assert.Single(node.Store.Orders).State));
        Assert.All(mini.Nodes, node => Assert.DoesNotContain(node.Store.Log, entry => entry.Kind == AuditKind.PeerFault));
        Assert.Single(mini.CreateKeys(2, 3));
        Assert.True(mini.IsSound);
    }

    /// <summary>The machine stops at its k-th computation, which ends afterwards all the same: polynomials, dealt shares and outgoing messages are wiped.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_machine_that_stops_wipes_what_was_still_being_computed(int victimIndex)
    {
        var tried = 0;
        for (var fatal = 1; fatal <= 3; fatal++)
        {
            var mini = new MiniCluster(3);
            var victim = mini.Nodes[victimIndex];
            var script = mini.Script();
            NodeEffect.Compute? last = null;
            var count = 0;
            script.Bends = (node, effect) =>
            {
                if (node != victim || effect is not NodeEffect.Compute compute || ++count != fatal)
                    return effect;
                last = compute;
                return null;
            };
            mini.Submit(mini.Nodes[0], mini.Sign(mini.Creation(2, 3)));
            Assert.True(mini.Cluster.Time.RunUntil(() => last is not null, TimeSpan.FromSeconds(5)));
            victim.Machine!.Dispose();
            last!.Work.Run();
            Assert.Empty(victim.Machine.Step(new NodeEvent.Computed(last.Token), new(mini.Now, mini.Cluster.Time.Now)));
            switch (last.Work)
            {
                case RoundWork<CollectingCommitments> { Result: Transition<CollectingCommitments>.Advance advance }:
                    AssertWiped(advance.Outbox);
                    Assert.Throws<ObjectDisposedException>(() => advance.Next.Complete(Inbox(1)));
                    break;
                case RoundWork<CollectingShares> { Result: Transition<CollectingShares>.Advance advance }:
                    AssertWiped(advance.Outbox);
                    Assert.Throws<ObjectDisposedException>(() => advance.Next.Complete(Inbox(2)));
                    break;
                case RoundWork<CollectingConfirmations> { Result: Transition<CollectingConfirmations>.Advance advance }:
                    AssertWiped(advance.Outbox);
                    Assert.Throws<ObjectDisposedException>(() => advance.Next.Complete(Inbox(3)));
                    break;
                default:
                    Assert.Fail($"computation {fatal} is {last.Work.GetType()}");
                    break;
            }
            tried++;
        }
        Assert.Equal(3, tried);
    }

    /// <summary>Its polynomials wait for the others' round 1, and no computation is under way.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_machine_that_stops_wipes_the_state_that_waits_for_others(int victimIndex)
    {
        var mini = new MiniCluster(3);
        var victim = mini.Nodes[victimIndex];
        var script = mini.Script();
        RoundWork<CollectingCommitments>? first = null;
        script.Bends = (node, effect) =>
        {
            if (node == victim && effect is NodeEffect.Compute { Work: RoundWork<CollectingCommitments> work })
                first = work;
            return node != victim && effect is NodeEffect.Compute ? null : effect;
        };
        mini.Submit(mini.Nodes[0], mini.Sign(mini.Creation(2, 3)));
        Assert.True(mini.Cluster.Time.RunUntil(() => first is not null, TimeSpan.FromSeconds(5)));
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(20));
        victim.Machine!.Dispose();
        var advance = Assert.IsType<Transition<CollectingCommitments>.Advance>(first!.Result);
        Assert.Throws<ObjectDisposedException>(() => advance.Next.Complete(Inbox(1)));
    }

    [Fact]
    public void A_restarted_party_that_activates_pushes_the_certificate()
    {
        var mini = new MiniCluster(3);
        var script = mini.Script();
        var lost = mini.Nodes[2];
        script.Dies = (node, effect) => node == lost && effect is NodeEffect.SendFrame && node.Store.Orders.Any(order => order.State == OrderState.Acknowledged);
        Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3))));
        script.Dies = static (_, _) => false;
        lost.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(KeyState.Active, Assert.Single(lost.Store.Keys).State);
        var pushed = script.Effects.Where(e => e.Node == lost).Select(e => e.Effect).OfType<NodeEffect.CallPeer>().Where(call => call.Body is PeerCall.PushCertificate).Select(call => call.Peer);
        Assert.Equal([.. new[] { mini.Nodes[0].Nid, mini.Nodes[1].Nid }.Order()], pushed.Order());
        Assert.True(mini.IsSound);
    }

    private static RoundInbox<RawMessage> Inbox(byte round) => new(RoundId.Numbered(ProtocolKind.Dkg, round), []);

    private static void AssertWiped(Outbox outbox)
    {
        Assert.Equal(2, outbox.Messages.Count);
        Assert.All(outbox.Messages, message => Assert.Throws<ObjectDisposedException>(() => message.Payload.Length));
    }
}
