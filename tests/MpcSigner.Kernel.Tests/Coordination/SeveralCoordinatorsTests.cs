using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>Races that the simulation of whole histories found.</summary>
public sealed class SeveralCoordinatorsTests
{
    /// <summary>The answer names those whose R is in it, also when another coordinator's result was stored first.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Names_as_signers_only_those_who_made_the_signature(int headStart)
    {
        using var mini = new MiniCluster(4, $"signers-{headStart}");
        var key = Assert.Single(mini.CreateKeys(2, 4));
        var request = mini.Sign(mini.Transfer(key.Record));
        var first = mini.Submit(mini.Nodes[0], request);
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(headStart));
        CallId[] calls = [first, .. mini.Nodes.Skip(1).Select(node => mini.Submit(node, request))];
        var named = 0;
        foreach (var reply in calls.Select(call => Assert.IsType<ClientReply.Signed>(mini.Await(call))))
        {
            foreach (var signer in reply.Signers)
            {
                named++;
                Assert.Contains(mini.Cluster.Node(signer).Store.Log,
                    entry => entry.Kind == AuditKind.ShareReleased && entry.Detail.Span.SequenceEqual(reply.Signature.Span[..32]));
            }
        }
        Assert.True(named >= 2);
    }

    /// <summary>W = 3 of 4 with t = 2: a node that was asked to book and then signs too counts once, so that the third is asked.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Finds_the_third_booking_when_a_co_signer_has_died(int dead)
    {
        for (var turn = 0; turn < 3; turn++)
        {
            using var mini = new MiniCluster(4, $"booking-{dead}-{turn}");
            var key = Assert.Single(mini.CreateKeys(2, 4));
            for (var i = 0; i < turn; i++)
                Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, (ulong)i + 1))));
            mini.Nodes[dead].Kill();
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, 99))));
        }
    }

    /// <summary>A co-signer that has just heard the result tells it to another coordinator only when its own disk holds it.</summary>
    [Fact]
    public void Tells_a_result_only_when_it_is_durable()
    {
        using var mini = new MiniCluster(3, "told");
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var request = mini.Sign(mini.Transfer(key.Record));
        var traffic = new SlowDisk(mini.Nodes[1]);
        mini.Cluster.Traffic = traffic;
        mini.Nodes[2].Kill();
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], request));
        mini.Nodes[0].Kill();
        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(20));
        Assert.DoesNotContain(mini.Nodes[1].Store.Requests, row => row.BodyHash == Hash(request) && row.State == RequestState.Completed);
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[2], request));
        Assert.Equal([true], traffic.Told);
    }

    private static Digest32 Hash(SignedRequest request) => new(SHA256.HashData(request.Body.Span));

    /// <summary>One node's flushes take long; notes for each result it tells whether its disk held one.</summary>
    private sealed class SlowDisk(SimulatedNode slow) : Traffic
    {
        public List<bool> Told { get; } = [];

        public override TimeSpan Flush(NodeId node) => TimeSpan.FromMilliseconds(node == slow.Nid ? 300 : 2);

        public override NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
        {
            if (node == slow && effect is NodeEffect.AnswerPeer { Reply: PeerReply.AlreadySigned })
                Told.Add(node.Store.Requests.Any(row => row.Key != default && row.State == RequestState.Completed)); // the creation's row has no key
            return effect;
        }
    }
}
