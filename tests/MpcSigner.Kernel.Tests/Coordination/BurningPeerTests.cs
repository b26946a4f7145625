using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A peer that has material made with everybody and uses none of it: it fills its own share at the others, and they sign with each other as before.</summary>
public sealed class BurningPeerTests
{
    private const int Quota = 40;
    private const int Burnt = 150;

    [Fact]
    public void A_peer_that_asks_for_material_and_never_uses_it_fills_its_own_quota_and_no_more()
    {
        var mini = new MiniCluster(3, settings: new() { Pools = new() { NonceLevel = 4, NonceBatch = 4, MaxHeldPerPeer = Quota } });
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var burning = mini.Nodes[0];
        foreach (var node in mini.Nodes)
            Assert.IsType<ClientReply.Signed>(mini.Ask(node, mini.Sign(mini.Transfer(key.Record, 999))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var script = mini.Script();
        var dropped = 0;
        // It takes a piece for each question and lets nobody see the question.
        script.Loses = (from, _, what) =>
        {
            var burns = from == burning.Nid && what is PeerCall.PartialSign;
            dropped += burns ? 1 : 0;
            return burns;
        };
        var most = 0;
        var signed = 0;
        for (var i = 1; i <= Burnt; i++)
        {
            mini.Submit(burning, mini.Sign(mini.Transfer(key.Record, (ulong)i)), TimeSpan.FromSeconds(2));
            if (i % 10 == 0)
            {
                // Two who mean well.
                var begun = mini.Cluster.Time.Now;
                Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1 + i / 10 % 2], mini.Sign(mini.Transfer(key.Record, (ulong)(1_000 + i)))));
                Assert.True(mini.Cluster.Time.Now - begun < TimeSpan.FromSeconds(5));
                signed++;
            }
            mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(200));
            most = Math.Max(most, mini.Nodes.Skip(1).Max(node => Pools(mini, node).Held));
        }
        Assert.True(dropped > Burnt / 2, $"{dropped} pieces burnt");
        Assert.Equal(Burnt / 10, signed);
        // Its own quota, and what the two hold for each other.
        Assert.InRange(most, 4, 2 * Quota);
        Assert.True(mini.IsSound);
    }

    private static PoolStatus Pools(MiniCluster mini, SimulatedNode node)
    {
        var call = mini.Cluster.Call(node, mini.Client, new ClientCall.Status());
        return Assert.IsType<ClientReply.StatusIs>(mini.Await(call)).Status.Pools;
    }
}
