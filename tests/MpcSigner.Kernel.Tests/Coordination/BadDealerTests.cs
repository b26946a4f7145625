using System.Buffers.Binary;
using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Coordination.Maintenance;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A coordinator that sends one victim a wrong share (or sum), signed anew: the victim keeps what convicts it, whoever the victim is, and nothing new comes of the session.</summary>
[Trait("row", "X-evidence")]
public sealed class BadDealerTests
{
    private const int SignatureSize = 64, Cheater = 0;

    /// <summary>Inputs as the cheater's own START says them, and where in its messages the shares stand.</summary>
    private sealed class Dealer(MiniCluster mini, NodeId victim, IReadOnlyList<KeyRecord> present)
    {
        private Digest32? _t1;
        private Digest32 _context;
        private int _openingSize, _sharesSize, _sumsSize;

        public byte[]? Rewrite(SentMessage sent)
        {
            var protocol = sent.Session.Terms.Protocol;
            if (protocol is not (ProtocolKind.Dkg or ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery))
                return null;
            if (sent.Type == MessageType.Start)
                Read(protocol, sent.Payload.Span.Slice(4, BinaryPrimitives.ReadInt32BigEndian(sent.Payload.Span)));
            if (sent.Type != MessageType.Round || sent.Round == 1)
                return null;
            if (sent.Round == 2)
                _t1 = new(sent.Payload.Span[..Digest32.Size]);
            if (sent.Recipient != victim)
                return null;
            return sent.Round == 2 && sent.Payload.Length > _openingSize + SignatureSize ? Changed(sent, _openingSize + SignatureSize, 0, _sharesSize)
                : sent.Round == 3 && protocol == ProtocolKind.Recovery ? Changed(sent, 0, Digest32.Size, _sumsSize)
                : null;
        }

        private void Read(ProtocolKind protocol, ReadOnlySpan<byte> inputs)
        {
            if (protocol == ProtocolKind.Dkg)
            {
                Assert.True(DkgInput.TryDecode(inputs, out var made));
                var dkg = new DkgLayout(Groups.For(made.Suite.Curve()), made.Threshold, made.Count);
                (_context, _openingSize, _sharesSize) = (made.Context, dkg.OpeningPayload, dkg.SharesPayload);
                return;
            }
            Assert.True(RecordedTerms.TryRead(protocol, present, inputs, out var input));
            var layout = MaintenanceProtocol.Of(input.Terms, Groups.For(input.Terms.Suite.Curve())).Layout;
            (_context, _openingSize, _sharesSize, _sumsSize) = (input.Context, layout.OpeningPayload, layout.SharesPayload, layout.SumsPayload);
        }

        /// <summary>The lowest bit of the first scalar, and the signature over the part that it stands in.</summary>
        private byte[] Changed(SentMessage sent, int part, int scalar, int size)
        {
            var message = sent.Payload.ToArray();
            message[part + scalar] ^= 1;
            var session = sent.Session;
            SignedStatement.Sign(mini.Nodes[Cheater].Identity, _context, sent.Round, session.PidOf(mini.Nodes[Cheater].Nid), session.PidOf(sent.Recipient).Value, _t1,
                message.AsSpan(part, size), message.AsSpan(part + size, SignatureSize));
            return message;
        }
    }

    private static void Deal(MiniCluster mini, SimulatedNode victim, params IReadOnlyList<KeyRecord> present) =>
        _ = new Puppet(mini, mini.Nodes[Cheater]) { Holds = false, Rewrites = new Dealer(mini, victim.Nid, present).Rewrite };

    /// <summary>The victim, and nobody else, keeps one file; it convicts the cheater of this, and its log entry names it.</summary>
    private static void CheckConvicted(MiniCluster mini, SimulatedNode victim, ProtocolKind protocol, FaultKind kind)
    {
        foreach (var node in mini.Nodes.Where(node => node != victim))
            Assert.Empty(Kept(node));
        var row = Assert.Single(Kept(victim));
        Assert.Equal((mini.Nodes[Cheater].Nid, (byte)protocol, (ushort)kind), (row.Culprit, row.Protocol, row.Kind));
        Assert.Contains($"evidence {row.Id}", Encoding.UTF8.GetString(Assert.Single(victim.Store.Log, entry => entry.Kind == AuditKind.PeerFault).Detail.Span), StringComparison.Ordinal);
        var file = ((StoreAnswer.EvidencePiece)victim.Store.Read([new StoreQuery.ReadEvidence(row.Id, 0)])[0]).Piece;
        Assert.True(EvidenceFileEncoding.TryDecode(file.Span, out var evidence, out var fault), fault);
        var verdict = new EvidenceCourt(new([mini.Cluster.Roster])).Judge(evidence);
        Assert.Equal((EvidenceFinding.Convicts, mini.Nodes[Cheater].Nid, kind), (verdict.Finding, verdict.Node!.Value, verdict.Kind));
        Assert.Equal(0, evidence.Key);
        Assert.True(mini.IsSound);
    }

    private static IReadOnlyList<EvidenceRow> Kept(SimulatedNode node) => ((StoreAnswer.Evidence)node.Store.Read([new StoreQuery.ListEvidence()])[0]).Rows;

    [Fact]
    [Trait("row", "T26f@dkg")]
    [Trait("row", "F-BadDealtShare")]
    public void P9_A_bad_share_of_a_new_key_convicts_its_dealer()
    {
        using var mini = new MiniCluster(3);
        Deal(mini, mini.Nodes[2]);
        Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[Cheater], mini.Sign(mini.Creation(2, 3, count: 2))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        CheckConvicted(mini, mini.Nodes[2], ProtocolKind.Dkg, FaultKind.BadDealtShare);
        Assert.All(mini.Nodes, node => Assert.DoesNotContain(node.Store.Keys, key => key.State == KeyState.Active));
    }

    [Fact]
    [Trait("row", "T27c@refresh")]
    public void P9_A_bad_share_of_a_refresh_convicts_its_dealer()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        Deal(mini, mini.Nodes[1], key.Record);
        Assert.IsNotType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[Cheater], mini.Order(Administrators.Refresh([key]))));
        CheckConvicted(mini, mini.Nodes[1], ProtocolKind.Refresh, FaultKind.BadDealtShare);
        Assert.All(mini.Nodes, node => Maintained.InUse(mini, node, key.Record.KeyId, 0));
    }

    /// <summary>The victim did not know the key before: the records in its file are those that the dealers showed it.</summary>
    [Fact]
    [Trait("row", "T27c@reshare")]
    public void P9_A_bad_share_for_a_newcomer_convicts_its_dealer()
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        Deal(mini, mini.Nodes[3], key.Record);
        IReadOnlyList<(PartyId, NodeId)> parties = [.. new[] { 0, 1, 3 }.Select(i => (new PartyId((ushort)(i + 1)), mini.Nodes[i].Nid))];
        Assert.IsNotType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[Cheater], mini.Order(Administrators.Reshare([key], [new(1), new(2)], 2, parties))));
        CheckConvicted(mini, mini.Nodes[3], ProtocolKind.Reshare, FaultKind.BadDealtShare);
    }

    /// <summary>The victim has lost everything but its identity.</summary>
    [Fact]
    [Trait("row", "T27e")]
    [Trait("row", "F-BadRecoverySum")]
    public void P9_A_bad_sum_of_a_recovery_convicts_its_helper()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var victim = mini.Nodes[2];
        victim.Kill();
        victim.LoseDisk();
        victim.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Deal(mini, victim, key.Record);
        Assert.IsNotType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[Cheater], mini.Order(Administrators.Recover([key], [new(1), new(2)], new(3)))));
        CheckConvicted(mini, victim, ProtocolKind.Recovery, FaultKind.BadRecoverySum);
        Assert.Null(victim.Store.OpenShare(key.Record.KeyId, 0));
    }
}
