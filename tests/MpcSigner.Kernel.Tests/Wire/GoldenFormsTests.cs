using System.Security.Cryptography;
using System.Text.Json;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Wire;

/// <summary>The frozen forms of the wire document beside the request body: written as the document says, and read back.</summary>
public class GoldenFormsTests
{
    private static readonly ClusterId Cluster = new(Fill(0xc1));
    private static readonly ClientId Client = new(Fill(0xcc));
    private static readonly NodeId Nid = new(Fill(0xa1));
    private static readonly InstanceId Instance = new(Enumerable.Repeat((byte)0x1d, 16).ToArray());
    private static readonly SessionId Session = new(GoldenBytes.Of("id/session"));
    private static readonly Digest32 Order = new(GoldenBytes.Of("digest/order"));

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static byte[] Signature(int value) => [.. Enumerable.Repeat((byte)value, 64)];

    private static KeyRecord Record() => new(
        Suite.FrostEd25519, new(GoldenBytes.Of("id/key")), 1, 2,
        [Party(1, 0xa1, 0x11), Party(2, 0xa2, 0x12), Party(300, 0xcc, 0x13)], Fill(0x21).ToArray(), new(Fill(0x31)));

    private static KeyParty Party(ushort pid, byte nid, byte share) => new(new(pid), new(Fill(nid)), Fill(share).ToArray());

    [Fact]
    public void Order_and_key_id()
    {
        var order = OrderHash.Compute(OrderKind.Creation, new(SHA256.HashData(GoldenBytes.Of("request-body/create-keys"))), Client.Value);
        Assert.Equal(Order, order);
        Assert.Equal(new KeyId(GoldenBytes.Of("id/key")), KeyIds.Derive(order, 1));
    }

    [Fact]
    public void Client_request_digest() =>
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/client-request")), RequestStatements.ClientRequest(GoldenBytes.Of("request-body/sign-raw")));

    [Fact]
    public void Session_id() =>
        Assert.Equal(Session.ToArray(), SessionIds.Compose(7, 42, Enumerable.Repeat((byte)0x5e, 16).ToArray()).ToArray());

    [Fact]
    public void Envelope_header()
    {
        var golden = GoldenBytes.Of("envelope-header");
        var header = new EnvelopeHeader(MessageType.FrostRequest, 0, Suite.FrostEd25519, Session, 300, 2, 5);
        var written = new byte[EnvelopeHeader.Size];
        header.Write(written);
        Assert.Equal(golden, written);
        Assert.True(EnvelopeHeader.TryRead(golden, out var read));
        Assert.Equal(header, read);
    }

    [Fact]
    public void Join_and_its_digest()
    {
        var golden = GoldenBytes.Of("join");
        var join = new Join(new(ProtocolKind.Frost, Suite.FrostEd25519, Cluster, Session, Nid, new(Fill(0x6f))), new(Fill(0xa2)), Instance, 9, Fill(0xe2));
        Assert.Equal(219, golden.Length);
        Assert.Equal(golden, join.Encode());
        Assert.True(Join.TryDecode(golden, out var read));
        Assert.Equal(join, read);
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/join")), join.Digest());
    }

    [Fact]
    public void Key_record_and_its_hash()
    {
        var golden = GoldenBytes.Of("key-record");
        Assert.Equal(golden, KeyRecordEncoding.Encode(Record()));
        Assert.True(KeyRecordEncoding.TryDecode(Suite.FrostEd25519, golden, out var read));
        Assert.Equal(Record().Parties, read!.Parties);
        Assert.Equal((Record().KeyId, Record().Generation, Record().Threshold, Record().ChainCode), (read.KeyId, read.Generation, read.Threshold, read.ChainCode));
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/key-record")), KeyRecordHash.Compute(Record()));
    }

    [Fact]
    public void Commit_certificate_and_what_an_ack_signs()
    {
        var golden = GoldenBytes.Of("commit-certificate");
        var certificate = new CommitCertificate(
            [new(new(1), Signature(0x80 + 1)), new(new(2), Signature(0x80 + 2)), new(new(300), Signature(0x80 + (300 % 7)))],
            default, Order, new(Fill(0x72)), 1, 2, [new(Fill(0x41))]);
        Assert.Equal(golden, certificate.Encode());
        Assert.True(CommitCertificate.TryDecode(golden, out var read));
        Assert.Equal(golden, read.Encode());
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/ack")), LifecycleDigests.Ack(Suite.FrostEd25519, default, Order, new(Fill(0x72)), new(Fill(0x73))));
    }

    [Fact]
    public void Announcement() => Assert.Equal(
        new Digest32(GoldenBytes.Of("digest/announcement")),
        AnnouncementStatement.Compute(Cluster, Nid, Instance, 9, new(Fill(0x71)), 1, 1, 1_790_000_000_123, new(Fill(0x61)), new(Fill(0x62))));

    [Fact]
    public void Booking()
    {
        var scope = RequestStatements.BookingScope(1, Client, "order-2026-001");
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/booking-scope")), scope);
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/booking")),
            RequestStatements.Booking(Cluster, 1, scope, new(SHA256.HashData(GoldenBytes.Of("request-body/sign-raw"))), Nid));
    }

    [Fact]
    public void Rejects_every_truncation_and_an_extra_byte()
    {
        foreach (var (form, read) in new (string, Func<byte[], bool>)[]
        {
            ("envelope-header", b => b.Length <= EnvelopeHeader.Size && EnvelopeHeader.TryRead(b, out _)), // the ciphertext follows it
            ("join", b => Join.TryDecode(b, out _)),
            ("key-record", b => KeyRecordEncoding.TryDecode(Suite.FrostEd25519, b, out _)),
            ("commit-certificate", b => CommitCertificate.TryDecode(b, out _)),
        })
        {
            var golden = GoldenBytes.Of(form);
            Assert.True(read(golden));
            for (var length = 0; length < golden.Length; length++)
                Assert.False(read(golden[..length]), $"{form} cut to {length}");
            Assert.False(read([.. golden, 0]), form);
        }
    }

    [Fact]
    public void Every_golden_form_is_used()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder!.FullName, "tests", "Vectors")))
            folder = folder.Parent;
        var names = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(folder.FullName, "tests", "Vectors", "wire", "golden.json")))!.Keys;
        var sources = string.Concat(Directory.GetFiles(Path.Combine(folder.FullName, "tests", "MpcSigner.Kernel.Tests", "Wire"), "*.cs").Select(File.ReadAllText));
        Assert.True(names.Count >= 18);
        Assert.All(names, name => Assert.Contains($"\"{name}\"", sources, StringComparison.Ordinal));
    }

    [Fact]
    public void Nonces_are_asked_for_and_given()
    {
        var start = GoldenBytes.Of("nonces/start");
        Assert.Equal(start, new NonceStart(new(GoldenBytes.Of("id/key")), InLine: true, 16, [Session, new(Fill(0x5f))]).Encode());
        Assert.True(NonceStart.TryDecode(start, out var read));
        Assert.Equal((true, 16, 2), (read.InLine, read.Count, read.Kept.Count));
        RejectsEveryOtherLength(start, bytes => NonceStart.TryDecode(bytes, out _));

        var reply = GoldenBytes.Of("nonces/reply");
        var group = Groups.For(Curve.Edwards25519);
        Assert.True(NonceReply.TryDecode(group, new(2), 1, reply, out var given));
        Assert.Equal((TimeSpan.FromHours(1), 1), (given.Life, given.Commitments.Count));
        Assert.Equal(reply, given.Encode());
        Assert.False(NonceReply.TryDecode(group, new(2), 2, reply, out _));
        RejectsEveryOtherLength(reply, bytes => NonceReply.TryDecode(group, new(2), 1, bytes, out _));
        reply[0] = 1; // longer than a day
        Assert.False(NonceReply.TryDecode(group, new(2), 1, reply, out _));
    }

    [Fact]
    public void A_question_with_its_bookings()
    {
        var golden = GoldenBytes.Of("partial-sign/question");
        var question = new SigningAsk("request"u8.ToArray(), [new(Nid, Signature(0x81)), new(new(Fill(0xa2)), Signature(0x82))]);
        Assert.Equal(golden, question.Encode());
        Assert.True(SigningAsk.TryDecode(golden, out var read));
        Assert.Equal([Nid, new(Fill(0xa2))], read.Acks.Select(ack => ack.Node));
        RejectsEveryOtherLength(golden, bytes => SigningAsk.TryDecode(bytes, out _));
    }

    [Fact]
    public void A_presign_session_begins()
    {
        var golden = GoldenBytes.Of("presign/start");
        Assert.True(PresignStart.TryDecode(golden, out var read));
        Assert.Equal((new KeyId(GoldenBytes.Of("id/key")), false, Session), (read.Key, read.InLine, Assert.Single(read.Kept)));
        Assert.Equal(golden, read.Encode());
        Assert.Equal(golden[66..], read.Input.ToArray());
        Assert.False(PresignStart.TryDecode(golden.AsSpan(0, 66), out _));
        Assert.False(PresignStart.TryDecode([.. golden, .. new byte[4_096]], out _));
    }

    private static SignedOrder OrderOf(string body) => new(GoldenBytes.Of(body), [Signed(0xad), Signed(0xae)]);

    private static OrderSignature Signed(byte administrator) => new(new(Fill(administrator)), Signature(administrator ^ 0xff));

    [Fact]
    public void A_signed_order()
    {
        var golden = GoldenBytes.Of("signed-order");
        Assert.Equal(golden, SignedOrderEncoding.Encode(OrderOf("request-body/refresh")));
        Assert.True(SignedOrderEncoding.TryDecode(golden, out var read));
        Assert.Equal(golden, SignedOrderEncoding.Encode(read));
        RejectsEveryOtherLength(golden, bytes => SignedOrderEncoding.TryDecode(bytes, out _));
    }

    [Fact]
    public void An_order_s_certificate_in_its_session()
    {
        var golden = GoldenBytes.Of("order-certificate");
        var certificate = new OrderCertificate(new(GoldenBytes.Of("digest/order-refresh")), new(Fill(0x72)), new(Fill(0x73)),
            [(new(1), Signature(0x81)), (new(2), Signature(0x82)), (new(300), Signature(0x86))]);
        Assert.Equal(golden, OrderCertificates.Encode(certificate));
        Assert.True(OrderCertificates.TryDecode(golden, out var read));
        Assert.Equal((certificate.Order, certificate.Echo, certificate.RecordsRoot), (read.Order, read.Echo, read.RecordsRoot));
        Assert.Equal([1, 2, 300], read.Acks.Select(ack => (int)ack.Pid.Value));
        RejectsEveryOtherLength(golden, bytes => OrderCertificates.TryDecode(bytes, out _));
    }

    [Fact]
    public void READY_of_a_maintenance_session()
    {
        var golden = GoldenBytes.Of("maintenance/ready");
        OwnAbort[] aborts = [new(new(Fill(0x0d)), AbortKind.NeverAcknowledged, Signature(0x9a)), new(new(Fill(0x0e)), AbortKind.Ordered, Signature(0x9b))];
        Assert.Equal(golden, ReadyMessage.Encode(aborts));
        Assert.True(ReadyMessage.TryDecode(golden, out var read));
        Assert.Equal(aborts.Select(abort => (abort.Order, abort.Kind)), read.Select(abort => (abort.Order, abort.Kind)));
        Assert.All(read, (abort, i) => Assert.Equal(aborts[i].Signature.ToArray(), abort.Signature.ToArray()));
        RejectsEveryOtherLength(golden, bytes => ReadyMessage.TryDecode(bytes, out _));
        golden[2 + 32] = 2; // no such kind
        Assert.False(ReadyMessage.TryDecode(golden, out _));
    }

    [Fact]
    public void START_of_a_maintenance_session()
    {
        var golden = GoldenBytes.Of("maintenance/start");
        var creation = new SignedRequest(GoldenBytes.Of("request-body/create-keys"), Client, Signature(0x51));
        Assert.True(KeyRecordEncoding.TryDecode(Suite.FrostEd25519, GoldenBytes.Of("key-record"), out var record));
        Assert.True(CommitCertificate.TryDecode(GoldenBytes.Of("commit-certificate"), out var certificate));
        KeyAnchor[] shown = [new(creation, 1, record!, certificate.Encode()), new(creation, 0, record!, (certificate with { Index = 0 }).Encode())];
        var inputs = Enumerable.Repeat((byte)0x1f, 5).ToArray();
        Assert.Equal(golden, MaintenanceStart.Encode(inputs, OrderOf("request-body/reshare"), shown));
        Assert.True(MaintenanceStart.TryDecode(golden, out var read));
        Assert.Equal(inputs, read.Inputs.ToArray());
        Assert.Equal(SignedOrderEncoding.Encode(OrderOf("request-body/reshare")), SignedOrderEncoding.Encode(read.Order));
        Assert.True(read.TryReadAnchors(Suite.FrostEd25519, 2, out var anchors));
        Assert.Equal([1, 0], anchors.Select(anchor => (int)anchor.Index));
        Assert.All(anchors, (anchor, i) =>
        {
            Assert.Equal(creation.Body.ToArray(), anchor.Creation.Body.ToArray());
            Assert.Equal(shown[i].Certificate.ToArray(), anchor.Certificate.ToArray());
            Assert.Equal(GoldenBytes.Of("key-record"), KeyRecordEncoding.Encode(anchor.Record));
        });
        RejectsEveryOtherLength(golden, bytes => MaintenanceStart.TryDecode(bytes, out var start) && start.TryReadAnchors(Suite.FrostEd25519, 2, out _));
    }

    private static void RejectsEveryOtherLength(byte[] golden, Func<byte[], bool> read)
    {
        for (var length = 0; length < golden.Length; length++)
            Assert.False(read(golden[..length]), $"{length} of {golden.Length} bytes were read");
        Assert.False(read([.. golden, 0]));
    }
}
