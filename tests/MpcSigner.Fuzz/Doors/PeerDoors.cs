using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Node.Peers.Mapping;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Messages between nodes, from protobuf to what the machine is given. Whatever is read is written and read again as the same.</summary>
internal static class PeerDoors
{
    private static HonestNodes Heard => HonestNodes.Heard;

    public static IEnumerable<Door> All =>
    [
        Peer("peer/announcement", () => Calls<PeerCall.Hello>().Take(3).Select(call => AnnouncementMapping.ToWire(call.Announcement).ToByteArray()),
            Again<V1.Announcement, Announcement>(V1.Announcement.Parser, AnnouncementMapping.TryRead!, AnnouncementMapping.ToWire), "AnnouncementMapping.TryRead", "WireBytes.Read", "WireBytes.ReadSignature", "WireBytes.ReadTime"),
        Peer("peer/session-frame", () => HonestNodes.Some(Heard.Frames.Where(frame => frame is not SessionFrame.Envelope).Select(frame => SessionFrameMapping.ToWire(frame).ToByteArray()))
                .Concat(HonestNodes.Some(Heard.Frames.OfType<SessionFrame.Envelope>().Select(frame => SessionFrameMapping.ToWire(frame).ToByteArray()), 3)),
            Again<V1.SessionFrame, SessionFrame>(V1.SessionFrame.Parser, SessionFrameMapping.TryRead!, SessionFrameMapping.ToWire), "SessionFrameMapping.TryRead"),
        Peer("peer/order-certificate", () => Calls<PeerCall.PushCertificate>().Select(call => OrderMapping.ToWire(call.Certificate).ToByteArray()).Take(4).Concat(Pushed()),
            Again<V1.OrderCertificate, OrderCertificate>(V1.OrderCertificate.Parser, OrderMapping.TryRead!, OrderMapping.ToWire), "OrderMapping.TryRead"),
        Peer("peer/order-answer", Answers, Again<V1.OrderAnswer, OrderAnswer>(V1.OrderAnswer.Parser, OrderMapping.TryRead!, OrderMapping.ToWire), "OrderMapping.TryRead"),
        Peer("peer/partial-sign", () => HonestNodes.Some(Calls<PeerCall.PartialSign>().Select(call => PartialSignMapping.ToWire(call).ToByteArray())), PartialSign, "PartialSignMapping.TryRead"),
        Peer("peer/partial-sign-reply", () => HonestNodes.Some(Heard.Replies.Where(reply => reply is PeerReply.PartiallySigned or PeerReply.AlreadySigned or PeerReply.NotSigned)
            .Select(reply => PartialSignMapping.ToWire(reply).ToByteArray())), Again<V1.PartialSignReply, PeerReply>(V1.PartialSignReply.Parser, (V1.PartialSignReply message, out PeerReply? reply) => (reply = PartialSignMapping.Read(message)) is not null, PartialSignMapping.ToWire),
            "PartialSignMapping.Read"),
        Peer("peer/rosters", Rosters, Again<V1.FetchRostersReply, PeerReply.Rosters>(V1.FetchRostersReply.Parser, RosterMapping.TryRead!, RosterMapping.ToWire), "RosterMapping.TryRead"),
        Peer("peer/ask-maintenance", () => Vectors.Hex("wire/peers.json", name => name == "ask-maintenance"),
            Again<V1.AskMaintenanceRequest, PeerCall.AskMaintenance>(V1.AskMaintenanceRequest.Parser, MaintainedMapping.TryRead!, MaintainedMapping.ToWire), "MaintainedMapping.TryRead"),
        Peer("peer/maintenance-answer", () => Vectors.Hex("wire/peers.json", name => name.StartsWith("answer/", StringComparison.Ordinal)),
            Again<V1.MaintenanceAnswer, MaintenanceAnswer>(V1.MaintenanceAnswer.Parser, MaintainedMapping.TryRead!, MaintainedMapping.ToWire), "MaintainedMapping.TryRead"),
        Peer("peer/push-maintained", () => Vectors.Hex("wire/peers.json", name => name.StartsWith("push-", StringComparison.Ordinal)),
            Again<V1.PushMaintainedRequest, PeerCall.PushMaintained>(V1.PushMaintainedRequest.Parser, MaintainedMapping.TryRead!, MaintainedMapping.ToWire), "MaintainedMapping.TryRead"),
        Peer("peer/ask-keys", () => Vectors.Hex("wire/peers.json", name => name == "ask-keys"),
            Again<V1.AskKeysRequest, PeerCall.AskKeys>(V1.AskKeysRequest.Parser, CertifiedKeyMapping.TryRead!, CertifiedKeyMapping.ToWire), "CertifiedKeyMapping.TryRead"),
        Peer("peer/keys", () => Vectors.Hex("wire/peers.json", name => name == "keys"),
            Again<V1.AskKeysReply, PeerReply.Keys>(V1.AskKeysReply.Parser, (V1.AskKeysReply message, out PeerReply.Keys? keys) => (keys = CertifiedKeyMapping.Read(message)) is not null, CertifiedKeyMapping.ToWire), "CertifiedKeyMapping.Read"),
    ];

    /// <summary>Each input is parsed, read, written, parsed, read and written again.</summary>
    private static Door Peer(string name, Func<IEnumerable<byte[]>> seeds, Func<byte[], bool> take, params string[] covers) =>
        new(name, Grammar.Protobuf, seeds, take, covers) { AllocatedAtMost = 256 << 10, AllocatedPerByte = 256 };

    private delegate bool Reader<in TMessage, TValue>(TMessage message, out TValue? value);

    private static Func<byte[], bool> Again<TMessage, TValue>(MessageParser<TMessage> parser, Reader<TMessage, TValue> read, Func<TValue, TMessage> write)
        where TMessage : class, IMessage<TMessage>
        where TValue : class => input =>
    {
        if (!WireDoors.TryParse(parser, input, out var message) || !read(message, out var value))
            return false;
        // Unknown fields are passed over, so the bytes may differ; what is written of the value may not, however often it is read.
        var written = write(value!);
        Wrong.If(!read(parser.ParseFrom(written.ToByteArray()), out var again), "written, and not read again");
        Wrong.If(!written.Equals(write(again!)), "written twice, and not alike");
        return true;
    };

    private static IEnumerable<T> Calls<T>() where T : PeerCall => Heard.Calls.OfType<T>();

    private static IEnumerable<byte[]> Pushed() => Vectors.Hex("wire/peers.json", name => name == "push-maintained")
        .Select(push => V1.PushMaintainedRequest.Parser.ParseFrom(push).Certificate.ToByteArray());

    private static IEnumerable<byte[]> Answers()
    {
        yield return OrderMapping.ToWire(new OrderAnswer.InProgress()).ToByteArray();
        yield return OrderMapping.ToWire(new OrderAnswer.Acknowledged(Heard.Keys[0].Order, Heard.Keys[0].RecordHash, new byte[64])).ToByteArray();
        yield return OrderMapping.ToWire(new OrderAnswer.Aborted(1, new(3), new byte[64])).ToByteArray();
        foreach (var certificate in Pushed())
            yield return new V1.OrderAnswer { Certified = V1.OrderCertificate.Parser.ParseFrom(certificate) }.ToByteArray();
    }

    private static IEnumerable<byte[]> Rosters()
    {
        var hash = Heard.Keys[0].Order;
        yield return RosterMapping.ToWire(new PeerReply.Rosters(3, hash, null)).ToByteArray();
        yield return RosterMapping.ToWire(new PeerReply.Rosters(3, hash, new("version: 3\n"u8.ToArray(), [("document: roster\n"u8.ToArray()), "x"u8.ToArray()]))).ToByteArray();
    }

    private static bool PartialSign(byte[] input)
    {
        if (!WireDoors.TryParse(V1.PartialSignRequest.Parser, input, out var message) || !SignedRequestMapping.TryRead(message.Request, out var signed, out _)
            || !PartialSignMapping.TryRead(message, signed, out var call))
            return false;
        Wrong.If(!SignedRequestMapping.TryRead(PartialSignMapping.ToWire(call).Request, out var again, out _) || !again.Body.Span.SequenceEqual(signed.Body.Span), "a request that is not the client's any more");
        return true;
    }
}
