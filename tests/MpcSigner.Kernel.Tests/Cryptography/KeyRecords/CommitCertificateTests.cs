using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.KeyRecords;

public sealed class CommitCertificateTests : IDisposable
{
    private const int Keys = 5, Place = 3;

    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519);
    private static readonly Digest32 Order = Digest(1), T2 = Digest(2), Zero = default;

    private readonly IdentityKey[] _nodes = [.. Enumerable.Range(0, 4).Select(i => IdentityKey.Generate(new SeededRandom(100 + i)))];

    public void Dispose() => Array.ForEach(_nodes, node => node.Dispose());

    [Fact]
    public void A_certificate_of_all_parties_is_valid_and_survives_its_encoding()
    {
        var (certificate, record) = Make();
        var encoded = certificate.Encode();

        Assert.True(CommitCertificate.TryDecode(encoded, out var decoded));
        Assert.Equal(encoded, decoded.Encode());
        Assert.Equal(new CertificateVerdict(CertificateFault.Valid), decoded.Verify(record, KeyOf));
        Assert.True(decoded.Verify(record, KeyOf).IsValid);
        Assert.False(default(CertificateVerdict).IsValid);
    }

    [Fact]
    public void Rejects_each_fault_by_its_name()
    {
        var (certificate, record) = Make();
        var acks = certificate.Acknowledgements;

        Fault(CertificateFault.BadSignature, 2, certificate with { Acknowledgements = [acks[0], Spoil(acks[1]), acks[2]] }, record);
        Fault(CertificateFault.BadSignature, 1, certificate with { T2 = Digest(9) }, record);
        Fault(CertificateFault.MissingAcknowledgement, 3, certificate with { Acknowledgements = [acks[0], acks[1]] }, record);
        Fault(CertificateFault.UnknownParty, 9, certificate with { Acknowledgements = [.. acks, acks[0] with { Pid = new(9) }] }, record);
        Fault(CertificateFault.UnknownParty, 1, certificate with { Acknowledgements = [acks[0], acks[0], acks[1], acks[2]] }, record);
        Fault(CertificateFault.WrongPredecessor, null, certificate with { OldRoot = Digest(5) }, record);
        Fault(CertificateFault.WrongKeyId, null, certificate with { OrderHash = Digest(5) }, record);
        Fault(CertificateFault.WrongKeyId, null, certificate with { Index = Place - 1 }, record);
        Fault(CertificateFault.BadPath, null, certificate with { Siblings = [.. certificate.Siblings.Skip(1)] }, record);
        Fault(CertificateFault.BadPath, null, certificate with { Siblings = [.. certificate.Siblings, Digest(5)] }, record);
        Fault(CertificateFault.BadSignature, 1, certificate with { Siblings = [.. certificate.Siblings.Reverse()] }, record);
        Assert.Equal(new(CertificateFault.UnknownNode, new PartyId(1)), certificate.Verify(record, _ => null));
        Assert.Equal(new(CertificateFault.BadSignature, new PartyId(1)), certificate.Verify(record, _ => _nodes[3].PublicKey));
    }

    [Fact]
    public void Rejects_records_that_were_altered()
    {
        var (certificate, record) = Make();
        var parties = record.Parties;

        Fault(CertificateFault.MalformedRecord, null, certificate, record with { Threshold = 4 });
        Fault(CertificateFault.MalformedRecord, null, certificate, record with { Threshold = 1 });
        Fault(CertificateFault.MalformedRecord, null, certificate, record with { PublicKey = new byte[32] });
        Fault(CertificateFault.MalformedRecord, null, certificate, record with { Parties = [parties[1], parties[0], parties[2]] });
        Fault(CertificateFault.MalformedRecord, null, certificate, record with { Parties = [parties[0], parties[1] with { Nid = parties[0].Nid }, parties[2]] });
        Fault(CertificateFault.InconsistentRecord, null, certificate, record with { PublicKey = Group.Generator.Encode() });
        Fault(CertificateFault.InconsistentRecord, null, certificate, record with { Parties = [parties[0], parties[1], parties[2] with { PublicShare = parties[0].PublicShare }] });
        Fault(CertificateFault.BadSignature, 1, certificate, record with { ChainCode = Digest(7) });
        Fault(CertificateFault.WrongKeyId, null, certificate, record with { KeyId = new(Digest(7).Value) });
        Fault(CertificateFault.WrongPredecessor, null, certificate, record with { Generation = 1 });
    }

    [Fact]
    public void A_reshare_needs_its_dealers_too()
    {
        var (_, record) = Make();
        record = record with { Generation = 1 };
        var old = Digest(6);
        var ack = LifecycleDigests.Ack(Suite.FrostEd25519, old, Order, T2, KeyRecordTree.Root([KeyRecordHash.Compute(record)]));
        var acks = Enumerable.Range(0, 4).Select(i => new Acknowledgement(new((ushort)(i + 1)), _nodes[i].Sign(ack))).ToArray();
        var certificate = new CommitCertificate(acks, old, Order, T2, 0, 1, []);
        (PartyId, NodeId)[] dealers = [(new(1), Nid(0)), (new(4), Nid(3))];

        Assert.True(certificate.Verify(record, KeyOf, dealers).IsValid);
        Assert.Equal(new(CertificateFault.UnknownParty, new PartyId(4)), certificate.Verify(record, KeyOf));
        Assert.Equal(new(CertificateFault.MissingAcknowledgement, new PartyId(4)), (certificate with { Acknowledgements = acks[..3] }).Verify(record, KeyOf, dealers));
        Assert.Equal(new(CertificateFault.DealerConflict, new PartyId(1)), certificate.Verify(record, KeyOf, [(new(1), Nid(3))]));
        Assert.Equal(new(CertificateFault.DealerConflict, new PartyId(5)), certificate.Verify(record, KeyOf, [(new(5), Nid(0))]));
    }

    [Fact]
    public void Rejects_every_truncation_and_what_follows_the_end()
    {
        var encoded = Make().Certificate.Encode();
        for (var length = 0; length < encoded.Length; length++)
            Assert.False(CommitCertificate.TryDecode(encoded.AsSpan(0, length), out _), $"length {length}");
        Assert.False(CommitCertificate.TryDecode([.. encoded, 0], out _));
    }

    [Fact]
    public void Rejects_forms_out_of_bounds()
    {
        var encoded = Make().Certificate.Encode();
        var afterAcks = 2 + 3 * 66 + 96;
        // No acknowledgement; too many; descending pids; pid 0; k >= N; N = 0; N > 1,000; too many siblings.
        foreach (var (at, value) in new (int, byte[])[]
        {
            (0, [0, 0]), (0, [0, 33]), (2, [0, 3]), (2, [0, 0]), (afterAcks, [0, Keys]), (afterAcks + 2, [0, 0]), (afterAcks + 2, [0x03, 0xe9]), (afterAcks + 4, [11]),
        })
        {
            var altered = (byte[])encoded.Clone();
            value.CopyTo(altered, at);
            Assert.False(CommitCertificate.TryDecode(altered, out _), $"at {at}");
        }
    }

    [Fact]
    public void The_acknowledgements_alone_survive_their_encoding()
    {
        var acks = Make().Certificate.Acknowledgements;
        var encoded = CommitCertificate.EncodeAcknowledgements(acks);

        Assert.Equal(2 + 3 * 66, encoded.Length);
        Assert.True(CommitCertificate.TryDecodeAcknowledgements(encoded, out var decoded));
        Assert.Equal(acks.Select(a => a.Pid), decoded.Select(a => a.Pid));
        Assert.False(CommitCertificate.TryDecodeAcknowledgements([.. encoded, 1], out _));
    }

    private (CommitCertificate Certificate, KeyRecord Record) Make()
    {
        var records = Enumerable.Range(0, Keys).Select(Record).ToArray();
        Digest32[] hashes = [.. records.Select(KeyRecordHash.Compute)];
        var ack = LifecycleDigests.Ack(Suite.FrostEd25519, Zero, Order, T2, KeyRecordTree.Root(hashes));
        Acknowledgement[] acks = [.. Enumerable.Range(0, 3).Select(i => new Acknowledgement(new((ushort)(i + 1)), _nodes[i].Sign(ack)))];
        return (new(acks, Zero, Order, T2, Place, Keys, KeyRecordTree.Path(hashes, Place)), records[Place]);
    }

    private KeyRecord Record(int k)
    {
        using var polynomial = SecretPolynomial.Random(Group, 2, new SeededRandom(k));
        var commitments = polynomial.Commit();
        KeyParty[] parties = [.. Enumerable.Range(1, 3).Select(i => new KeyParty(new((ushort)i), Nid(i - 1), Group.EvaluatePublic(commitments, (ushort)i).Encode()))];
        return new(Suite.FrostEd25519, KeyIds.Derive(Order, k), 0, 2, parties, commitments[0].Encode(), Digest((byte)(50 + k)));
    }

    private void Fault(CertificateFault fault, int? pid, CommitCertificate certificate, KeyRecord record) =>
        Assert.Equal(new(fault, pid is { } value ? new PartyId((ushort)value) : null), certificate.Verify(record, KeyOf));

    private static Acknowledgement Spoil(Acknowledgement ack)
    {
        var signature = ack.Signature.ToArray();
        signature[40] ^= 1;
        return ack with { Signature = signature };
    }

    private NodeId Nid(int i) => _nodes[i].PublicKey.ToNodeId();

    private Ed25519PublicKey? KeyOf(NodeId nid) => _nodes.Select(node => node.PublicKey).FirstOrDefault(key => key.ToNodeId() == nid);

    private static Digest32 Digest(byte fill) => new([.. Enumerable.Repeat(fill, 32)]);
}
