using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Wire.Requests;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Kernel.Tests.Wire;

public class RequestBodyCodecTests
{
    private static readonly RequestBodyCodec Codec = new();
    private static readonly DateTimeOffset Issued = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static RequestBody Body(RequestAction action, string note = "") =>
        new(new(Fill(0xc1)), "order-2026-001", Issued, Issued.AddMinutes(10), note, action);

    private static RequestAction.CreateKeys Create() => new(
        Suite.FrostEd25519, 2,
        [(new(1), new(Fill(0xa1))), (new(2), new(Fill(0xa2))), (new(300), new(Fill(0xcc)))],
        2, ["hot-1", "hot-2"], KeyUsage.Transactions);

    private static RequestAction.Sign Sign() => new(
        new(Fill(0x6b)), [0, 44, int.MaxValue], PayloadKind.SolanaTransaction, Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    private static ServiceError Refused(byte[] bytes)
    {
        Assert.False(Codec.TryDecode(bytes, out var request, out var error));
        Assert.Null(request);
        return error!;
    }

    private static ServiceError RefusedChange(RequestBody body, Action<V1.RequestBody> change)
    {
        var message = V1.RequestBody.Parser.ParseFrom(Codec.Encode(body));
        change(message);
        return Refused(message.ToByteArray());
    }

    /// <summary>At such a length the protobuf library overflows, and throws what it does not say it throws.</summary>
    [Theory]
    [InlineData("ffffffff07")]
    [InlineData("fffffffff700")]
    [InlineData("fbffffff07")]
    public void A_nested_length_near_two_to_the_31_is_malformed(string length)
    {
        var large = Convert.FromHexString(length);
        foreach (var action in V1.RequestBody.Descriptor.Oneofs.Single().Fields)
        {
            Assert.Equal(Reason.MalformedRequest, Refused([.. Tag(action.FieldNumber), .. large, 0]).Reason);
            foreach (var field in action.MessageType.Fields.InDeclarationOrder().Where(field => field.FieldType is Google.Protobuf.Reflection.FieldType.Message or Google.Protobuf.Reflection.FieldType.Bytes))
            {
                byte[] inner = [.. Tag(field.FieldNumber), .. large, 0];
                Refused([.. Tag(action.FieldNumber), (byte)inner.Length, .. inner]);
                if (field.FieldType != Google.Protobuf.Reflection.FieldType.Message)
                    continue;
                byte[] deeper = [0x0a, .. large, 0];
                byte[] nested = [.. Tag(field.FieldNumber), (byte)deeper.Length, .. deeper];
                Refused([.. Tag(action.FieldNumber), (byte)nested.Length, .. nested]);
            }
        }

        static byte[] Tag(int field)
        {
            var tag = (field << 3) | 2;
            return tag < 128 ? [(byte)tag] : [(byte)(tag | 128), (byte)(tag >> 7)];
        }
    }

    [Fact]
    public void Golden_create_keys()
    {
        var golden = GoldenBytes.Of("request-body/create-keys");
        Assert.Equal(golden, Codec.Encode(Body(Create(), "two of three")));
        Assert.True(Codec.TryDecode(golden, out var body, out _));
        var create = Assert.IsType<RequestAction.CreateKeys>(body.Action);
        Assert.Equal((Suite.FrostEd25519, 2, 2, KeyUsage.Transactions), (create.Suite, create.Threshold, create.Count, create.Usage));
        Assert.Equal([1, 2, 300], create.Parties.Select(p => (int)p.Pid.Value));
        Assert.Equal(["hot-1", "hot-2"], create.Labels);
        Assert.Equal(("order-2026-001", "two of three", Issued), (body.IdempotencyKey, body.Note, body.IssuedAt));
        Assert.Equal(TimeSpan.FromMinutes(10), body.ExpiresAt - body.IssuedAt);
    }

    [Fact]
    public void Golden_sign()
    {
        var golden = GoldenBytes.Of("request-body/sign");
        Assert.Equal(golden, Codec.Encode(Body(Sign())));
        Assert.True(Codec.TryDecode(golden, out var body, out _));
        var sign = Assert.IsType<RequestAction.Sign>(body.Action);
        Assert.Equal([0u, 44u, 2_147_483_647u], sign.Path);
        Assert.Equal(PayloadKind.SolanaTransaction, sign.Kind);
        Assert.Equal(Sign().Payload.ToArray(), sign.Payload.ToArray());
    }

    [Fact]
    public void Golden_sign_taproot()
    {
        var digest = Fill(0x44).ToArray();
        var keyPath = new RequestAction.Sign(new(Fill(0x6b)), [86], PayloadKind.Raw, digest) { Taproot = TaprootOutput.KeyPath };
        var withRoot = keyPath with { Path = [], Taproot = TaprootOutput.KeyPathWithRoot(Fill(0x4d).ToArray()) };
        foreach (var (name, sign) in new[] { ("request-body/sign-taproot", keyPath), ("request-body/sign-taproot-root", withRoot) })
        {
            var golden = GoldenBytes.Of(name);
            Assert.Equal(golden, Codec.Encode(Body(sign)));
            Assert.True(Codec.TryDecode(golden, out var body, out _));
            Assert.Equal(sign.Taproot, Assert.IsType<RequestAction.Sign>(body.Action).Taproot);
        }
        Assert.True(Codec.TryDecode(GoldenBytes.Of("request-body/sign-raw"), out var untweaked, out _));
        Assert.Equal(TaprootOutput.None, Assert.IsType<RequestAction.Sign>(untweaked.Action).Taproot);
    }

    [Fact]
    public void Golden_signed_request()
    {
        var request = new SignedRequest(GoldenBytes.Of("request-body/sign-raw"), new(Fill(0xcc)), Enumerable.Repeat((byte)0x51, 64).ToArray());
        Assert.Equal(GoldenBytes.Of("signed-request"), SignedRequestMapping.ToWire(request).ToByteArray());
        Assert.True(SignedRequestMapping.TryRead(V1.SignedRequest.Parser.ParseFrom(GoldenBytes.Of("signed-request")), out var read, out _));
        Assert.Equal(request.Body.ToArray(), read.Body.ToArray());
        Assert.Equal(request.Client, read.Client);
    }

    [Fact]
    public void Rejects_every_truncation()
    {
        foreach (var form in new[] { "request-body/create-keys", "request-body/sign", "request-body/sign-raw", "request-body/sign-taproot", "request-body/sign-taproot-root" })
        {
            var golden = GoldenBytes.Of(form);
            for (var length = 0; length < golden.Length; length++)
                Refused(golden[..length]);
        }
    }

    [Fact]
    public void Rejects_every_appended_byte_pair()
    {
        var golden = GoldenBytes.Of("request-body/sign-raw");
        for (var extra = 0; extra < 65_536; extra++)
            Assert.False(Codec.TryDecode([.. golden, (byte)(extra >> 8), (byte)(extra & 0xff)], out _, out _), $"{extra:x4}");
    }

    [Fact]
    public void Rejects_other_encodings_of_the_same_request()
    {
        var golden = GoldenBytes.Of("request-body/sign-raw");
        // cluster_id is the first field: 34 bytes with tag and length.
        byte[] reordered = [.. golden[34..], .. golden[..34]];
        byte[] twice = [.. golden[..34], .. golden];
        byte[] emptyNote = [.. golden[..34], .. golden[34..(34 + 16 + 14)], 0x2a, 0x00, .. golden[(34 + 16 + 14)..]];
        byte[] longVarint = [0x0a, 0xa0, 0x00, .. golden[2..]];
        foreach (var bytes in new[] { reordered, twice, emptyNote, longVarint })
        {
            Assert.Equal(golden, V1.RequestBody.Parser.ParseFrom(bytes).ToByteArray());
            Assert.Equal(Reason.MalformedRequest, Refused(bytes).Reason);
            Assert.Contains("canonical", Refused(bytes).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rejects_unknown_fields_at_every_level()
    {
        byte[] unknown = [0xb8, 0x3e, 0x01]; // field 999, varint 1
        var body = V1.RequestBody.Parser.ParseFrom(GoldenBytes.Of("request-body/create-keys"));
        byte[] atTop = [.. body.ToByteArray(), .. unknown];
        Assert.Contains("canonical", Refused(atTop).Message, StringComparison.Ordinal);
        body.CreateKeys.Parties[0] = V1.Party.Parser.ParseFrom((byte[])[.. body.CreateKeys.Parties[0].ToByteArray(), .. unknown]);
        Assert.Contains("canonical", Refused(body.ToByteArray()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, Reason.BadThreshold)]
    [InlineData(0, Reason.BadThreshold)]
    [InlineData(4, Reason.BadThreshold)]
    [InlineData(uint.MaxValue, Reason.BadThreshold)]
    public void Rejects_threshold_outside_2_to_n(uint threshold, Reason reason) =>
        Assert.Equal(reason, RefusedChange(Body(Create()), m => m.CreateKeys.Threshold = threshold).Reason);

    [Fact]
    public void Rejects_bad_participants()
    {
        void Check(Action<V1.CreateKeys> change) =>
            Assert.Equal(Reason.BadParticipants, RefusedChange(Body(Create()), m => change(m.CreateKeys)).Reason);
        Check(c => { c.Parties.RemoveAt(2); c.Parties.RemoveAt(1); });
        Check(c => c.Parties.Add(c.Parties[0].Clone()));
        Check(c => c.Parties[1].Nid = c.Parties[0].Nid);
        Check(c => c.Parties[1].Nid = ByteString.CopyFrom(new byte[31]));
        Check(c => c.Parties[0].Pid = 0);
        Check(c => c.Parties[2].Pid = 65_536);
        Check(c => c.Parties[2].Pid = 2);
        Check(c =>
        {
            for (var i = 0; i < 14; i++)
                c.Parties.Add(new V1.Party { Pid = (uint)(400 + i), Nid = ByteString.CopyFrom(Fill((byte)i).ToArray()) });
        });
    }

    [Fact]
    public void Rejects_bad_batches_labels_suites_and_usages()
    {
        Reason Of(Action<V1.CreateKeys> change) => RefusedChange(Body(Create()), m => change(m.CreateKeys)).Reason;
        Assert.Equal(Reason.BadBatchSize, Of(c => c.Count = 0));
        Assert.Equal(Reason.BadBatchSize, Of(c => c.Count = 1_001));
        Assert.Equal(Reason.BadBatchSize, Of(c => c.Labels.Add("third")));
        Assert.Equal(Reason.BadBatchSize, Of(c => c.Labels.Add(Enumerable.Repeat("x", 1_000))));
        Assert.Equal(Reason.MalformedRequest, Of(c => c.Labels[1] = "two words"));
        Assert.Equal(Reason.MalformedRequest, Of(c => c.Labels[1] = new string('x', 65)));
        Assert.Equal(Reason.MalformedRequest, Of(c => c.Labels[1] = ""));
        Assert.Equal(Reason.UnsupportedSuite, Of(c => c.Suite = 0));
        Assert.Equal(Reason.UnsupportedSuite, Of(c => c.Suite = (V1.Suite)6));
        Assert.Equal(Reason.UnsupportedSuite, Of(c => c.Suite = (V1.Suite)259));
        Assert.Equal(Reason.MalformedRequest, Of(c => c.Usage = (V1.KeyUsage)7));
    }

    [Fact]
    public void Rejects_bad_signing_actions()
    {
        Reason Of(Action<V1.Sign> change) => RefusedChange(Body(Sign()), m => change(m.Sign)).Reason;
        Assert.Equal(Reason.MalformedRequest, Of(s => s.KeyId = ByteString.CopyFrom(new byte[33])));
        Assert.Equal(Reason.PayloadMalformed, Of(s => s.Payload = ByteString.Empty));
        Assert.Equal(Reason.PayloadTooLarge, Of(s => s.Payload = ByteString.CopyFrom(new byte[(128 << 10) + 1])));
        Assert.Equal(Reason.MalformedRequest, Of(s => s.PayloadKind = 0));
        Assert.Equal(Reason.BadDerivationPath, Of(s => s.Path.Add(1u << 31)));
        Assert.Equal(Reason.BadDerivationPath, Of(s => s.Path.Add(Enumerable.Repeat(1u, 8))));
        Assert.Equal(Reason.BadDerivationPath, Of(s => s.Path.Add(Enumerable.Repeat(1u, 100_000))));
    }

    [Fact]
    public void Rejects_Taproot_outputs_that_are_none()
    {
        ServiceError Of(Action<V1.Sign> change) => RefusedChange(Body(Sign()), m => change(m.Sign));
        void Check(string words, Action<V1.Sign> change)
        {
            var error = Of(change);
            Assert.Equal(Reason.MalformedRequest, error.Reason);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
        foreach (var mode in new[] { 2, 255, 256, 257, -1, int.MaxValue, int.MinValue })
            Check("is not known", s => s.TaprootMode = (V1.TaprootMode)mode);
        Check("without the Taproot mode", s => s.MerkleRoot = ByteString.CopyFrom(new byte[32]));
        foreach (var length in new[] { 1, 31, 33, 64 })
        {
            Check("expected 32 or none", s =>
            {
                s.TaprootMode = V1.TaprootMode.KeyPath;
                s.MerkleRoot = ByteString.CopyFrom(new byte[length]);
            });
        }
        Assert.Throws<ArgumentException>(() => TaprootOutput.KeyPathWithRoot(new byte[31]));
    }

    [Fact]
    public void Rejects_bad_heads()
    {
        Reason Of(Action<V1.RequestBody> change) => RefusedChange(Body(Sign()), change).Reason;
        Assert.Equal(Reason.MalformedRequest, Of(m => m.ClusterId = ByteString.CopyFrom(new byte[31])));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.IdempotencyKey = ""));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.IdempotencyKey = new string('k', 65)));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.IdempotencyKey = "é"));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.IdempotencyKey = "a\n"));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.Note = new string('n', 257)));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.Note = "\u001b[31m"));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.IssuedAtMs = 0));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.IssuedAtMs = -1));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.ExpiresAtMs = long.MaxValue));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.ExpiresAtMs = m.IssuedAtMs));
        Assert.Equal(Reason.ExpiryTooFar, Of(m => m.ExpiresAtMs = m.IssuedAtMs + 7L * 86_400_000 + 1));
        Assert.Equal(Reason.MalformedRequest, Of(m => m.ClearAction()));
    }

    [Fact]
    public void Takes_the_longest_life_there_is()
    {
        var body = Body(Sign()) with { ExpiresAt = Issued + RequestBody.MaxLife };
        Assert.True(Codec.TryDecode(Codec.Encode(body), out var read, out _));
        Assert.Equal(RequestBody.MaxLife, read.ExpiresAt - read.IssuedAt);
    }

    [Fact]
    public void Rejects_oversized_bodies_and_floods_before_parsing()
    {
        Assert.Equal(Reason.MalformedRequest, Refused(new byte[SignedRequest.MaxBodyBytes + 1]).Reason);
        // 250,000 empty parties in a body of 500 KB: refused by count, without an object for each.
        var parties = Enumerable.Repeat(new byte[] { 0x1a, 0x00 }, 250_000).SelectMany(b => b).ToArray();
        var writer = new MemoryStream();
        var output = new CodedOutputStream(writer);
        output.WriteTag(10, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(parties));
        output.Flush();
        var bytes = writer.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Reason.BadParticipants, Refused(bytes).Reason);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Fact]
    public void Rejects_an_encoding_of_what_no_node_would_take()
    {
        var error = Assert.Throws<ServiceException>(() => Codec.Encode(Body(Create() with { Threshold = 4 }))).Error;
        Assert.Equal(Reason.BadThreshold, error.Reason);
        Assert.Contains("2..3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_signed_requests_of_wrong_lengths()
    {
        ServiceError Of(Action<V1.SignedRequest> change)
        {
            var message = V1.SignedRequest.Parser.ParseFrom(GoldenBytes.Of("signed-request"));
            change(message);
            Assert.False(SignedRequestMapping.TryRead(message, out _, out var error));
            return error!;
        }
        Assert.Contains("body", Of(m => m.Body = ByteString.Empty).Message, StringComparison.Ordinal);
        Assert.Contains("client_id", Of(m => m.ClientId = ByteString.CopyFrom(new byte[31])).Message, StringComparison.Ordinal);
        Assert.Contains("signature", Of(m => m.Signature = ByteString.CopyFrom(new byte[65])).Message, StringComparison.Ordinal);
        Assert.False(SignedRequestMapping.TryRead(null, out _, out var missing));
        Assert.Contains("missing", missing!.Message, StringComparison.Ordinal);
    }
}
