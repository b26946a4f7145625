using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>What a party that asks about an order is told.</summary>
internal static class OrderAnswers
{
    public static OrderAnswer FromMemory(Order order, OrderAcks acks, OrderAborts aborts, ReadOnlyMemory<byte> ownAck) => order.Phase switch
    {
        OrderPhase.Beginning or OrderPhase.Begun or OrderPhase.Acknowledging or OrderPhase.Aborting or OrderPhase.GivingUp => new OrderAnswer.InProgress(),
        OrderPhase.Acknowledged or OrderPhase.Activating => new OrderAnswer.Acknowledged(order.Echo, order.RecordsRoot, ownAck),
        OrderPhase.Active => new OrderAnswer.Certified(acks.Certificate()),
        OrderPhase.Aborted => new OrderAnswer.Aborted((byte)AbortKind.NeverAcknowledged, order.SelfPid, order.AbortSignature),
        // So that others in PENDING learn of it even if the aborting party stays away; not once it is known to lie.
        OrderPhase.GivenUp => aborts.Taken is { } abort && !aborts.IsExposed(acks)
            ? new OrderAnswer.Aborted((byte)AbortKind.NeverAcknowledged, abort.Party, abort.Signature)
            : new OrderAnswer.Acknowledged(order.Echo, order.RecordsRoot, ownAck),
    };

    /// <summary>Of an order that only the store knows.</summary>
    public static OrderAnswer FromStore(OrderRow row, IReadOnlyList<KeyRow> keys, NodeId self, RequestAction.CreateKeys action) => row.State switch
    {
        OrderState.Active when keys.Count > 0 => new OrderAnswer.Certified(OrderCertificates.FromKey(keys[0], row.RecordsRoot)),
        OrderState.Aborted => new OrderAnswer.Aborted(row.AbortKind, action.Parties.First(party => party.Nid == self).Pid, row.AbortSignature),
        OrderState.GivenUp when row.AbortedBy is { } party => new OrderAnswer.Aborted(row.AbortKind, party, row.AbortSignature),
        OrderState.Begun or OrderState.Acknowledged or OrderState.Active or OrderState.GivenUp => new OrderAnswer.InProgress(),
    };
}
