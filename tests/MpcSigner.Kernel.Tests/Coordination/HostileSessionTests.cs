using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>Members that lie within a session: whatever they send, the others' machines go on.</summary>
public sealed class HostileSessionTests
{
    /// <summary>The attacker has seen the initiator's join when it sends its own. Whichever of the two nids is lower, the attacker is named and the initiator lives.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rejects_a_member_that_joins_with_the_initiators_ephemeral_key(bool attackerIsLower)
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(3, 3));
        var byNid = mini.Nodes.OrderBy(node => node.Nid).ToArray();
        var (attacker, initiator) = attackerIsLower ? (byNid[0], byNid[2]) : (byNid[2], byNid[0]);
        var identity = attacker.NewSetup().StartIdentity;
        var script = mini.Script();
        SignedJoin? seen = null;
        script.Bends = (node, effect) =>
        {
            if (node == initiator && effect is NodeEffect.SendFrame { Frame: SessionFrame.Open open })
                Assert.True(SignedJoin.TryDecode(open.InitiatorJoin.Span, out seen));
            if (node != attacker || effect is not NodeEffect.SendFrame { Frame: SessionFrame.Join join } send || seen is null)
                return effect;
            Assert.True(SignedJoin.TryDecode(join.Bytes.Span, out var honest));
            var copied = (honest.Join with { EphemeralKey = seen.Join.EphemeralKey }).Sign(identity);
            return send with { Frame = new SessionFrame.Join(copied.Encode()) };
        };
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(initiator, mini.Sign(mini.Transfer(key.Record))));
        Assert.Equal(Reason.TooFewNodes, refused.Error.Reason);
        var culprit = Assert.Single(refused.Error.Nodes);
        Assert.Equal(attacker.Nid, culprit.Node);
        Assert.Contains("its join is not in order (SharedEphemeralKey)", culprit.Message, StringComparison.Ordinal);
        Assert.True(mini.IsSound);

        script.Bends = static (_, effect) => effect;
        Assert.IsType<ClientReply.Signed>(mini.Ask(initiator, mini.Sign(mini.Transfer(key.Record))));
    }
}
