using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class RefusalTests
{
    private static ServiceError Refused(ClientReply reply) => Assert.IsType<ClientReply.Refused>(reply).Error;

    [Fact]
    public void Rejects_what_policy_denies_with_each_nodes_reason_in_the_durable_log()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var request = mini.Sign(mini.Transfer(key.Record, MiniCluster.Ceiling + 1));
        var error = Refused(mini.Ask(mini.Nodes[0], request));
        Assert.Equal(Reason.PolicyDenied, error.Reason);
        Assert.Equal(3, error.Nodes.Count);
        Assert.All(error.Nodes, node => Assert.Equal(Reason.PolicyDenied, node.Reason));
        Assert.All(mini.Nodes, node => Assert.Single(node.Store.Log, entry => entry.Kind == AuditKind.Denied));
        Assert.Equal(RequestState.Denied, Assert.Single(mini.Nodes[0].Store.Requests, row => row.Key == key.Record.KeyId).State);
        Assert.Equal(Reason.PolicyDenied, Refused(mini.Ask(mini.Nodes[0], request)).Reason);
        Assert.All(mini.Nodes, node => Assert.Equal(0, node.Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased)));
    }

    [Fact]
    public void Rejects_an_expired_request_and_one_from_the_future()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var action = mini.Transfer(key.Record);
        var expired = mini.Sign(action, change: body => body with { IssuedAt = body.IssuedAt.AddHours(-2), ExpiresAt = body.IssuedAt.AddMilliseconds(-1) });
        Assert.Equal(Reason.RequestExpired, Refused(mini.Ask(mini.Nodes[0], expired)).Reason);
        var future = mini.Sign(action, change: body => body with { IssuedAt = body.IssuedAt.AddMinutes(3), ExpiresAt = body.IssuedAt.AddHours(1) });
        Assert.Equal(Reason.ClockSkew, Refused(mini.Ask(mini.Nodes[0], future)).Reason);
        var tolerated = mini.Sign(action, change: body => body with { IssuedAt = body.IssuedAt.AddSeconds(119) });
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], tolerated));
    }

    [Fact]
    public void Rejects_a_request_of_another_cluster_of_an_unknown_client_and_a_forged_one()
    {
        var mini = new MiniCluster(3);
        var other = new MiniCluster(3, seed: "other", start: false);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var action = mini.Transfer(key.Record);
        var foreign = mini.Sign(action, change: body => body with { Cluster = other.Cluster.Roster.Cluster });
        Assert.Equal(Reason.WrongCluster, Refused(mini.Ask(mini.Nodes[0], foreign)).Reason);
        Assert.Equal(Reason.UnknownClient, Refused(mini.Ask(mini.Nodes[0], other.Sign(action))).Reason);

        var good = mini.Sign(action);
        var forged = good.Signature.ToArray();
        forged[7] ^= 1;
        Assert.Equal(Reason.BadClientSignature, Refused(mini.Ask(mini.Nodes[0], good with { Signature = forged })).Reason);
        var body = good.Body.ToArray();
        body[^1] ^= 1;
        Assert.Equal(Reason.BadClientSignature, Refused(mini.Ask(mini.Nodes[0], good with { Body = body })).Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(mini.Ask(mini.Nodes[0], good with { Body = default })).Reason);

        var call = mini.Cluster.Call(mini.Nodes[0], new ClientId(new Bytes32(new byte[32])), new ClientCall.Submit(good));
        Assert.Equal(Reason.NotEntitled, Refused(mini.Await(call)).Reason);
    }

    [Fact]
    public void Rejects_an_unknown_key_and_names_the_parties_to_a_node_that_is_none()
    {
        var mini = new MiniCluster(5);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var unknown = mini.Transfer(key.Record) with { Key = new KeyId(new Bytes32(new byte[32])) };
        Assert.Equal(Reason.UnknownKey, Refused(mini.Ask(mini.Nodes[0], mini.Sign(unknown))).Reason);
        Assert.Equal(Reason.UnknownKey, Refused(mini.Ask(mini.Nodes[4], mini.Sign(mini.Transfer(key.Record)))).Reason);
        var wrong = Refused(mini.Ask(mini.Nodes[4], mini.Sign(mini.Creation(2, 3))));
        Assert.Equal(Reason.WrongNode, wrong.Reason);
        Assert.Contains("node-a, node-b, node-c", wrong.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_a_creation_with_a_node_that_is_down_and_begins_nothing()
    {
        var mini = new MiniCluster(3);
        mini.Nodes[2].Kill();
        var request = mini.Sign(mini.Creation(2, 3));
        var error = Refused(mini.Ask(mini.Nodes[0], request));
        Assert.Equal(Reason.TooFewNodes, error.Reason);
        Assert.Equal("node-c", Assert.Single(error.Nodes).NodeName);
        Assert.All(mini.Nodes, node => Assert.Empty(node.Store.Orders));
        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.IsType<ClientReply.KeysCreated>(mini.Ask(mini.Nodes[0], request));
    }

    [Fact]
    public void Clocks_apart_by_more_than_two_minutes_are_named_and_less_is_tolerated()
    {
        var mini = new MiniCluster(3, start: false);
        mini.Nodes[1].ClockOffset = TimeSpan.FromSeconds(115);
        mini.Nodes[2].ClockOffset = TimeSpan.FromMinutes(-3);
        foreach (var node in mini.Nodes)
            node.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var error = Refused(mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3))));
        var late = Assert.Single(error.Nodes);
        Assert.Equal("node-c", late.NodeName);
        Assert.Contains("2026-01-01T00:00:0", late.Message, StringComparison.Ordinal);
        Assert.Contains("2025-12-31T23:57:0", late.Message, StringComparison.Ordinal);

        mini.Nodes[2].ClockOffset = TimeSpan.FromSeconds(-3);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        var key = Assert.Single(mini.CreateKeys(2, 3));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(mini.Transfer(key.Record))));
    }

    [Fact]
    public void A_node_with_another_policy_says_so_with_both_hashes_and_is_not_chosen()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var other = mini.Policy("other");
        foreach (var node in mini.Nodes.Skip(1))
        {
            node.Kill();
            node.Start(other);
        }
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        var error = Refused(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        Assert.Equal(2, error.Nodes.Count);
        Assert.All(error.Nodes, node =>
        {
            Assert.Contains(other.Hash.ToString(), node.Message, StringComparison.Ordinal);
            Assert.Contains(mini.Cluster.Policy.Hash.ToString(), node.Message, StringComparison.Ordinal);
        });
        var call = mini.Cluster.Call(mini.Nodes[0], mini.Client, new ClientCall.Status());
        var status = Assert.IsType<ClientReply.StatusIs>(mini.Await(call)).Status;
        Assert.All(status.Peers, peer => Assert.True(peer.Reachable && peer.Problem.Length > 0));
    }

    [Theory]
    [InlineData(1, 3, 1, Reason.BadThreshold)]
    [InlineData(4, 3, 1, Reason.BadThreshold)]
    [InlineData(2, 1, 1, Reason.BadParticipants)]
    [InlineData(2, 3, 0, Reason.BadBatchSize)]
    [InlineData(2, 3, 1_001, Reason.BadBatchSize)]
    public void Rejects_a_creation_out_of_bounds_even_if_a_decoder_let_it_through(int t, int n, int count, Reason reason)
    {
        var mini = new MiniCluster(3, start: false);
        var context = new MachineContext(mini.Nodes[0].NewSetup());
        Assert.True(new RequestGate(context).TryAuthenticate(mini.Sign(mini.Creation(2, 3)), Door.Client, mini.Now, out var request, out _));
        var bent = request with { Body = request.Body with { Action = mini.Creation(2, n, count) with { Threshold = t } } };
        Assert.False(CreationCase.TryJudge(context, bent, out _, out var error));
        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public void Rejects_parties_that_repeat_or_descend_or_are_no_nodes()
    {
        var mini = new MiniCluster(3, start: false);
        var context = new MachineContext(mini.Nodes[0].NewSetup());
        Assert.True(new RequestGate(context).TryAuthenticate(mini.Sign(mini.Creation(2, 3)), Door.Client, mini.Now, out var request, out _));
        var parties = mini.Creation(2, 3).Parties;
        foreach (var wrong in new[]
        {
            new[] { parties[1], parties[0] },
            [parties[0], (parties[1].Pid, parties[0].Nid)],
            [parties[0], (parties[1].Pid, new NodeId(new Bytes32(new byte[32])))],
        })
        {
            var bent = request with { Body = request.Body with { Action = mini.Creation(2, 3) with { Parties = wrong } } };
            Assert.False(CreationCase.TryJudge(context, bent, out _, out var error));
            Assert.Equal(Reason.BadParticipants, error.Reason);
        }
    }
}
