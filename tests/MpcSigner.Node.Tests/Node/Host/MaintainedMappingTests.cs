using System.Text.Json;
using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Node.Peers.Mapping;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.RunningNode.Host;

/// <summary>What nodes say of maintenance outside sessions, against bytes that were made from the wire document without this code: the form cannot change unnoticed.</summary>
public class MaintainedMappingTests
{
    private static readonly Dictionary<string, string> Peers = Load("peers.json"), Golden = Load("golden.json");

    private static readonly SignedOrder Order = new(Bytes(Golden, "request-body/refresh"), [Signed(0xad), Signed(0xae)]);
    private static readonly SignedRequest Creation = new(Bytes(Golden, "request-body/create-keys"), new(Fill(0xcc)), Signature(0x51));

    private static readonly OrderCertificate Certificate = new(new(Bytes(Golden, "digest/order-refresh")), new(Fill(0x72)), new(Fill(0x73)),
        [(new(1), Signature(0x81)), (new(2), Signature(0x82)), (new(300), Signature(0x86))]);

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static byte[] Signature(int value) => [.. Enumerable.Repeat((byte)value, 64)];

    private static MaintenanceAnswer.Acknowledged Doubted(DoubtStand stand) => new(new(Fill(0x72)), new(Fill(0x73)), Signature(0x83), new(stand, new(300), Signature(0x87)));

    private static OrderSignature Signed(byte administrator) => new(new(Fill(administrator)), Signature(administrator ^ 0xff));

    private static byte[] Bytes(Dictionary<string, string> forms, string form) => Convert.FromHexString(forms[form]);

    private static KeyRecord Record()
    {
        Assert.True(KeyRecordEncoding.TryDecode(Suite.FrostEd25519, Bytes(Golden, "key-record"), out var record));
        return record!;
    }

    private static KeyAnchor Anchor(ushort index)
    {
        Assert.True(CommitCertificate.TryDecode(Bytes(Golden, "commit-certificate"), out var certificate));
        return new(Creation, index, Record(), (certificate with { Index = index }).Encode());
    }

    [Fact]
    public void A_question_about_an_order()
    {
        var golden = Bytes(Peers, "ask-maintenance");
        var question = new PeerCall.AskMaintenance(Certificate.Order, Order);
        Assert.Equal(golden, MaintainedMapping.ToWire(question).ToByteArray());
        Assert.True(MaintainedMapping.TryRead(V1.AskMaintenanceRequest.Parser.ParseFrom(golden), out var read));
        Assert.Equal(golden, MaintainedMapping.ToWire(read).ToByteArray());
        Assert.Equal(question.Hash, read.Hash);
    }

    public static TheoryData<string> Answers => ["in-progress", "acknowledged", "acknowledged-refusal-heard", "acknowledged-doubted", "acknowledged-upheld", "certified", "certified-without-share", "aborted", "never-acknowledged", "recovered"];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_about_an_order(string form)
    {
        MaintenanceAnswer answer = form switch
        {
            "in-progress" => new MaintenanceAnswer.InProgress(),
            "acknowledged" => new MaintenanceAnswer.Acknowledged(new(Fill(0x72)), new(Fill(0x73)), Signature(0x83)),
            "acknowledged-refusal-heard" => Doubted(DoubtStand.Heard),
            "acknowledged-doubted" => Doubted(DoubtStand.Doubted),
            "acknowledged-upheld" => Doubted(DoubtStand.Upheld),
            "certified" => new MaintenanceAnswer.Certified(Certificate, Signature(0x84)),
            "certified-without-share" => new MaintenanceAnswer.Certified(Certificate, default),
            "aborted" => new MaintenanceAnswer.Aborted(1, Signature(0x85)),
            "never-acknowledged" => new MaintenanceAnswer.Aborted(0, Signature(0x85)),
            "recovered" => new MaintenanceAnswer.Recovered(new(Fill(0x73)), Signature(0x84)),
            _ => throw new ArgumentException(form, nameof(form)),
        };
        var golden = Bytes(Peers, $"answer/{form}");
        Assert.Equal(golden, MaintainedMapping.ToWire(answer).ToByteArray());
        Assert.True(MaintainedMapping.TryRead(V1.MaintenanceAnswer.Parser.ParseFrom(golden), out var read));
        Assert.IsType(answer.GetType(), read);
        if (answer is MaintenanceAnswer.Acknowledged { Doubt: { } doubt })
        {
            var shown = Assert.IsType<MaintenanceAnswer.Acknowledged>(read).Doubt!;
            Assert.Equal((doubt.Stand, doubt.RefusedBy, Convert.ToHexString(doubt.Abort.Span)), (shown.Stand, shown.RefusedBy, Convert.ToHexString(shown.Abort.Span)));
        }
        Assert.Equal(golden, MaintainedMapping.ToWire(read).ToByteArray());
    }

    [Theory]
    [InlineData("push-maintained")]
    [InlineData("push-maintained-with-keys")]
    public void A_certificate_that_is_shown(string form)
    {
        var push = form == "push-maintained"
            ? new PeerCall.PushMaintained(Certificate, Signature(0x84), null)
            : new PeerCall.PushMaintained(Certificate, default, new(Order, [Record(), Record()], [Anchor(1), Anchor(0)]));
        var golden = Bytes(Peers, form);
        Assert.Equal(golden, MaintainedMapping.ToWire(push).ToByteArray());
        Assert.True(MaintainedMapping.TryRead(V1.PushMaintainedRequest.Parser.ParseFrom(golden), out var read));
        Assert.Equal(golden, MaintainedMapping.ToWire(read).ToByteArray());
        Assert.Equal((push.Keys is null, push.Done.Length), (read.Keys is null, read.Done.Length));
    }

    [Fact]
    public void Keys_asked_for_and_shown()
    {
        var question = new PeerCall.AskKeys([new(Bytes(Golden, "id/key")), new(Fill(0x6b))]);
        Assert.Equal(Bytes(Peers, "ask-keys"), CertifiedKeyMapping.ToWire(question).ToByteArray());
        Assert.True(CertifiedKeyMapping.TryRead(V1.AskKeysRequest.Parser.ParseFrom(Bytes(Peers, "ask-keys")), out var asked));
        Assert.Equal(question.Keys, asked.Keys);

        var golden = Bytes(Peers, "keys");
        var shown = new CertifiedKey(Record(), 2, Bytes(Golden, "commit-certificate"), [(new(1), new(Fill(0xa1))), (new(2), new(Fill(0xa2)))]) { Order = Order };
        Assert.Equal(golden, CertifiedKeyMapping.ToWire(new PeerReply.Keys([shown, null])).ToByteArray());
        var read = CertifiedKeyMapping.Read(V1.AskKeysReply.Parser.ParseFrom(golden));
        Assert.NotNull(read);
        Assert.Equal(golden, CertifiedKeyMapping.ToWire(read).ToByteArray());
        Assert.Null(read.Found[1]);
    }

    /// <summary>Cut anywhere, a message is no message, or another one: never an exception, never the same.</summary>
    [Fact]
    public void Rejects_messages_that_are_cut()
    {
        foreach (var form in Peers.Keys.Where(form => form.StartsWith("push", StringComparison.Ordinal)))
        {
            var golden = Bytes(Peers, form);
            for (var length = 0; length < golden.Length; length++)
            {
                try
                {
                    if (MaintainedMapping.TryRead(V1.PushMaintainedRequest.Parser.ParseFrom(golden.AsSpan(0, length)), out var read))
                        Assert.NotEqual(golden, MaintainedMapping.ToWire(read).ToByteArray());
                }
                catch (InvalidProtocolBufferException)
                {
                    // refused before the mapping sees it
                }
            }
        }
    }

    private static Dictionary<string, string> Load(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "Vectors")))
            folder = folder.Parent;
        Assert.NotNull(folder);
        using var bytes = File.OpenRead(Path.Combine(folder.FullName, "tests", "Vectors", "wire", file));
        return JsonSerializer.Deserialize<Dictionary<string, string>>(bytes)!;
    }
}
