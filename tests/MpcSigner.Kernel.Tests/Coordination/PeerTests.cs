using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class PeerTests
{
    /// <summary>Shows a stream with one frame to a node, as if the peer had opened it, and returns what it answers on it.</summary>
    internal static SessionFrame? Show(MiniCluster mini, ScriptedTraffic script, SimulatedNode node, SimulatedNode from, SessionFrame frame, ulong stream)
    {
        var seen = script.Effects.Count;
        node.Step(new NodeEvent.StreamOpened(new(stream), from.Nid));
        node.Step(new NodeEvent.FrameReceived(new(stream), frame));
        return script.Effects.Skip(seen).Where(e => e.Node == node).Select(e => e.Effect).OfType<NodeEffect.SendFrame>().FirstOrDefault(f => f.Stream.Value == stream)?.Frame;
    }

    [Fact]
    [Trait("row", "T22@frost")]
    public void Rejects_a_session_id_used_before_also_after_a_restart()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        var signed = Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        var open = script.Effects.Select(e => e.Effect).OfType<NodeEffect.SendFrame>().Select(f => f.Frame).OfType<SessionFrame.Open>().First();
        var coSigner = mini.Cluster.Node(signed.Signers.Single(nid => nid != mini.Nodes[0].Nid));

        var live = Assert.IsType<SessionFrame.Refuse>(Show(mini, script, coSigner, mini.Nodes[0], open, 1_000_000));
        Assert.Contains("used before", live.Error.Message, StringComparison.Ordinal);
        coSigner.Kill();
        coSigner.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var restarted = Assert.IsType<SessionFrame.Refuse>(Show(mini, script, coSigner, mini.Nodes[0], open, 1_000_002));
        Assert.Contains("used before", restarted.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, 2))));
    }

    [Fact]
    public void Rejects_a_session_shown_by_another_node_than_its_initiator()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record)));
        var open = script.Effects.Select(e => e.Effect).OfType<NodeEffect.SendFrame>().Select(f => f.Frame).OfType<SessionFrame.Open>().First();
        var refused = Assert.IsType<SessionFrame.Refuse>(Show(mini, script, mini.Nodes[2], mini.Nodes[1], open, 1_000_000));
        Assert.Contains("join is not in order", refused.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("row", "C06"), Trait("row", "X-two-copies")]
    public void Rejects_a_superseded_instance_in_greetings_and_sessions()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        var signed = Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        var coSigner = mini.Cluster.Node(signed.Signers.Single(nid => nid != mini.Nodes[0].Nid));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        var old = script.Effects.Where(e => e.Node == mini.Nodes[0]).Select(e => e.Effect).OfType<NodeEffect.CallPeer>().First(call => call.Body is PeerCall.Hello).Body;
        var oldOpen = script.Effects.Select(e => e.Effect).OfType<NodeEffect.SendFrame>().Select(f => f.Frame).OfType<SessionFrame.Open>().First();

        mini.Nodes[0].Kill();
        mini.Nodes[0].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));

        PeerReply? reply = null;
        script.Bends = (node, effect) =>
        {
            if (effect is NodeEffect.AnswerPeer { Call.Value: 999_999 } answer)
            {
                reply = answer.Reply;
                return null;
            }
            return effect;
        };
        coSigner.Step(new NodeEvent.PeerCalled(new(999_999), mini.Nodes[0].Nid, mini.Nodes[0].Roster.TlsPins[0], old));
        Assert.Equal(Reason.SupersededInstance, Assert.IsType<PeerReply.Refused>(reply).Error.Reason);
        var refused = Assert.IsType<SessionFrame.Refuse>(Show(mini, script, coSigner, mini.Nodes[0], oldOpen, 1_000_000));
        Assert.Equal(Reason.SupersededInstance, refused.Error.Reason);
    }

    [Fact]
    public void Rejects_an_announcement_over_another_TLS_key_or_changed_on_the_way()
    {
        var mini = new MiniCluster(3);
        var script = mini.Script();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        var hello = (PeerCall.Hello)script.Effects.Where(e => e.Node == mini.Nodes[0]).Select(e => e.Effect).OfType<NodeEffect.CallPeer>().First(call => call.Body is PeerCall.Hello).Body;
        List<PeerReply> replies = [];
        script.Bends = (_, effect) =>
        {
            if (effect is not NodeEffect.AnswerPeer { Call.Value: 999_999 } answer)
                return effect;
            replies.Add(answer.Reply);
            return null;
        };
        var tls = mini.Nodes[0].Roster.TlsPins[0];
        mini.Nodes[1].Step(new NodeEvent.PeerCalled(new(999_999), mini.Nodes[0].Nid, tls, hello));
        mini.Nodes[1].Step(new NodeEvent.PeerCalled(new(999_999), mini.Nodes[0].Nid, mini.Nodes[2].Roster.TlsPins[0], hello));
        mini.Nodes[1].Step(new NodeEvent.PeerCalled(new(999_999), mini.Nodes[2].Nid, tls, hello));
        mini.Nodes[1].Step(new NodeEvent.PeerCalled(new(999_999), mini.Nodes[0].Nid, tls,
            new PeerCall.Hello(hello.Announcement with { StartCounter = hello.Announcement.StartCounter + 1 })));
        Assert.IsType<PeerReply.Hello>(replies[0]);
        Assert.All(replies.Skip(1), reply => Assert.Equal(Reason.MalformedRequest, Assert.IsType<PeerReply.Refused>(reply).Error.Reason));
        Assert.Equal(4, replies.Count);
    }

    [Fact]
    public void A_peer_that_falls_silent_is_reported_and_not_chosen()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        mini.Nodes[1].Kill();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(mini.Nodes[0].Observations.OfType<Observation.PeerChanged>(), change => change.Peer == mini.Nodes[1].Nid && !change.Reachable);
        var script = mini.Script();
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        Assert.DoesNotContain(script.Effects, e => e.Effect is NodeEffect.OpenStream open && open.Peer == mini.Nodes[1].Nid);
    }

    [Fact]
    public void A_lost_greeting_does_not_hide_a_peer_that_was_heard_since()
    {
        var mini = new MiniCluster(3);
        var script = mini.Script();
        var (asking, asked) = (mini.Nodes[0], mini.Nodes[1]);
        script.Loses = (from, to, what) => from == asking.Nid && to == asked.Nid && what is PeerCall.Hello;
        // Its own greetings still come every two seconds; ours time out in between.
        for (var i = 0; i < 40; i++)
        {
            mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(250));
            var status = Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(asking, mini.Client, new ClientCall.Status()))).Status;
            Assert.True(status.Peers.Single(peer => peer.Nid == asked.Nid).Reachable, $"hidden after {i * 250} ms");
        }
        Assert.Contains(script.Effects, e => e.Node == asking && e.Effect is NodeEffect.CallPeer { Body: PeerCall.Hello } call && call.Peer == asked.Nid);
    }
}
