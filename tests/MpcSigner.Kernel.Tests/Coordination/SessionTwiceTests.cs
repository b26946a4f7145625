using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>One session id, run twice (spec §4.5, §18.3): the second is refused while the first runs, when it is over, and by the next process.</summary>
public sealed class SessionTwiceTests
{
    [Theory]
    [InlineData(ProtocolKind.Dkg, 1)]
    [InlineData(ProtocolKind.Dkg, 3)]
    [InlineData(ProtocolKind.PairSetup, 1)]
    [InlineData(ProtocolKind.Presign, 1)]
    [Trait("row", "T22@dkg"), Trait("row", "T22@batch"), Trait("row", "T22@setup"), Trait("row", "T22@presign"), Trait("row", "M11")]
    public void Refuses_the_second_and_leaves_the_first_alone(ProtocolKind protocol, int count)
    {
        using var mini = new MiniCluster(3, seed: "twice", settings: new() { Pools = new() { PresignatureLevel = 0 } });
        var script = mini.Script();
        (SimulatedNode Initiator, SimulatedNode Member, SessionFrame.Open Open)? met = null;
        Dictionary<(SimulatedNode, StreamId), NodeId> targets = [];
        var refusals = 0;
        script.Bends = (node, effect) =>
        {
            if (effect is NodeEffect.OpenStream stream)
                targets[(node, stream.Stream)] = stream.Peer;
            if (met is null && effect is NodeEffect.SendFrame { Frame: SessionFrame.Open open } send && SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join)
                && join.Join.Terms.Protocol == protocol)
                met = (node, mini.Cluster.Node(targets[(node, send.Stream)]), open);
            return effect;
        };
        var made = Assert.IsType<ClientReply.KeysCreated>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3, count, KeyUsage.TransactionsAndRaw, Suite.EcdsaSecp256k1))));
        var key = made.Keys[0].Record;
        if (protocol != ProtocolKind.Dkg)
        {
            var call = mini.Submit(mini.Nodes[0], mini.Sign(Digest(key, 1)));
            Assert.True(mini.Cluster.Time.RunUntil(() => met is not null, TimeSpan.FromSeconds(5)));
            mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(3));
            AssertUsed(1_000_000);
            Assert.IsType<ClientReply.Signed>(mini.Await(call));
        }
        AssertUsed(1_000_002);
        met!.Value.Member.Kill();
        met.Value.Member.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        AssertUsed(1_000_004);

        Assert.Equal(protocol == ProtocolKind.Dkg ? 2 : 3, refusals);
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.All(mini.Nodes, node => Assert.All(node.Store.Pairs.Values, row => Assert.Equal(0u, row.Failures)));
        Assert.All(mini.Nodes, node => Assert.Equal(count, node.Store.Keys.Count));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Digest(key, 2))));
        Assert.True(mini.IsSound);

        void AssertUsed(ulong stream)
        {
            var refused = Assert.IsType<SessionFrame.Refuse>(PeerTests.Show(mini, script, met!.Value.Member, met.Value.Initiator, met.Value.Open, stream));
            Assert.Equal(Reason.PeerFault, refused.Error.Reason);
            Assert.Contains("used before", refused.Error.Message, StringComparison.Ordinal);
            refusals++;
        }
    }

    private static RequestAction.Sign Digest(KeyRecord key, byte value) => new(key.KeyId, [], PayloadKind.Raw, Enumerable.Repeat(value, 32).ToArray());
}
