using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using Xunit;

namespace MpcSigner.Kernel.Tests.Documents;

public class DocumentSignatureTests
{
    private static readonly byte[] Policy = "version: 1"u8.ToArray();
    private static readonly Digest32 PolicyHash = new(SHA256.HashData(Policy));

    private static Roster Roster()
    {
        Assert.True(RosterDocument.TryParse(Encoding.UTF8.GetBytes(DocumentCases.RosterExample), out var roster, out _));
        return roster;
    }

    /// <summary>Stands for Ed25519: a signature is the hash of key and message, twice. What is tested is which key and message are asked about.</summary>
    private static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Sign(key, message).AsSpan().SequenceEqual(signature);

    private static byte[] Sign(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) => SHA512.HashData([.. key, .. message]);

    private static DocumentSignature By(Roster roster, ClusterId cluster, DocumentKind kind = DocumentKind.Policy) =>
        new(kind, PolicyHash, "alice", Sign(roster.Administrators[0].SigningKey.Span, DocumentSignature.Message(kind, cluster, PolicyHash)));

    [Fact]
    public void The_message_is_the_specification_s_hash()
    {
        var roster = Roster();
        foreach (var (kind, name) in (ValueTuple<DocumentKind, string>[])[(DocumentKind.Roster, "roster"), (DocumentKind.Policy, "policy")])
        {
            var expected = new TranscriptHash(Tags.Document).U8(Tags.Version).Bytes(Encoding.ASCII.GetBytes(name)).Bytes32(roster.Cluster.Value).Bytes32(PolicyHash.Value).ToDigest();
            Assert.Equal(expected.ToArray(), DocumentSignature.Message(kind, roster.Cluster, PolicyHash));
        }
    }

    [Fact]
    public void A_signature_of_an_administrator_verifies()
    {
        var roster = Roster();
        Assert.True(By(roster, roster.Cluster).Verify(Policy, DocumentKind.Policy, roster, Verify, out var problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Rejects_everything_else()
    {
        var roster = Roster();
        var good = By(roster, roster.Cluster);
        void Rejects(DocumentSignature signature, byte[] document, DocumentKind kind, string because)
        {
            Assert.False(signature.Verify(document, kind, roster, Verify, out var problem));
            Assert.Contains(because, problem, StringComparison.Ordinal);
        }
        Rejects(good, [.. Policy, (byte)'\n'], DocumentKind.Policy, "another version of the document");
        Rejects(good, Policy, DocumentKind.Roster, "for a policy, not for a roster");
        Rejects(good with { Kind = DocumentKind.Roster }, Policy, DocumentKind.Roster, "does not verify");
        Rejects(good with { Administrator = "mallory" }, Policy, DocumentKind.Policy, "knows no administrator 'mallory'");
        Rejects(good with { Signature = new byte[64] }, Policy, DocumentKind.Policy, "does not verify");
        Rejects(By(roster, new ClusterId(new byte[32])), Policy, DocumentKind.Policy, "does not verify"); // another cluster's policy
        // A client's key is no administrator's.
        Rejects(good with { Signature = Sign(roster.Clients[0].SigningKey.Span, DocumentSignature.Message(DocumentKind.Policy, roster.Cluster, PolicyHash)) },
            Policy, DocumentKind.Policy, "does not verify");
    }

    [Fact]
    public void The_file_is_read_back()
    {
        var signature = By(Roster(), new ClusterId(new byte[32]));
        Assert.True(DocumentSignature.TryParse(signature.Write(), out var back, out var errors));
        Assert.Empty(errors);
        Assert.Equal((signature.Kind, signature.Document, signature.Administrator), (back.Kind, back.Document, back.Administrator));
        Assert.Equal(signature.Signature.ToArray(), back.Signature.ToArray());

        Assert.False(DocumentSignature.TryParse("document: will\nsha256: 00\nsignature: 00\nextra: 1\n"u8, out back, out errors));
        Assert.Null(back);
        Assert.Equal(5, errors.Count);
    }

    private static Roster ThreeOfWhomTwoSign()
    {
        var roster = Roster();
        RosterAdministrator Named(string name, byte key) => new(name, SHA256.HashData([key]));
        return roster with { Administrators = [Named("alice", 1), Named("bob", 2), Named("carol", 3)], Quorum = 2 };
    }

    private static DocumentSignature By(Roster roster, string name) => new(DocumentKind.Policy, PolicyHash, name,
        Sign(roster.Administrators.Single(a => a.Name == name).SigningKey.Span, DocumentSignature.Message(DocumentKind.Policy, roster.Cluster, PolicyHash)));

    [Fact]
    public void A_quorum_signs_in_one_file_or_in_several()
    {
        var roster = ThreeOfWhomTwoSign();
        var (alice, bob, carol) = (By(roster, "alice"), By(roster, "bob"), By(roster, "carol"));
        foreach (var files in new ReadOnlyMemory<byte>[][]
        {
            [alice.Write(), bob.Write()], [new DocumentSignatures([carol, alice]).Write()], [new DocumentSignatures([alice, bob]).Write(), carol.Write()],
        })
        {
            Assert.True(DocumentSignatures.TryParse(files, out var set, out var errors), string.Join('\n', errors));
            Assert.Null(set.Judge(Policy, DocumentKind.Policy, roster, Verify));
        }
        // One signature alone is written as ever.
        Assert.Equal(alice.Write(), new DocumentSignatures([alice]).Write());
        Assert.Throws<InvalidOperationException>(() => new DocumentSignatures([]).Write());
        Assert.Throws<InvalidOperationException>(() => new DocumentSignatures([alice, bob with { Kind = DocumentKind.Roster }]).Write());
    }

    [Fact]
    public void Rejects_what_is_no_quorum()
    {
        var roster = ThreeOfWhomTwoSign();
        var (alice, bob) = (By(roster, "alice"), By(roster, "bob"));
        SignatureFault? Judge(params DocumentSignature[] signatures) => new DocumentSignatures(signatures).Judge(Policy, DocumentKind.Policy, roster, Verify)?.Fault;
        Assert.Null(Judge(alice, bob));
        Assert.Equal(SignatureFault.TooFew, Judge());
        Assert.Equal(SignatureFault.TooFew, Judge(alice));
        Assert.Equal(SignatureFault.SignedTwice, Judge(alice, alice));
        Assert.Equal(SignatureFault.UnknownAdministrator, Judge(alice, bob with { Administrator = "mallory" }));
        Assert.Equal(SignatureFault.BadSignature, Judge(alice, alice with { Administrator = "bob" }));
        Assert.Equal(SignatureFault.OtherKind, Judge(alice, bob with { Kind = DocumentKind.Roster }));
        Assert.Equal(SignatureFault.OtherDocument, Judge(alice, bob with { Document = default }));
        Assert.False(DocumentSignatures.TryParse("document: policy\nsha256: 00\nsignatures: []\n"u8, out _, out var errors));
        Assert.Equal(2, errors.Count);
        Assert.False(DocumentSignatures.TryParse([.. Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(new DocumentSignatures([alice, bob]).Write()) + "administrator: alice\n")], out _, out _));
        Assert.False(DocumentSignatures.TryParse([.. Enumerable.Repeat<ReadOnlyMemory<byte>>(alice.Write(), 65)], out _, out _));
    }
}
