using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>A party's word that it never acknowledges (spec §9: ABORT of kind 0).</summary>
internal sealed record PartyAbort(PartyId Party, ReadOnlyMemory<byte> Signature);

/// <summary>Other parties' ABORTs of an order: which hold, on which this node gave up, and who has signed an ACK as well.</summary>
internal sealed class OrderAborts(MachineContext context, Order order)
{
    private readonly HashSet<PartyId> _blamed = [];

    /// <summary>The ABORT on which this node gave up; null while it did not.</summary>
    public PartyAbort? Taken { get; private set; }

    public void Take(PartyAbort abort) => Taken = abort;

    /// <summary>Another party of the order has signed it.</summary>
    public bool Holds(PartyAbort abort) =>
        abort.Party != order.SelfPid && abort.Signature.Length == Ed25519Signature.Size
        && order.Action.Parties.Any(party => party.Pid == abort.Party)
        && context.Members.HasEverSigned(order.NidOf(abort.Party), LifecycleDigests.Abort(order.Hash, AbortKind.NeverAcknowledged), abort.Signature.Span);

    /// <summary>The party whose ABORT this node took has acknowledged to others.</summary>
    public bool IsExposed(OrderAcks acks) => Taken is { } taken && acks.Holds(taken.Party);

    /// <summary>Says once who has signed both words: provable by the ABORT named here and the ACK, which the certificate carries.</summary>
    public void Blame(PartyAbort abort)
    {
        if (!_blamed.Add(abort.Party))
            return;
        var nid = order.NidOf(abort.Party);
        var fault = $"party {abort.Party} signed both ACK and ABORT of order {order.Hash}, as also a node does whose database was restored in between";
        context.Observe(new Observation.PeerBlamed(nid, fault));
        context.Commit(new Batch().Log(AuditKind.PeerFault, order.Request.BodyHash, default,
            Journal.Text($"{context.NameOf(nid)}: {fault}; its ABORT is {Convert.ToHexStringLower(abort.Signature.Span)}")));
    }
}
