using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Kernel.Tests.Coordination.Maintenance;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A party that cheats and ends the session at once, so that the verdict over it is reached when the session is over: it is named all the same.</summary>
[Trait("row", "F-BadIdentitySignature")]
public sealed class LateVerdictTests
{
    [Fact]
    public void A_dealer_of_a_creation_is_blamed_though_it_has_left()
    {
        using var mini = new MiniCluster(3);
        var left = Cheat(mini, ProtocolKind.Dkg, computation: 2);
        Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        AssertBlamed(mini, left());
        Assert.Equal(OrderState.Aborted, Assert.Single(mini.Nodes[0].Store.Orders).State);
    }

    [Fact]
    public void A_dealer_of_a_refresh_is_blamed_though_it_has_left()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var left = Cheat(mini, ProtocolKind.Refresh, computation: 3);
        Assert.IsType<MaintenanceOutcome.Aborted>(mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, MaintenanceKind.Refresh, key, attempt: 1))));
        AssertBlamed(mini, left());
        Assert.Equal(KeyState.Active, Maintained.InUse(mini, mini.Nodes[0], key.Record.KeyId, 0).State);
    }

    /// <summary>The third node signs round 1 wrongly, and is gone while the first one judges.</summary>
    /// <returns>Whether it has come to that.</returns>
    private static Func<bool> Cheat(MiniCluster mini, ProtocolKind protocol, int computation)
    {
        var (judge, liar) = (mini.Nodes[0], mini.Nodes[2]);
        var puppet = new Puppet(mini, liar)
        {
            Holds = false,
            Bends = (type, payload) => type == MessageType.Round && payload.Length == 128 ? [.. payload[..^1], (byte)(payload[^1] ^ 1)] : payload.ToArray(),
        };
        puppet.Script.FlushTime = TimeSpan.FromMilliseconds(0.1); // the session is over, its order ABORTED, before the arithmetic is
        var voice = puppet.Script.Bends;
        var (computed, left) = (0, false);
        StreamId? leg = null;
        puppet.Script.Bends = (node, effect) =>
        {
            if (node == judge && effect is NodeEffect.SendFrame { Frame: SessionFrame.Open open } send && SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join) && join.Join.Terms.Protocol == protocol
                && puppet.Script.Effects.Any(e => e.Effect is NodeEffect.OpenStream opened && opened.Stream == send.Stream && opened.Peer == liar.Nid && e.Node == judge))
                leg = send.Stream;
            if (node == judge && leg is not null && effect is NodeEffect.Compute && ++computed == computation)
            {
                mini.Cluster.Time.After(TimeSpan.FromMilliseconds(0.5), () =>
                {
                    left = true;
                    judge.Step(new NodeEvent.StreamClosed(leg.Value, "connection reset"));
                });
            }
            return voice(node, effect);
        };
        return () => left;
    }

    private static void AssertBlamed(MiniCluster mini, bool left)
    {
        Assert.True(left);
        var entry = Assert.Single(mini.Nodes[0].Store.Log, entry => entry.Kind == AuditKind.PeerFault);
        Assert.StartsWith($"{mini.Nodes[2].Roster.Name} (party 3): BadIdentitySignature in ", Encoding.UTF8.GetString(entry.Detail.Span), StringComparison.Ordinal);
        Assert.True(mini.IsSound);
    }
}
