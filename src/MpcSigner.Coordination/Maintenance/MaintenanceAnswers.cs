using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>What a node that asks about a maintenance order is told: this node's own word, durable before it is said.</summary>
internal static class MaintenanceAnswers
{
    public static MaintenanceAnswer FromMemory(MaintenanceOrder order)
    {
        switch (order.Phase)
        {
            case MaintenancePhase.Beginning or MaintenancePhase.Begun or MaintenancePhase.Acknowledging or MaintenancePhase.Aborting or MaintenancePhase.Completing:
                return new MaintenanceAnswer.InProgress();
            case MaintenancePhase.Acknowledged or MaintenancePhase.Activating:
                return new MaintenanceAnswer.Acknowledged(order.Echo, order.RecordsRoot, order.Ack, order.HasSession ? null : order.Settlement.Doubt);
            case MaintenancePhase.Active or MaintenancePhase.Erasing:
                return order.Certificate is { } certificate ? new MaintenanceAnswer.Certified(certificate, order.OwnDone) : new MaintenanceAnswer.InProgress();
            case MaintenancePhase.Done:
                return order.Case.IsRecovery ? new MaintenanceAnswer.Recovered(order.Case.Terms.OldRoot, order.OwnDone)
                    : new MaintenanceAnswer.Certified(order.Certificate!, order.OwnDone);
            case MaintenancePhase.Aborted:
                return new MaintenanceAnswer.Aborted((byte)order.AbortKind, order.OwnAbort);
        }
        throw new InvalidOperationException("a phase of no known kind");
    }

    /// <summary>Of an order that is over, and that only the store knows.</summary>
    /// <param name="keys">The rows that it made; none of a recovery.</param>
    public static MaintenanceAnswer FromStore(MachineContext context, MaintenanceCase order, MaintenanceRow row, IReadOnlyList<KeyRow> keys) => row.State switch
    {
        MaintenanceState.Aborted => new MaintenanceAnswer.Aborted(row.AbortKind, Abort(context, row.Order, (AbortKind)row.AbortKind)),
        MaintenanceState.Done when order.IsRecovery => new MaintenanceAnswer.Recovered(order.Terms.OldRoot, Done(context, order, order.Terms.OldRoot)),
        MaintenanceState.Active or MaintenanceState.Done when keys.Count > 0 =>
            new MaintenanceAnswer.Certified(OrderCertificates.FromKey(keys[0], row.RecordsRoot), Done(context, order, row.RecordsRoot)),
        // Rows of the generation have gone since, or it is being taken up: nothing can be shown.
        MaintenanceState.Begun or MaintenanceState.Acknowledged or MaintenanceState.Active or MaintenanceState.Done => new MaintenanceAnswer.InProgress(),
    };

    /// <summary>This node's ABORT, which is durable, under the identity that it has now.</summary>
    public static ReadOnlyMemory<byte> Abort(MachineContext context, Digest32 order, AbortKind kind) => context.Identity.Sign(LifecycleDigests.Abort(order, kind));

    /// <summary>Whether it is that member's ABORT, of either kind.</summary>
    public static bool IsAbort(MachineContext context, NodeId member, Digest32 order, AbortKind kind, ReadOnlyMemory<byte> signature) =>
        kind is AbortKind.NeverAcknowledged or AbortKind.Ordered && signature.Length == Ed25519Signature.Size
        && context.Identities.TryGetValue(member, out var identity) && identity.Verify(LifecycleDigests.Abort(order, kind), signature.Span);

    /// <summary>This node's DONE over the records that are in use here; empty where it gets no share.</summary>
    public static ReadOnlyMemory<byte> Done(MachineContext context, MaintenanceCase order, Digest32 recordsRoot) =>
        order.GetsShare(context.Self) ? context.Identity.Sign(LifecycleDigests.Done(order.Hash, recordsRoot)) : default;
}
