using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

/// <summary>Records in use with what proves them. What is read has the right form and nothing more: the machine verifies it.</summary>
internal static class CertifiedKeyMapping
{
    public static V1.AskKeysRequest ToWire(PeerCall.AskKeys call)
    {
        var message = new V1.AskKeysRequest();
        message.KeyIds.Add(call.Keys.Select(key => WireBytes.Of(key.Value)));
        return message;
    }

    public static bool TryRead(V1.AskKeysRequest message, [NotNullWhen(true)] out PeerCall.AskKeys? call)
    {
        call = message.KeyIds.Count is > 0 and <= PeerCall.AskKeys.MaxKeys && message.KeyIds.All(id => id.Length == KeyId.Size)
            ? new([.. message.KeyIds.Select(id => new KeyId(id.Span))])
            : null;
        return call is not null;
    }

    public static V1.AskKeysReply ToWire(PeerReply.Keys reply)
    {
        var message = new V1.AskKeysReply();
        message.Keys.Add(reply.Found.Select(found => found is null ? new() : ToWire(found)));
        return message;
    }

    /// <summary>Null: the peer answered what cannot be understood.</summary>
    public static PeerReply.Keys? Read(V1.AskKeysReply message)
    {
        if (message.Keys.Count > PeerCall.AskKeys.MaxKeys)
            return null;
        var found = new CertifiedKey?[message.Keys.Count];
        for (var i = 0; i < found.Length; i++)
        {
            if (message.Keys[i].Record.IsEmpty)
                continue;
            if (!TryRead(message.Keys[i], out found[i]))
                return null;
        }
        return new(found);
    }

    private static V1.CertifiedKey ToWire(CertifiedKey key)
    {
        var message = new V1.CertifiedKey
        {
            Suite = (uint)key.Record.Suite,
            Record = ByteString.CopyFrom(KeyRecordEncoding.Encode(key.Record)),
            Attempt = key.Attempt,
            Certificate = WireBytes.Of(key.Certificate),
        };
        foreach (var (pid, nid) in key.Dealers)
            message.Dealers.Add(new V1.Party { Pid = pid.Value, Nid = WireBytes.Of(nid.Value) });
        if (key.Order is { } order)
            message.Order = ByteString.CopyFrom(SignedOrderEncoding.Encode(order));
        return message;
    }

    private static bool TryRead(V1.CertifiedKey message, out CertifiedKey? key)
    {
        key = null;
        SignedOrder? order = null;
        if (!MaintainedMapping.IsSuite(message.Suite, out var suite) || !KeyRecordEncoding.TryDecode(suite, message.Record.Span, out var record)
            || message.Certificate.Length is 0 or > CommitCertificate.MaxSize || message.Dealers.Count > KeyLimits.MaxParties
            || (!message.Order.IsEmpty && !SignedOrderEncoding.TryDecode(message.Order.Span, out order)))
            return false;
        var dealers = new (PartyId, NodeId)[message.Dealers.Count];
        for (var i = 0; i < dealers.Length; i++)
        {
            if (!PartyId.TryCreate(message.Dealers[i].Pid, out var pid) || !WireBytes.Read(message.Dealers[i].Nid, out NodeId nid))
                return false;
            dealers[i] = (pid, nid);
        }
        key = new(record!, message.Attempt, message.Certificate.ToByteArray(), dealers) { Order = order };
        return true;
    }
}
