using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class SigningTests
{
    private static void AssertSigned(KeyRow key, RequestAction.Sign action, ClientReply reply)
    {
        var signed = reply as ClientReply.Signed ?? throw new Xunit.Sdk.XunitException($"not signed: {(reply as ClientReply.Refused)?.Error}");
        Assert.True(Ed25519Signature.Verify(key.Record.PublicKey.Span, action.Payload.Span, signed.Signature.Span));
    }

    [Theory]
    [InlineData(3, 5, 1)] // W = 3: each co-signer holds its own and the coordinator's, and one more node is asked to book
    [InlineData(2, 5, 1)]
    [InlineData(5, 5, 2)] // all others sign: one of two serves each
    public void Signs_with_any_threshold_of_five(int t, int n, int bookers)
    {
        var mini = new MiniCluster(5);
        var key = Assert.Single(mini.CreateKeys(t, n));
        var script = mini.Script();
        var action = mini.Transfer(key.Record);
        AssertSigned(key, action, mini.Ask(mini.Nodes[4], mini.Sign(action)));
        var calls = script.Effects.Count(e => e.Effect is NodeEffect.CallPeer { Body: PeerCall.Book });
        Assert.Equal(bookers, calls);
        Assert.True(mini.Nodes.Count(node => node.Store.Bookings.Count == 2) >= 3);
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Makes_a_batch_and_signs_with_its_last_key()
    {
        var mini = new MiniCluster(3);
        var keys = mini.CreateKeys(2, 3, count: 20);
        Assert.Equal(20, keys.Count);
        Assert.Equal(Enumerable.Range(0, 20), keys.Select(key => (int)key.Index));
        Assert.All(mini.Nodes, node => Assert.Equal(20, node.Store.Keys.Count(key => key.State == KeyState.Active)));
        var action = mini.Transfer(keys[^1].Record);
        AssertSigned(keys[^1], action, mini.Ask(mini.Nodes[1], mini.Sign(action)));
    }

    [Fact]
    public void Signs_raw_bytes_only_with_a_key_made_for_them()
    {
        var mini = new MiniCluster(3);
        var plain = Assert.Single(mini.CreateKeys(2, 3));
        var raw = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
        var action = new RequestAction.Sign(raw.Record.KeyId, [], PayloadKind.Raw, new byte[] { 1, 2, 3 });
        AssertSigned(raw, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(action with { Key = plain.Record.KeyId })));
        Assert.Equal(Reason.PayloadKindNotAllowed, refused.Error.Reason);
        Assert.Equal(0, mini.Nodes[0].Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased && entry.Key == plain.Record.KeyId));
    }

    [Fact]
    public void Logs_the_same_R_at_every_signer_before_its_share_leaves()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var signed = Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var released = mini.Nodes.SelectMany(node => node.Store.Log).Where(entry => entry.Kind == AuditKind.ShareReleased).ToArray();
        Assert.Equal(2, released.Length);
        Assert.All(released, entry => Assert.True(entry.Detail.Span.SequenceEqual(signed.Signature.Span[..32])));
        // Every node has the result, whether it signed, or was told of it.
        Assert.All(mini.Nodes, node => Assert.Contains(node.Store.Requests, row => row.State == RequestState.Completed && row.Result.Span.SequenceEqual(signed.Signature.Span)));
    }

    [Fact]
    public void A_co_signer_that_dies_in_the_session_is_replaced_with_fresh_nonces()
    {
        foreach (var inItsCall in new[] { false, true })
        {
            var mini = new MiniCluster(3, seed: $"dies-{inItsCall}");
            var key = Assert.Single(mini.CreateKeys(2, 3));
            var script = mini.Script();
            SimulatedNode? died = null;
            script.Dies = (node, effect) =>
            {
                var fatal = inItsCall
                    ? effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned }
                    : effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope };
                if (died is not null || node == mini.Nodes[0] || !fatal)
                    return false;
                died = node;
                return true;
            };
            var action = mini.Transfer(key.Record);
            var reply = mini.Ask(mini.Nodes[0], mini.Sign(action));
            AssertSigned(key, action, reply);
            Assert.NotNull(died);
            Assert.DoesNotContain(died.Nid, ((ClientReply.Signed)reply).Signers);
            Assert.True(mini.IsSound);
        }
    }

    [Fact]
    public void A_co_signer_with_a_wrong_share_is_blamed_and_replaced_and_excluded()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var liar = mini.Nodes[1];
        liar.BendShare = share =>
        {
            using (share)
                return share.Negate();
        };
        var signatures = 0;
        for (var i = 0; i < 4; i++)
        {
            var action = mini.Transfer(key.Record, lamports: 1_000 + (ulong)i);
            var reply = mini.Ask(mini.Nodes[0], mini.Sign(action));
            AssertSigned(key, action, reply);
            Assert.DoesNotContain(liar.Nid, ((ClientReply.Signed)reply).Signers);
            signatures++;
        }
        Assert.Equal(4, signatures);
        var blamed = Assert.Single(mini.Nodes[0].Observations.OfType<Observation.PeerBlamed>());
        Assert.Equal(liar.Nid, blamed.Peer);
        Assert.Contains("BadSignatureShare", blamed.Fault, StringComparison.Ordinal);
        Assert.Single(mini.Nodes[0].Store.Log, entry => entry.Kind == AuditKind.PeerFault);
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Too_few_nodes_are_named_quickly()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        mini.Nodes[1].Kill();
        mini.Nodes[2].Kill();
        var begun = mini.Cluster.Time.Now;
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        Assert.Equal(Reason.TooFewNodes, refused.Error.Reason);
        Assert.Equal(["node-b", "node-c"], refused.Error.Nodes.Select(node => node.NodeName).Order());
        Assert.True(mini.Cluster.Time.Now - begun < TimeSpan.FromSeconds(3));
        Assert.Equal(0, mini.Nodes[0].Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased));
    }

    [Fact]
    public void A_request_that_failed_for_lack_of_nodes_succeeds_when_sent_again()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var action = mini.Transfer(key.Record);
        var request = mini.Sign(action);
        mini.Nodes[1].Kill();
        mini.Nodes[2].Kill();
        Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], request));
        mini.Nodes[1].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], request));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_node_that_was_killed_rejoins_and_coordinates()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        mini.Nodes[2].Kill();
        var first = mini.Transfer(key.Record, 1);
        AssertSigned(key, first, mini.Ask(mini.Nodes[0], mini.Sign(first)));
        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var second = mini.Transfer(key.Record, 2);
        AssertSigned(key, second, mini.Ask(mini.Nodes[2], mini.Sign(second)));
        Assert.True(mini.IsSound);
    }
}
