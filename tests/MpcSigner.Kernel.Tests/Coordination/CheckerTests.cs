using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>The checker that all other tests rely on does find a node that speaks before its disk does.</summary>
public sealed class CheckerTests
{
    /// <summary>From here on the node is told of commits with such an entry that they are durable, and they never are.</summary>
    private static void LieAbout(MiniCluster mini, SimulatedNode liar, AuditKind kind)
    {
        mini.Script().Bends = (node, effect) =>
        {
            if (node != liar || effect is not NodeEffect.Commit commit || !commit.Writes.OfType<StoreWrite.Append>().Any(append => append.Entry.Kind == kind))
                return effect;
            commit.Shares?.Dispose();
            liar.Later(TimeSpan.FromMilliseconds(1), () => liar.Step(new NodeEvent.Committed(commit.Token)));
            return null;
        };
    }

    [Theory]
    [InlineData(AuditKind.ShareReleased, 1, "a share left before R")]
    [InlineData(AuditKind.Booked, 1, "a share left before R")]
    [InlineData(AuditKind.Booked, 0, "a booking was acknowledged before it was durable")]
    public void Finds_what_leaves_a_signer_before_it_is_durable(AuditKind kind, int liar, string promise)
    {
        var mini = new MiniCluster(2);
        var key = Assert.Single(mini.CreateKeys(2, 2));
        LieAbout(mini, mini.Nodes[liar], kind);
        var broken = Assert.Throws<BrokenPromiseException>(() => mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        Assert.Contains(promise, broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AuditKind.OrderAcknowledged, "an ACK left before it was durable")]
    [InlineData(AuditKind.OrderBegun, "round 1 left before the order was durable")]
    public void Finds_what_leaves_a_party_before_it_is_durable(AuditKind kind, string promise)
    {
        var mini = new MiniCluster(3);
        LieAbout(mini, mini.Nodes[1], kind);
        var broken = Assert.Throws<BrokenPromiseException>(() => mini.CreateKeys(2, 3));
        Assert.Contains(promise, broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Finds_an_answer_before_its_result_is_durable()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        LieAbout(mini, mini.Nodes[0], AuditKind.RequestCompleted);
        var broken = Assert.Throws<BrokenPromiseException>(() => mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        Assert.Contains("a signature was answered before it was durable", broken.Message, StringComparison.Ordinal);
    }
}
