using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class IdempotencyTests
{
    private static int SharesReleased(MiniCluster mini) => mini.Nodes.Sum(node => node.Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased));

    [Fact]
    [Trait("row", "X-replay-client")]
    public void The_same_request_gets_the_same_signature_from_every_node_without_signing_again()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var request = mini.Sign(mini.Transfer(key.Record));
        var first = Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], request));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var shares = SharesReleased(mini);
        foreach (var node in mini.Nodes)
        {
            var again = Assert.IsType<ClientReply.Signed>(mini.Ask(node, request));
            Assert.True(again.Signature.Span.SequenceEqual(first.Signature.Span));
            Assert.True(again.Artefact.Span.SequenceEqual(first.Artefact.Span));
            Assert.Empty(again.Signers);
        }
        Assert.Equal(shares, SharesReleased(mini));
    }

    [Fact]
    public void Rejects_another_body_under_the_same_key_at_every_node()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, 1), "once")));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        foreach (var node in mini.Nodes)
        {
            var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(node, mini.Sign(mini.Transfer(key.Record, 2), "once")));
            Assert.Equal(Reason.IdempotencyConflict, refused.Error.Reason);
        }
    }

    [Fact]
    public void Concurrent_duplicates_at_one_node_share_one_run()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var request = mini.Sign(mini.Transfer(key.Record));
        var one = mini.Submit(mini.Nodes[0], request);
        var two = mini.Submit(mini.Nodes[0], request);
        var first = Assert.IsType<ClientReply.Signed>(mini.Await(one));
        var second = Assert.IsType<ClientReply.Signed>(mini.Await(two));
        Assert.True(first.Signature.Span.SequenceEqual(second.Signature.Span));
        Assert.Equal(2, SharesReleased(mini));
    }

    [Fact]
    [Trait("row", "X-replay-client")]
    public void Concurrent_duplicates_at_all_nodes_are_all_answered()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var mini = new MiniCluster(3, seed: $"everywhere-{seed}");
            var key = Assert.Single(mini.CreateKeys(2, 3));
            var request = mini.Sign(mini.Transfer(key.Record));
            var calls = mini.Nodes.Select(node => mini.Submit(node, request)).ToArray();
            Assert.All(calls, call => Assert.IsType<ClientReply.Signed>(mini.Await(call)));
            Assert.True(mini.IsSound);
        }
    }

    [Fact]
    public void Two_bodies_racing_under_one_key_never_both_get_a_signature()
    {
        var decided = 0;
        for (var seed = 0; seed < 10; seed++)
        {
            var mini = new MiniCluster(3, seed: $"race-{seed}");
            var key = Assert.Single(mini.CreateKeys(2, 3));
            var one = mini.Submit(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, 1), "raced"));
            mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(0.5 * seed));
            var two = mini.Submit(mini.Nodes[1], mini.Sign(mini.Transfer(key.Record, 2), "raced"));
            var replies = new[] { mini.Await(one), mini.Await(two) };
            var signed = replies.OfType<ClientReply.Signed>().Count();
            Assert.InRange(signed, 0, 1);
            Assert.All(replies.OfType<ClientReply.Refused>(), refused =>
                Assert.True(refused.Error.Reason is Reason.IdempotencyConflict or Reason.TooFewNodes, refused.Error.ToString()));
            decided += signed;
            Assert.True(mini.IsSound);
        }
        Assert.True(decided > 0);
    }

    [Fact]
    public void The_same_creation_gets_the_same_keys()
    {
        var mini = new MiniCluster(3);
        var request = mini.Sign(mini.Creation(2, 3, count: 3));
        var first = Assert.IsType<ClientReply.KeysCreated>(mini.Ask(mini.Nodes[0], request));
        foreach (var node in mini.Nodes)
        {
            var again = Assert.IsType<ClientReply.KeysCreated>(mini.Ask(node, request));
            Assert.Equal(first.Keys.Select(key => key.RecordHash), again.Keys.Select(key => key.RecordHash));
        }
        Assert.All(mini.Nodes, node => Assert.Equal(3, node.Store.Keys.Count));
    }
}
