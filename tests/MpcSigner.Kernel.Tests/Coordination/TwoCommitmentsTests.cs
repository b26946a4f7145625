using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Kernel.Tests.Coordination.Maintenance;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A dealer that shows one node another commitment than the rest and says nothing more to it: the files of both sides, held against each other, convict it.</summary>
[Trait("row", "X-evidence")]
[Trait("row", "F-Equivocation")]
public sealed class TwoCommitmentsTests
{
    private const int Coordinator = 0, Cheater = 1, Victim = 2, SignatureSize = 64;

    /// <summary>Another commitment for the victim, signed anew; after round 1 not a word to it, or to anybody.</summary>
    private static Puppet Cheat(MiniCluster mini, ProtocolKind protocol, bool silentToAll)
    {
        var (cheater, victim) = (mini.Nodes[Cheater], mini.Nodes[Victim]);
        var hasCheated = false;
        return new(mini, cheater)
        {
            Holds = false,
            Rewrites = sent =>
            {
                if (sent.Session.Terms.Protocol != protocol || sent.Type != MessageType.Round || sent.Round != 1 || sent.Recipient != victim.Nid)
                    return null;
                hasCheated = true;
                var message = sent.Payload.ToArray();
                message[Digest32.Size] ^= 1;
                SignedStatement.Sign(cheater.Identity, new(message.AsSpan(0, Digest32.Size)), 1, sent.Session.PidOf(cheater.Nid), 0, null,
                    message.AsSpan(0, 2 * Digest32.Size), message.AsSpan(2 * Digest32.Size, SignatureSize));
                return message;
            },
            Withholds = (effect, sent) => sent is not null
                ? sent.Session.Terms.Protocol == protocol && (sent.Round > 1 || sent.Type is MessageType.Ack or MessageType.Abort or MessageType.Certificate) && (silentToAll || sent.Recipient == victim.Nid)
                : hasCheated && effect is NodeEffect.CloseStream or NodeEffect.SendFrame { Frame: SessionFrame.Refuse },
        };
    }

    private static EvidenceFile View(SimulatedNode node, ProtocolKind protocol)
    {
        var row = Assert.Single(((StoreAnswer.Evidence)node.Store.Read([new StoreQuery.ListEvidence()])[0]).Rows);
        Assert.Equal((default, (byte)protocol, (ushort)FaultKind.CommitmentEchoMismatch), (row.Culprit, row.Protocol, row.Kind));
        Assert.Contains($"evidence {row.Id}", Encoding.UTF8.GetString(Assert.Single(node.Store.Log, entry => entry.Kind == AuditKind.EvidenceKept).Detail.Span), StringComparison.Ordinal);
        var file = ((StoreAnswer.EvidencePiece)node.Store.Read([new StoreQuery.ReadEvidence(row.Id, 0)])[0]).Piece;
        Assert.True(EvidenceFileEncoding.TryDecode(file.Span, out var evidence, out var fault), fault);
        return evidence;
    }

    /// <summary>Both honest nodes hold a view; together they convict the cheater, and neither node has blamed anybody by itself.</summary>
    private static void CheckConvicted(MiniCluster mini, ProtocolKind protocol)
    {
        var court = new EvidenceCourt(new([mini.Cluster.Roster]));
        var (one, other) = (View(mini.Nodes[Coordinator], protocol), View(mini.Nodes[Victim], protocol));
        var verdict = Assert.Single(court.Compare(one, other));
        Assert.Equal((EvidenceFinding.Convicts, mini.Nodes[Cheater].Nid, FaultKind.Equivocation), (verdict.Finding, verdict.Node!.Value, verdict.Kind));
        Assert.Equal(EvidenceFinding.NamesNobody, court.Judge(one).Finding);
        Assert.Equal(EvidenceFinding.NamesNobody, court.Judge(other).Finding);
        foreach (var honest in (int[])[Coordinator, Victim])
            Assert.DoesNotContain(mini.Nodes[honest].Store.Log, entry => entry.Kind == AuditKind.PeerFault);
        Assert.True(mini.IsSound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("row", "T09@dkg")]
    public void P9_A_dealer_of_a_new_key_that_shows_two_commitments_and_falls_silent_is_convicted(bool silentToAll)
    {
        using var mini = new MiniCluster(3);
        var puppet = Cheat(mini, ProtocolKind.Dkg, silentToAll);
        Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[Coordinator], mini.Sign(mini.Creation(2, 3, count: 2))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        CheckConvicted(mini, ProtocolKind.Dkg);
        Assert.All(mini.Nodes, node => Assert.DoesNotContain(node.Store.Keys, key => key.State == KeyState.Active));
        // Honest again, it is dealt with as before.
        (puppet.Rewrites, puppet.Withholds) = (null, null);
        Assert.IsType<ClientReply.KeysCreated>(mini.Ask(mini.Nodes[Coordinator], mini.Sign(mini.Creation(2, 3, count: 2))));
        Assert.True(mini.IsSound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("row", "T09@refresh")]
    public void P9_A_dealer_of_a_refresh_that_shows_two_commitments_and_falls_silent_is_convicted(bool silentToAll)
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var puppet = Cheat(mini, ProtocolKind.Refresh, silentToAll);
        Assert.IsNotType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[Coordinator], mini.Order(Administrators.Refresh([key]))));
        CheckConvicted(mini, ProtocolKind.Refresh);
        Assert.All(mini.Nodes, node => Maintained.InUse(mini, node, key.Record.KeyId, 0));
        (puppet.Rewrites, puppet.Withholds) = (null, null);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[Coordinator], mini.Order(Administrators.Refresh([key], 2))));
        Assert.All(mini.Nodes, node => Maintained.InUse(mini, node, key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }
}
