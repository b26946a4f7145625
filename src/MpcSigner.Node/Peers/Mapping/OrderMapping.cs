using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

internal static class OrderMapping
{
    public static V1.OrderCertificate ToWire(OrderCertificate certificate)
    {
        var message = new V1.OrderCertificate
        {
            Order = WireBytes.Of(certificate.Order.Value),
            Echo = WireBytes.Of(certificate.Echo.Value),
            RecordsRoot = WireBytes.Of(certificate.RecordsRoot.Value),
        };
        foreach (var (pid, ack) in certificate.Acks)
            message.Acks.Add(new V1.PartyAck { Pid = pid.Value, Ack = WireBytes.Of(ack) });
        return message;
    }

    public static bool TryRead(V1.OrderCertificate message, [NotNullWhen(true)] out OrderCertificate? certificate)
    {
        certificate = null;
        if (!WireBytes.Read(message.Order, out Digest32 order) || !WireBytes.Read(message.Echo, out Digest32 echo)
            || !WireBytes.Read(message.RecordsRoot, out Digest32 root) || message.Acks.Count is < KeyLimits.MinThreshold or > CommitCertificate.MaxAcknowledgements)
            return false;
        var acks = new List<(PartyId, ReadOnlyMemory<byte>)>(message.Acks.Count);
        uint last = 0;
        foreach (var ack in message.Acks)
        {
            if (ack.Pid <= last || !PartyId.TryCreate(ack.Pid, out var pid) || !WireBytes.ReadSignature(ack.Ack, out var signature))
                return false;
            last = ack.Pid;
            acks.Add((pid, signature));
        }
        certificate = new(order, echo, root, acks);
        return true;
    }

    public static V1.OrderAnswer ToWire(OrderAnswer answer) => answer switch
    {
        OrderAnswer.InProgress => new() { InProgress = new() },
        OrderAnswer.Acknowledged a => new()
        {
            Acknowledged = new() { Echo = WireBytes.Of(a.Echo.Value), RecordsRoot = WireBytes.Of(a.RecordsRoot.Value), Ack = WireBytes.Of(a.Ack) },
        },
        OrderAnswer.Certified c => new() { Certified = ToWire(c.Certificate) },
        OrderAnswer.Aborted a => new() { Aborted = new() { Kind = a.Kind, Pid = a.Party.Value, Signature = WireBytes.Of(a.Signature) } },
        _ => throw new NotSupportedException($"no message for {answer.GetType().Name}"),
    };

    public static bool TryRead(V1.OrderAnswer message, [NotNullWhen(true)] out OrderAnswer? answer)
    {
        answer = message.AnswerCase switch
        {
            V1.OrderAnswer.AnswerOneofCase.InProgress => new OrderAnswer.InProgress(),
            V1.OrderAnswer.AnswerOneofCase.Acknowledged => ReadAcknowledged(message.Acknowledged),
            V1.OrderAnswer.AnswerOneofCase.Certified => TryRead(message.Certified, out var certificate) ? new OrderAnswer.Certified(certificate) : null,
            V1.OrderAnswer.AnswerOneofCase.Aborted => ReadAborted(message.Aborted),
            V1.OrderAnswer.AnswerOneofCase.None => null,
        };
        return answer is not null;
    }

    private static OrderAnswer? ReadAcknowledged(V1.OrderAcknowledgement message) =>
        WireBytes.Read(message.Echo, out Digest32 echo) && WireBytes.Read(message.RecordsRoot, out Digest32 root) && WireBytes.ReadSignature(message.Ack, out var ack)
            ? new OrderAnswer.Acknowledged(echo, root, ack)
            : null;

    private static OrderAnswer? ReadAborted(V1.OrderAbort message) =>
        message.Kind <= byte.MaxValue && PartyId.TryCreate(message.Pid, out var pid) && WireBytes.ReadSignature(message.Signature, out var signature)
            ? new OrderAnswer.Aborted((byte)message.Kind, pid, signature)
            : null;
}
