using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using Door = MpcSigner.Fuzz.Engine.Door;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Messages of sessions beside those of the protocols: what goes with a question, a START, a READY, an ABORT.</summary>
internal static class CoordinationDoors
{
    private static HonestNodes Heard => HonestNodes.Heard;

    public static IEnumerable<Door> All =>
    [
        new("coordination/question", Grammar.Binary, () => HonestNodes.Some(Heard.Payloads(MessageType.FrostRequest).Concat(Heard.Payloads(MessageType.OnlineRequest))), Ask, "SigningAsk.TryDecode", "BookingAcks.TryRead"),
        new("coordination/presign-start", Grammar.Binary, () => Heard.Payloads(MessageType.Start, ProtocolKind.Presign), PresignStartOf, "PresignStart.TryDecode"),
        new("coordination/nonce-start", Grammar.Binary, () => Heard.Payloads(MessageType.Start, ProtocolKind.Frost), NonceStartOf, "NonceStart.TryDecode"),
        new("coordination/nonce-reply", Grammar.Binary, NonceReplies, NonceReplyOf, "NonceReply.TryDecode"),
        new("coordination/creation-start", Grammar.Binary, () => Heard.Payloads(MessageType.Start, ProtocolKind.Dkg), CreationStartOf, "CreationStart.TryDecode"),
        new("coordination/creation-ready", Grammar.Binary, () => Heard.Payloads(MessageType.Ready, ProtocolKind.Dkg).Where(payload => payload.Length != Cryptography.Signatures.Ed25519Signature.Size), CreationReady, "CreationBookings.TryDecode"),
        new("coordination/maintenance-start", Grammar.Binary,
            () => Heard.Messages(MessageType.Start).Where(m => m.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery).Select(m => m.Payload.ToArray()), Maintenance, "MaintenanceStart.TryDecode"),
        new("coordination/maintenance-ready", Grammar.Binary, () => [.. Heard.Payloads(MessageType.Ready, ProtocolKind.Refresh), Aborts()], Ready, "ReadyMessage.TryDecode"),
        new("coordination/order-certificate", Grammar.Binary, () => Heard.Payloads(MessageType.Certificate), Certificate, "OrderCertificates.TryDecode"),
        new("coordination/refusal", Grammar.Binary, Errors, Error, "ServiceErrorEncoding.TryDecode"),
    ];

    private static bool Ask(byte[] input)
    {
        if (!SigningAsk.TryDecode(input, out var ask))
            return false;
        Wrong.Unless(ask.Encode(), input);
        var reader = new ByteReader(input.AsSpan(4 + ask.Request.Length));
        Wrong.If(!BookingAcks.TryRead(ref reader, out var acks) || acks.Count != ask.Acks.Count, "bookings that are read differently alone");
        return true;
    }

    private static bool PresignStartOf(byte[] input)
    {
        if (!PresignStart.TryDecode(input, out var start))
            return false;
        Wrong.Unless(start.Encode(), input);
        return true;
    }

    private static bool NonceStartOf(byte[] input)
    {
        if (!NonceStart.TryDecode(input, out var start))
            return false;
        Wrong.Unless(start.Encode(), input);
        return true;
    }

    /// <summary>The number asked for comes from the request: here from the first byte.</summary>
    private static IEnumerable<byte[]> NonceReplies() =>
        from message in Heard.Messages(MessageType.FrostCommitment)
        where message.Session.Terms.Suite == Core.Keys.Suite.FrostEd25519
        select (byte[])[message.Payload.Span[5], .. message.Payload.Span];

    private static bool NonceReplyOf(byte[] input)
    {
        NonceReply? reply = null;
        if (input.Length == 0 || !NonceReply.TryDecode(Groups.For(Core.Keys.Curve.Edwards25519), new(1), input[0], input.AsSpan(1), out reply))
            return false;
        Wrong.Unless([input[0], .. reply.Encode()], input);
        return true;
    }

    private static bool CreationStartOf(byte[] input)
    {
        if (!CreationStart.TryDecode(input, out var start))
            return false;
        Wrong.Unless(start.Encode(), input);
        return true;
    }

    private static bool CreationReady(byte[] input)
    {
        if (!CreationBookings.TryDecode(input, out var acks))
            return false;
        Wrong.Unless(CreationBookings.Encode(acks), input);
        return true;
    }

    private static bool Maintenance(byte[] input)
    {
        if (!MaintenanceStart.TryDecode(input, out var start))
            return false;
        start.TryReadAnchors(Core.Keys.Suite.FrostEd25519, 1, out _);
        start.TryReadAnchors(Core.Keys.Suite.FrostSecp256k1Taproot, 1, out _);
        return true;
    }

    private static byte[] Aborts() => ReadyMessage.Encode([.. Heard.Keys.Select(key => new OwnAbort(key.Order, Cryptography.KeyRecords.AbortKind.Ordered, new byte[64]))]);

    private static bool Ready(byte[] input)
    {
        if (!ReadyMessage.TryDecode(input, out var aborts))
            return false;
        Wrong.Unless(ReadyMessage.Encode([.. aborts]), input);
        return true;
    }

    private static bool Certificate(byte[] input)
    {
        if (!OrderCertificates.TryDecode(input, out var certificate))
            return false;
        Wrong.Unless(OrderCertificates.Encode(certificate), input);
        return true;
    }

    private static IEnumerable<byte[]> Errors()
    {
        yield return ServiceErrorEncoding.Encode(new(Reason.Overloaded, "Too much.", "Wait."));
        yield return ServiceErrorEncoding.Encode(new(Reason.TooFewNodes, "é", "", [new(Heard.Keys[0].Record.Parties[0].Nid, "node-a", Reason.PeerFault, "x"), new(Heard.Keys[0].Record.Parties[1].Nid, "node-b", Reason.Sealed, "y")]));
    }

    private static bool Error(byte[] input)
    {
        if (!ServiceErrorEncoding.TryDecode(input, out var error))
            return false;
        // Bytes that are no UTF-8 become U+FFFD, which is longer: such a text may be cut when it is written again.
        Wrong.If(!ServiceErrorEncoding.TryDecode(ServiceErrorEncoding.Encode(error), out var again) || again.Reason != error.Reason || again.Nodes.Count != error.Nodes.Count,
            "a refusal that is not read again");
        return true;
    }
}
