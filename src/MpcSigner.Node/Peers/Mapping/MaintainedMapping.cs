using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

/// <summary>What nodes say to each other about maintenance orders outside their sessions. What is read has the right lengths and counts and nothing more: the machine judges the contents.</summary>
internal static class MaintainedMapping
{
    public static V1.AskMaintenanceRequest ToWire(PeerCall.AskMaintenance call) => new()
    {
        Hash = WireBytes.Of(call.Hash.Value), Order = ByteString.CopyFrom(SignedOrderEncoding.Encode(call.Order)),
    };

    public static bool TryRead(V1.AskMaintenanceRequest message, [NotNullWhen(true)] out PeerCall.AskMaintenance? call)
    {
        call = WireBytes.Read(message.Hash, out Digest32 hash) && SignedOrderEncoding.TryDecode(message.Order.Span, out var order) ? new(hash, order) : null;
        return call is not null;
    }

    public static V1.MaintenanceAnswer ToWire(MaintenanceAnswer answer) => answer switch
    {
        MaintenanceAnswer.InProgress => new() { InProgress = new() },
        MaintenanceAnswer.Acknowledged a => new()
        {
            Acknowledged = new()
            {
                Echo = WireBytes.Of(a.Echo.Value), RecordsRoot = WireBytes.Of(a.RecordsRoot.Value), Ack = WireBytes.Of(a.Ack), Doubt = a.Doubt is { } doubt ? ToWire(doubt) : null,
            },
        },
        MaintenanceAnswer.Certified c => new() { Certified = new() { Certificate = OrderMapping.ToWire(c.Certificate), Done = WireBytes.Of(c.Done) } },
        MaintenanceAnswer.Aborted a => new() { Aborted = new() { Kind = a.Kind, Signature = WireBytes.Of(a.Signature) } },
        MaintenanceAnswer.Recovered r => new() { Recovered = new() { RecordsRoot = WireBytes.Of(r.RecordsRoot.Value), Done = WireBytes.Of(r.Done) } },
        _ => throw new NotSupportedException($"no message for {answer.GetType().Name}"),
    };

    public static bool TryRead(V1.MaintenanceAnswer message, [NotNullWhen(true)] out MaintenanceAnswer? answer)
    {
        answer = message.AnswerCase switch
        {
            V1.MaintenanceAnswer.AnswerOneofCase.InProgress => new MaintenanceAnswer.InProgress(),
            V1.MaintenanceAnswer.AnswerOneofCase.Acknowledged => ReadAcknowledged(message.Acknowledged),
            V1.MaintenanceAnswer.AnswerOneofCase.Certified =>
                OrderMapping.TryRead(message.Certified.Certificate ?? new(), out var certificate) && ReadDone(message.Certified.Done, out var done)
                    ? new MaintenanceAnswer.Certified(certificate, done) : null,
            V1.MaintenanceAnswer.AnswerOneofCase.Aborted => message.Aborted.Kind <= 1 && WireBytes.ReadSignature(message.Aborted.Signature, out var signature)
                ? new MaintenanceAnswer.Aborted((byte)message.Aborted.Kind, signature) : null,
            V1.MaintenanceAnswer.AnswerOneofCase.Recovered => WireBytes.Read(message.Recovered.RecordsRoot, out Digest32 root) && ReadDone(message.Recovered.Done, out var said)
                ? new MaintenanceAnswer.Recovered(root, said) : null,
            V1.MaintenanceAnswer.AnswerOneofCase.None => null,
        };
        return answer is not null;
    }

    private static MaintenanceAnswer? ReadAcknowledged(V1.MaintenanceAcknowledgement message) =>
        WireBytes.Read(message.Echo, out Digest32 echo) && WireBytes.Read(message.RecordsRoot, out Digest32 root) && WireBytes.ReadSignature(message.Ack, out var ack)
            && ReadDoubt(message.Doubt, out var doubt)
            ? new MaintenanceAnswer.Acknowledged(echo, root, ack, doubt)
            : null;

    private static V1.AttemptDoubt ToWire(AttemptDoubt doubt) => new() { Stand = (uint)doubt.Stand, RefusedBy = doubt.RefusedBy.Value, Abort = WireBytes.Of(doubt.Abort) };

    private static bool ReadDoubt(V1.AttemptDoubt? message, out AttemptDoubt? doubt)
    {
        doubt = message is { Stand: <= (uint)DoubtStand.Upheld } && PartyId.TryCreate(message.RefusedBy, out var by) && WireBytes.ReadSignature(message.Abort, out var abort)
            ? new((DoubtStand)message.Stand, by, abort) : null;
        return message is null == doubt is null;
    }

    public static V1.PushMaintainedRequest ToWire(PeerCall.PushMaintained call) => new()
    {
        Certificate = OrderMapping.ToWire(call.Certificate), Done = WireBytes.Of(call.Done), Keys = call.Keys is { } keys ? ToWire(keys) : null,
    };

    public static bool TryRead(V1.PushMaintainedRequest message, [NotNullWhen(true)] out PeerCall.PushMaintained? call)
    {
        call = null;
        MaintainedKeys? keys = null;
        if (!OrderMapping.TryRead(message.Certificate ?? new(), out var certificate) || !ReadDone(message.Done, out var done)
            || (message.Keys is { } shown && !TryRead(shown, out keys)))
            return false;
        call = new(certificate, done, keys);
        return true;
    }

    private static V1.MaintainedKeys ToWire(MaintainedKeys keys)
    {
        var message = new V1.MaintainedKeys { Order = ByteString.CopyFrom(SignedOrderEncoding.Encode(keys.Order)), Suite = (uint)keys.Records[0].Suite };
        message.Records.Add(keys.Records.Select(record => ByteString.CopyFrom(KeyRecordEncoding.Encode(record))));
        var anchors = new ByteWriter(64 << 10);
        AnchorList.Write(anchors, keys.Anchors);
        message.Anchors = ByteString.CopyFrom(anchors.Written);
        return message;
    }

    private static bool TryRead(V1.MaintainedKeys message, [NotNullWhen(true)] out MaintainedKeys? keys)
    {
        keys = null;
        var count = message.Records.Count;
        if (count is 0 or > KeyLimits.MaxBatch || !IsSuite(message.Suite, out var suite) || !SignedOrderEncoding.TryDecode(message.Order.Span, out var order))
            return false;
        var reader = new ByteReader(message.Anchors.Span);
        if (!AnchorList.TryRead(ref reader, suite, count, out var anchors) || !reader.AtEnd)
            return false;
        var records = new KeyRecord[count];
        for (var k = 0; k < count; k++)
        {
            if (!KeyRecordEncoding.TryDecode(suite, message.Records[k].Span, out var record))
                return false;
            records[k] = record!;
        }
        keys = new(order, records, anchors);
        return true;
    }

    internal static bool IsSuite(uint number, out Suite suite)
    {
        suite = number is >= (uint)Suite.EcdsaSecp256k1 and <= (uint)Suite.FrostSecp256k1Taproot ? (Suite)number : Suite.None;
        return suite != Suite.None;
    }

    /// <summary>A DONE, or none.</summary>
    private static bool ReadDone(ByteString bytes, out ReadOnlyMemory<byte> done)
    {
        done = bytes.ToByteArray();
        return bytes.Length is 0 or WireBytes.SignatureSize;
    }
}
