using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Orders;
using MpcSigner.Kernel.Tests.Coordination.Maintenance;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>An ACK that does not verify (spec §9 "Commit", §15): its sender is blamed by everybody, also by a node that cannot judge it yet when it comes.</summary>
[Trait("row", "F-BadAcknowledgement")]
public sealed class BadAcknowledgementTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(60), Quick = TimeSpan.FromMilliseconds(2);

    /// <param name="isEarly">The victim's own ACK is still on its way to the disk when the bad one comes; else the cheat is the slow one.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_a_creation(bool isEarly)
    {
        using var mini = new MiniCluster(3);
        var sent = Cheat(mini, isEarly);
        mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3)));
        AssertBlamed(mini, sent());
    }

    /// <inheritdoc cref="In_a_creation"/>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_a_refresh(bool isEarly)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var sent = Cheat(mini, isEarly);
        mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, MaintenanceKind.Refresh, key, attempt: 1)));
        AssertBlamed(mini, sent());
    }

    /// <summary>The third node's ACKs are wrong in one bit.</summary>
    /// <returns>How many it has sent.</returns>
    private static Func<int> Cheat(MiniCluster mini, bool isEarly)
    {
        var sent = 0;
        var puppet = new Puppet(mini, mini.Nodes[2]) { Holds = false };
        puppet.Bends = (type, payload) =>
        {
            byte[] said = [.. payload];
            if (type == MessageType.Ack)
            {
                said[0] ^= 1;
                sent++;
            }
            return said;
        };
        var voice = puppet.Script.Bends;
        puppet.Script.Bends = (node, effect) =>
        {
            puppet.Script.FlushTime = (node == mini.Nodes[2]) == isEarly ? Quick : Slow;
            return voice(node, effect);
        };
        return () => sent;
    }

    private static void AssertBlamed(MiniCluster mini, int sent)
    {
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(2, sent);
        foreach (var honest in mini.Nodes.Take(2))
        {
            var entry = Assert.Single(honest.Store.Log, entry => entry.Kind == AuditKind.PeerFault);
            Assert.StartsWith($"{mini.Nodes[2].Roster.Name} (party 3): BadAcknowledgement in ", Encoding.UTF8.GetString(entry.Detail.Span), StringComparison.Ordinal);
        }
        Assert.True(mini.IsSound);
    }
}
