using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A party that gives some nodes its ACK and one its ABORT.</summary>
public sealed class DoubleWordTests
{
    [Fact]
    public void A_node_that_ended_a_certified_order_on_an_ABORT_says_so_when_it_sees_the_certificate()
    {
        var mini = new MiniCluster(3);
        var (coordinator, victim, liar) = (mini.Nodes[0], mini.Nodes[1], mini.Nodes[2]);
        var identity = liar.NewSetup().Identity;
        var script = mini.Script();
        var cut = false;
        List<PeerReply> replies = [];
        // The coordinator's answers come too late: the victim hears the liar first.
        script.Loses = (from, to, what) => from == coordinator.Nid && to == victim.Nid && what is PeerReply;
        script.Bends = (node, effect) =>
        {
            if (node == victim && effect is NodeEffect.AnswerPeer { Reply: PeerReply.Refused or PeerReply.Accepted } answer)
                replies.Add(answer.Reply);
            if (node == victim && !cut && effect is NodeEffect.SendFrame frame && victim.Store.Orders.Any(order => order.State == OrderState.Acknowledged))
            {
                cut = true;
                mini.Cluster.Time.After(TimeSpan.FromMilliseconds(0.1), () => victim.Step(new NodeEvent.StreamClosed(frame.Stream, "connection reset")));
            }
            if (node != victim || effect is not NodeEffect.CallPeer { Body: PeerCall.AskOrder } call || call.Peer != liar.Nid)
                return effect;
            var abort = identity.Sign(LifecycleDigests.Abort(liar.Store.Orders.Single().Order, AbortKind.NeverAcknowledged));
            mini.Cluster.Time.After(TimeSpan.FromMilliseconds(1), () =>
                victim.Step(new NodeEvent.PeerAnswered(call.Token, liar.Roster.TlsPins[0], new PeerReply.Order(new OrderAnswer.Aborted(0, abort)))));
            return null;
        };
        mini.Ask(coordinator, mini.Sign(mini.Creation(3, 3)));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(OrderState.Active, Assert.Single(coordinator.Store.Orders).State);
        Assert.Equal(OrderState.Aborted, Assert.Single(victim.Store.Orders).State);
        Assert.Contains(replies.OfType<PeerReply.Refused>(), refused => refused.Error.Reason == Reason.PeerFault);
        Assert.DoesNotContain(replies, reply => reply is PeerReply.Accepted);
        Assert.Contains(victim.Store.Log, entry => entry.Kind == AuditKind.PeerFault);
        Assert.Contains(victim.Observations.OfType<Observation.OrderAborted>(), seen => seen.Why.Contains("signed both", StringComparison.Ordinal));
        Assert.True(mini.IsSound);
    }
}
