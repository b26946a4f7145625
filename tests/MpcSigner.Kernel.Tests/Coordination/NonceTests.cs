using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>P4: a nonce answers one request, and is gone before anything is computed with it.</summary>
public sealed class NonceTests
{
    /// <summary>Prepares a node's part with its real share, outside a running machine.</summary>
    private static (OwnPart Part, SigningCase Signing, FrostCommitment Commitment) Prepare(MiniCluster mini, SimulatedNode node, KeyRow key, NodeId coordinator)
    {
        var setup = node.NewSetup();
        var context = new MachineContext(setup);
        Assert.True(new RequestGate(context).TryAuthenticate(mini.Sign(mini.Transfer(key.Record), "nonce"), Door.Client, mini.Now, out var request, out _));
        Assert.True(SigningCase.TryJudge(context, request, key, out var signing, out _));
        context.Begin(new(mini.Now, default));
        var part = new OwnPart(context, signing, coordinator);
        FrostCommitment? commitment = null;
        part.Prepare(c => commitment = c, _ => { });
        var load = Assert.IsType<NodeEffect.LoadShare>(Assert.Single(context.End()));
        context.Take<Waiter.ForShare>(load.Token)!.Loaded(node.Store.OpenShare(load.Key, load.Generation)!);
        return (part, signing, commitment!);
    }

    [Fact]
    [Trait("row", "R10")]
    public void A_pair_of_nonces_answers_one_request_and_never_another()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var coordinator = mini.Nodes[0].Nid;
        var (one, signing, first) = Prepare(mini, mini.Nodes[0], key, coordinator);
        var (two, _, second) = Prepare(mini, mini.Nodes[1], key, coordinator);
        var request = new FrostRequest(new(new byte[32]), signing.Key.RecordHash, signing.Payload.Message, [], FrostMode.None, default, [first, second]);

        Assert.Null(two.Check(request));
        Assert.IsType<FrostAnswer.Signed>(two.Sign(request));
        Assert.False(two.IsReady);
        Assert.Equal(FrostRefusal.NoncesSpent, Assert.IsType<FrostAnswer.Refused>(two.Sign(request)).Reason);
        Assert.Equal(FrostRefusal.NoncesSpent, two.Check(request));

        // A request that fails spends them too: they are removed before anything is looked at.
        var foreign = request with { Commitments = [first with { Hiding = second.Hiding }, second] };
        Assert.IsType<FrostAnswer.Refused>(one.Sign(foreign));
        Assert.Equal(FrostRefusal.NoncesSpent, Assert.IsType<FrostAnswer.Refused>(one.Sign(request)).Reason);
    }

    [Fact]
    public void A_share_that_arrives_after_the_part_was_given_up_is_wiped()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var setup = mini.Nodes[0].NewSetup();
        var context = new MachineContext(setup);
        Assert.True(new RequestGate(context).TryAuthenticate(mini.Sign(mini.Transfer(key.Record)), Door.Client, mini.Now, out var request, out _));
        Assert.True(SigningCase.TryJudge(context, request, key, out var signing, out _));
        context.Begin(new(mini.Now, default));
        var part = new OwnPart(context, signing, mini.Nodes[0].Nid);
        part.Prepare(_ => Assert.Fail("nonces were made for nobody"), _ => { });
        var load = Assert.IsType<NodeEffect.LoadShare>(Assert.Single(context.End()));
        part.Dispose();
        var share = mini.Nodes[0].Store.OpenShare(load.Key, load.Generation)!;
        context.Take<Waiter.ForShare>(load.Token)!.Loaded(share);
        Assert.Throws<ObjectDisposedException>(() => share.IsZero());
        Assert.False(part.IsReady);
    }

    [Fact]
    public void A_share_that_cannot_be_opened_is_told_to_whoever_still_wants_it_and_one_that_is_given_up_is_wiped()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var context = new MachineContext(mini.Nodes[0].NewSetup());
        Assert.True(new RequestGate(context).TryAuthenticate(mini.Sign(mini.Transfer(key.Record)), Door.Client, mini.Now, out var request, out _));
        Assert.True(SigningCase.TryJudge(context, request, key, out var signing, out _));
        context.Begin(new(mini.Now, default));
        List<(OwnPart, Reason)> troubles = [];
        NodeEffect.LoadShare Prepare(OwnPart part)
        {
            part.Prepare(_ => { }, trouble => troubles.Add((part, trouble.Reason)));
            return Assert.IsType<NodeEffect.LoadShare>(Assert.Single(context.End()));
        }
        var (wanted, givenUp, ready) = (new OwnPart(context, signing, mini.Nodes[0].Nid), new OwnPart(context, signing, mini.Nodes[0].Nid), new OwnPart(context, signing, mini.Nodes[0].Nid));
        var loads = new[] { wanted, givenUp, ready }.Select(Prepare).ToArray();
        givenUp.Dispose();
        foreach (var load in loads[..2])
            context.Take<Waiter.ForShare>(load.Token)!.Unavailable(new(Reason.TokenLost, "gone"));
        Assert.Equal([(wanted, Reason.TokenLost)], troubles);
        var share = mini.Nodes[0].Store.OpenShare(loads[2].Key, loads[2].Generation)!;
        context.Take<Waiter.ForShare>(loads[2].Token)!.Loaded(share);
        Assert.True(ready.IsReady);
        ready.Dispose();
        Assert.False(ready.IsReady);
        Assert.Throws<ObjectDisposedException>(() => share.IsZero());
    }

    [Fact]
    [Trait("row", "R10")]
    public void A_repeated_FROST_request_gets_no_second_share()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        var (shares, refusals) = (0, new List<ServiceError>());
        script.Bends = (node, effect) =>
        {
            if (effect is NodeEffect.CallPeer { Body: PeerCall.PartialSign ask } call)
                mini.Cluster.Time.After(default, () => mini.Cluster.CallAside(node, call.Peer, ask, call.Timeout)); // sent twice
            shares += effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } ? 1 : 0;
            if (effect is NodeEffect.AnswerPeer { Reply: PeerReply.Refused refused })
                refusals.Add(refused.Error);
            return effect;
        };
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Assert.Contains(refusals, refusal => refusal.Reason == Reason.MaterialRefused && refusal.Message.Contains("Replayed", StringComparison.Ordinal));
        Assert.Equal(1, shares);
    }
}
