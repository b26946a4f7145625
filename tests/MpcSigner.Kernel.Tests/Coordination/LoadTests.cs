using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class LoadTests
{
    [Fact]
    public void Many_requests_at_once_at_all_nodes_are_all_signed()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var asked = Enumerable.Range(1, 60).Select(i =>
        {
            var action = mini.Transfer(key.Record, (ulong)i);
            return (Action: action, Call: mini.Submit(mini.Nodes[i % 3], mini.Sign(action)));
        }).ToArray();
        foreach (var (action, call) in asked)
        {
            var signed = Assert.IsType<ClientReply.Signed>(mini.Await(call));
            Assert.True(Ed25519Signature.Verify(key.Record.PublicKey.Span, action.Payload.Span, signed.Signature.Span));
        }
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        foreach (var node in mini.Nodes)
        {
            var status = Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(node, mini.Client, new ClientCall.Status()))).Status;
            Assert.Equal(0, status.LiveSessions);
            Assert.Equal(0, status.OpenOrders);
        }
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Nothing_of_ended_requests_stays_in_the_tables()
    {
        // With room for two requests only, any leak soon answers Overloaded.
        var mini = new MiniCluster(3, settings: new() { MaxRunningRequests = 2 });
        var key = Assert.Single(mini.CreateKeys(2, 3));
        for (var i = 0; i < 12; i++)
        {
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[i % 3], mini.Sign(mini.Transfer(key.Record, (ulong)(1 + i)))));
            var denied = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[i % 3], mini.Sign(mini.Transfer(key.Record, MiniCluster.Ceiling + 1 + (ulong)i))));
            Assert.Equal(Reason.PolicyDenied, denied.Error.Reason);
            var unknown = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[i % 3], mini.Sign(mini.Transfer(key.Record) with { Key = default })));
            Assert.Equal(Reason.UnknownKey, unknown.Error.Reason);
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        }
        mini.Nodes[2].Kill();
        for (var i = 0; i < 6; i++)
            Assert.Equal(Reason.TooFewNodes, Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3)))).Error.Reason);
    }

    [Fact]
    public void More_requests_than_there_is_room_for_are_refused_at_once()
    {
        var mini = new MiniCluster(3, settings: new() { MaxRunningRequests = 3 });
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var calls = Enumerable.Range(1, 5).Select(i => mini.Submit(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, (ulong)i)))).ToArray();
        var replies = calls.Select(call => mini.Await(call)).ToArray();
        Assert.Equal(3, replies.OfType<ClientReply.Signed>().Count());
        Assert.All(replies.OfType<ClientReply.Refused>(), refused => Assert.Equal(Reason.Overloaded, refused.Error.Reason));
    }

    [Fact]
    public void A_silent_co_signer_does_not_use_up_the_callers_time()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        SimulatedNode? silent = null;
        script.Bends = (node, effect) =>
        {
            if (effect is NodeEffect.SendFrame && node != mini.Nodes[0])
                silent ??= node;
            return effect is NodeEffect.SendFrame && node == silent ? null : effect;
        };
        var call = mini.Submit(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record)), TimeSpan.FromSeconds(2));
        var signed = Assert.IsType<ClientReply.Signed>(mini.Await(call, seconds: 2));
        Assert.DoesNotContain(silent!.Nid, signed.Signers);
    }

    [Fact]
    public void A_caller_that_left_gets_no_answer_and_its_request_goes_on()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var request = mini.Sign(mini.Transfer(key.Record));
        var call = mini.Submit(mini.Nodes[0], request);
        mini.Nodes[0].Step(new NodeEvent.ClientGone(call));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Assert.False(mini.Cluster.Answers.ContainsKey(call));
        Assert.Empty(Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], request)).Signers);
    }
}
