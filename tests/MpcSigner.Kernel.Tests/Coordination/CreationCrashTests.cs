using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A node dies before each single effect of a creation, at the initiator and at a participant: the key is then ACTIVE everywhere or nowhere.</summary>
public sealed class CreationCrashTests
{
    [Theory]
    [InlineData(0, 0.2, 2)]
    [InlineData(1, 0.2, 2)]
    [InlineData(1, 5, 1)] // slow reads: sessions end while a participant still looks
    [InlineData(0, 0.2, 20)] // slow flushes: sessions end while an order or an ACK is being written
    public void Killed_at_any_effect_the_key_is_usable_everywhere_or_nowhere(int victimIndex, double lookMs, double flushMs)
    {
        var (active, none) = (0, 0);
        for (var fatal = 0; ; fatal++)
        {
            var mini = new MiniCluster(3, seed: "crash");
            var victim = mini.Nodes[victimIndex];
            var script = mini.Script();
            (script.LookTime, script.FlushTime) = (TimeSpan.FromMilliseconds(lookMs), TimeSpan.FromMilliseconds(flushMs));
            var (count, died) = (0, false);
            script.Dies = (node, _) => node == victim && !died && (died = count++ == fatal);
            mini.Submit(mini.Nodes[0], mini.Sign(mini.Creation(2, 3)));
            mini.Cluster.Time.RunUntil(() => died, TimeSpan.FromSeconds(1.2));
            if (!died)
                break; // the creation has fewer effects: all are tried
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
            victim.Start();
            var settled = mini.Cluster.Time.RunUntil(
                () => mini.Nodes.All(node => node.Store.Orders.All(order => order.State is OrderState.Active or OrderState.Aborted or OrderState.GivenUp)), TimeSpan.FromSeconds(60));
            Assert.True(settled, $"died before effect {fatal}: {string.Join(", ", mini.Nodes.Select(node => node.Store.Orders.FirstOrDefault()?.State.ToString() ?? "none"))}");
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));

            // PENDING rows of an order given up stay, unseen.
            var states = mini.Nodes.Select(node => node.Store.Keys.SingleOrDefault()?.State).ToArray();
            Assert.True(states.All(state => state == KeyState.Active) || states.All(state => state is not KeyState.Active), $"died before effect {fatal}: {string.Join(", ", states)}");
            Assert.All(mini.Nodes, node => Assert.All(node.Store.Orders, order => Assert.Equal(order.Ack.IsEmpty, !node.Store.Keys.Any(key => key.Order == order.Order))));
            Assert.True(mini.IsSound, $"died before effect {fatal}: {string.Join("; ", mini.Nodes.Select(node => node.HaltReason))}");
            if (states[0] == KeyState.Active)
            {
                active++;
                var key = mini.Nodes[0].Store.Keys.Single();
                Assert.IsType<ClientReply.Signed>(mini.Ask(victim, mini.Sign(mini.Transfer(key.Record))));
            }
            else
            {
                none++;
            }
        }
        Assert.True(active > 5 && none > 15, $"{active} runs ended ACTIVE, {none} with no key");
    }

    [Fact]
    [Trait("row", "T23a@dkg")]
    public void A_party_lost_after_its_ACK_leaves_the_others_PENDING_until_it_is_back()
    {
        var mini = new MiniCluster(3);
        var script = mini.Script();
        var lost = mini.Nodes[2];
        // Its ACK is durable but never shown: it dies when it is about to send it.
        script.Dies = (node, effect) => node == lost && effect is NodeEffect.SendFrame && node.Store.Orders.Any(order => order.State == OrderState.Acknowledged);
        var request = mini.Sign(mini.Creation(2, 3));
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], request));
        Assert.Equal(Reason.KeyPending, refused.Error.Reason);
        Assert.All(mini.Nodes, node => Assert.Equal(KeyState.Pending, Assert.Single(node.Store.Keys).State));
        var pending = mini.Nodes[0].Store.Keys.Single();
        var early = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(pending.Record))));
        Assert.Equal(Reason.KeyPending, early.Error.Reason);

        script.Dies = static (_, _) => false;
        lost.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.All(mini.Nodes, node => Assert.Equal(KeyState.Active, Assert.Single(node.Store.Keys).State));
        Assert.IsType<ClientReply.KeysCreated>(mini.Ask(mini.Nodes[0], request));
        Assert.True(mini.IsSound);
    }

    /// <summary>c's ACK never reaches b in the session, nor does anybody's certificate: what the others have, b learns.</summary>
    [Fact]
    [Trait("row", "T23b@dkg")]
    public void An_ACK_shown_to_half_still_ends_at_everybody()
    {
        var mini = new MiniCluster(3);
        var script = mini.Script();
        var kept = 0;
        script.Bends = (_, effect) =>
        {
            if (effect is not NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } || !EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header)
                || header is not ({ Type: MessageType.Ack, From: 3, To: 2 } or { Type: MessageType.Certificate, To: 2 }))
                return effect;
            kept++;
            return null;
        };
        var created = Assert.IsType<ClientReply.KeysCreated>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3))));
        Assert.True(kept > 0);
        script.Bends = static (_, effect) => effect;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Assert.All(mini.Nodes, node => Assert.Equal((KeyState.Active, created.Keys[0].RecordHash), (Assert.Single(node.Store.Keys).State, node.Store.Keys.Single().RecordHash)));
        foreach (var node in mini.Nodes)
            Assert.IsType<ClientReply.Signed>(mini.Ask(node, mini.Sign(mini.Transfer(created.Keys[0].Record))));
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void An_order_that_ended_without_a_key_is_final()
    {
        var mini = new MiniCluster(3);
        var script = mini.Script();
        script.Dies = (node, effect) => node == mini.Nodes[2] && effect is NodeEffect.Compute;
        var request = mini.Sign(mini.Creation(2, 3));
        var first = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], request));
        Assert.Equal("node-c", Assert.Single(first.Error.Nodes).NodeName);
        script.Dies = static (_, _) => false;
        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], request));
        Assert.All(mini.Nodes, node => Assert.Empty(node.Store.Keys));
        Assert.Single(mini.CreateKeys(2, 3));
        Assert.True(mini.IsSound);
    }
}
