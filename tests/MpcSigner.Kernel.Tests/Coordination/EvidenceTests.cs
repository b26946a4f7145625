using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A node that sees a peer cheat keeps, in the commit of the log entry, a file that convicts the peer before anybody who has the roster.</summary>
[Trait("row", "X-evidence")]
public class EvidenceTests
{
    private static IReadOnlyList<EvidenceRow> Kept(SimulatedNode node) => ((StoreAnswer.Evidence)node.Store.Read([new StoreQuery.ListEvidence()])[0]).Rows;

    private static EvidenceFile Read(SimulatedNode node, EvidenceRow row)
    {
        var bytes = ((StoreAnswer.EvidencePiece)node.Store.Read([new StoreQuery.ReadEvidence(row.Id, 0)])[0]).Piece;
        Assert.Equal((row.Id, row.Size), (EvidenceFile.IdOf(bytes.Span), bytes.Length));
        Assert.True(EvidenceFileEncoding.TryDecode(bytes.Span, out var file, out var fault), fault);
        return file;
    }

    /// <summary>A co-signer whose share is not the one that its public share stands for; the coordinator's file against it.</summary>
    private static (MiniCluster Mini, SimulatedNode Liar, EvidenceRow Row, EvidenceFile File) AfterABadShare()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var liar = mini.Nodes[1];
        liar.BendShare = share =>
        {
            using (share)
                return share.Negate();
        };
        for (var i = 0; i < 3; i++)
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, lamports: 1_000 + (ulong)i))));
        var row = Assert.Single(Kept(mini.Nodes[0]));
        return (mini, liar, row, Read(mini.Nodes[0], row));
    }

    [Fact]
    [Trait("row", "F-BadSignatureShare")]
    public void P9_A_bad_signature_share_convicts_its_signer()
    {
        var (mini, liar, row, file) = AfterABadShare();
        Assert.Equal((liar.Nid, (byte)ProtocolKind.Frost, (ushort)FaultKind.BadSignatureShare), (row.Culprit, row.Protocol, row.Kind));
        Assert.Contains($"evidence {row.Id}", Encoding.UTF8.GetString(Assert.Single(mini.Nodes[0].Store.Log, entry => entry.Kind == AuditKind.PeerFault).Detail.Span), StringComparison.Ordinal);
        Assert.Equal((mini.Nodes[0].Nid, mini.Cluster.Roster.Hash), (file.Finder, file.Roster));
        var verdict = new EvidenceCourt(new([mini.Cluster.Roster])).Judge(file);
        Assert.Equal((EvidenceFinding.Convicts, liar.Nid, FaultKind.BadSignatureShare), (verdict.Finding, verdict.Node!.Value, verdict.Kind));
        Assert.Equal(liar.Roster.IdentityKey.ToArray(), verdict.Identity!.Key.Bytes.ToArray());
        Assert.Empty(Kept(mini.Nodes[2]));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void No_fabrication_of_a_signature_share_convicts_anybody()
    {
        var (mini, _, _, file) = AfterABadShare();
        var court = new EvidenceCourt(new([mini.Cluster.Roster]));
        var signing = (EvidenceSubject.Signing)file.Subject;
        var share = (FrostShare)Assert.Single(file.Statements);
        void Fails(EvidenceFile fabricated, EvidenceFinding finding)
        {
            var verdict = court.Judge(fabricated);
            Assert.Equal(finding, verdict.Finding);
            Assert.Null(verdict.Node);
        }
        foreach (var party in signing.Parties.Where(party => party.Pid != file.Culprit))
        {
            Fails(file with { Culprit = party.Pid }, EvidenceFinding.NotShown);
            Fails(file with { Culprit = party.Pid, Statements = [share with { From = party.Pid }] }, EvidenceFinding.BadSignature);
        }
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.BadSignatureShare))
            Fails(file with { Kind = kind }, EvidenceFinding.NotShown);
        Fails(file with { Key = 0 }, EvidenceFinding.NotShown);
        Fails(file with { Culprit = new(999) }, EvidenceFinding.UnknownParty);
        Fails(file with { Statements = [] }, EvidenceFinding.NotShown);
        Fails(file with { Statements = [share, share] }, EvidenceFinding.NotShown);
        Fails(file with { Statements = [share with { Signature = new byte[64] }] }, EvidenceFinding.BadSignature);
        Fails(file with { Statements = [share with { Share = Groups.For(Core.Keys.Curve.Edwards25519).One.Encode() }] }, EvidenceFinding.BadSignature);
        byte[] request = [.. share.Request.Span];
        request[^1] ^= 1;
        Fails(file with { Statements = [share with { Request = request }] }, EvidenceFinding.BadSignature);
        Fails(file with { Subject = signing with { Certificate = default } }, EvidenceFinding.NotCertified);
        // Another public share would make an honest share wrong: but no node certified such a record.
        var parties = signing.Record.Parties.Select(party => party.Pid == file.Culprit ? party with { PublicShare = signing.Record.Parties[0].PublicShare } : party);
        Fails(file with { Subject = signing with { Record = signing.Record with { Parties = [.. parties] } } }, EvidenceFinding.NotCertified);
        Fails(file with { Cluster = new(default(Bytes32)) }, EvidenceFinding.OtherCluster);
        Assert.Equal(EvidenceFinding.OtherSessionThanFirst, Assert.Single(court.Compare(file, file)).Finding);
    }

    /// <summary>What a node signed with a key that it has no longer still convicts it, and the verdict says that the key was replaced.</summary>
    [Fact]
    public void A_former_identity_key_still_convicts_and_the_verdict_says_so()
    {
        var (mini, liar, _, file) = AfterABadShare();
        var first = mini.Cluster.Roster;
        var other = mini.Prepare("other").Entry.IdentityKey;
        var second = first with
        {
            Version = 2, Hash = new(new Bytes32([.. Enumerable.Repeat((byte)2, 32)])), Predecessor = first.Hash, NamedCluster = first.Cluster,
            Nodes = [.. first.Nodes.Select(node => node.Nid == liar.Nid ? node with { IdentityKey = other, FormerIdentityKeys = [node.IdentityKey] } : node)],
        };
        var chained = new EvidenceCourt(new([first, second])).Judge(file);
        Assert.Equal((true, false, 1u, 1u), (chained.Convicts, chained.Identity!.IsPresent, chained.Identity.From!.Value, chained.Identity.To!.Value));
        Assert.Contains("replaced since", chained.Detail, StringComparison.Ordinal);
        var alone = new EvidenceCourt(new([second])).Judge(file);
        Assert.Equal((true, false), (alone.Convicts, alone.Identity!.IsPresent));
        Assert.Null(alone.Identity.From);
        // A node that has left is convicted too; one that no roster names is nobody.
        var third = second with { Nodes = [.. second.Nodes.Where(node => node.Nid != liar.Nid)], FormerNodes = [new(liar.Nid, liar.Roster.Name, [liar.Roster.IdentityKey, other])] };
        Assert.True(new EvidenceCourt(new([third])).Judge(file).Convicts);
        var without = third with { FormerNodes = [] };
        Assert.Equal(EvidenceFinding.UnknownNode, new EvidenceCourt(new([without])).Judge(file).Finding);
    }
}
