using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>What each durable step of a maintenance order writes: the order, its keys and shares, the log, in one commit.</summary>
internal static class MaintenanceBatches
{
    public static Batch Begin(Batch batch, MaintenanceCase order, MachineContext context) => batch
        .Write(new StoreWrite.BeginMaintenance(Row(order, context)))
        .Log(AuditKind.OrderBegun, order.Order.BodyHash, default, order.Hash.ToArray());

    public static MaintenanceRow Row(MaintenanceCase order, MachineContext context) => new(
        order.Hash, (byte)order.Terms.Protocol, order.Terms.Suite, order.Action.Attempt, context.Setup.Instance, order.Order.Signed,
        [.. order.Terms.Keys.Select(key => (key.Key, order.Makes(key)))], MaintenanceState.Begun, order.Terms.OldRoot, default, default, default, 0, default,
        new Dictionary<PartyId, ReadOnlyMemory<byte>>(), context.Now.Wall);

    /// <summary>PENDING: records, sealed shares and own ACK together.</summary>
    /// <param name="shares">Null for a dealer that leaves. Stays the caller's: the shares are copied out of it.</param>
    /// <param name="anchors">As START carried them; else empty.</param>
    public static Batch Acknowledge(
        MaintenanceCase order, Digest32 echo, Digest32 recordsRoot, ReadOnlyMemory<byte> ack, IReadOnlyList<KeyRow> rows, SecretScalars? shares,
        IReadOnlyList<ProvenAnchor> anchors)
    {
        var batch = new Batch()
            .Write(new StoreWrite.AcknowledgeMaintenance(order.Hash, echo, recordsRoot, ack, rows))
            .Log(AuditKind.OrderAcknowledged, order.Order.BodyHash, default, recordsRoot.ToArray());
        return WithShares(WithAnchors(batch, anchors), rows, shares);
    }

    public static Batch Activate(MaintenanceCase order, OrderCertificate certificate, IReadOnlyList<KeyRow> rows) => new Batch()
        .Write(new StoreWrite.ActivateMaintenance(order.Hash, OrderCertificates.ForKeys(certificate, rows, order.Terms.OldRoot)))
        .Log(AuditKind.OrderActivated, order.Order.BodyHash, default, certificate.RecordsRoot.ToArray());

    /// <param name="signature">Own ABORT.</param>
    public static Batch Abort(Batch batch, MaintenanceCase order, AbortKind kind, ReadOnlyMemory<byte> signature, string why) => batch
        .Write(new StoreWrite.AbortMaintenance(order.Hash, (byte)kind, signature))
        .Log(AuditKind.OrderAborted, order.Order.BodyHash, default, Journal.Text(why));

    public static Batch RollBack(MaintenanceCase order, ReadOnlyMemory<byte> signature) => new Batch()
        .Write(new StoreWrite.RollBackMaintenance(order.Hash, signature))
        .Log(AuditKind.OrderRolledBack, order.Order.BodyHash, default, order.Hash.ToArray());

    public static Batch Erase(MaintenanceCase order) => new Batch()
        .Write(new StoreWrite.EraseOldShares(order.Hash))
        .Log(AuditKind.OldSharesErased, order.Order.BodyHash, default, order.Hash.ToArray());

    /// <summary>A recovery at the recovered node: certified rows and shares together.</summary>
    public static Batch Recover(MaintenanceCase order, IReadOnlyList<KeyRow> rows, SecretScalars shares, IReadOnlyList<ProvenAnchor> anchors)
    {
        var batch = new Batch()
            .Write(new StoreWrite.CompleteRecovery(order.Hash, rows))
            .Log(AuditKind.SharesRecovered, order.Order.BodyHash, default, order.Hash.ToArray());
        return WithShares(WithAnchors(batch, anchors), rows, shares);
    }

    public static Batch EndRecovery(MaintenanceCase order) => new Batch()
        .Write(new StoreWrite.EndRecovery(order.Hash))
        .Log(AuditKind.SharesRecovered, order.Order.BodyHash, default, order.Hash.ToArray());

    /// <summary>An old party outside the session: it holds the order like everybody from here on, without an ACK of its own, so that its old shares go on everybody's DONE.</summary>
    public static Batch Learn(MaintenanceCase order, OrderCertificate certificate, IReadOnlyList<KeyRow> rows, IReadOnlyList<ProvenAnchor> anchors, MachineContext context) => WithAnchors(new Batch()
        .Write(new StoreWrite.BeginMaintenance(Row(order, context)))
        .Write(new StoreWrite.AcknowledgeMaintenance(order.Hash, certificate.Echo, certificate.RecordsRoot, default, rows))
        .Write(new StoreWrite.ActivateMaintenance(order.Hash, OrderCertificates.ForKeys(certificate, rows, order.Terms.OldRoot)))
        .Log(AuditKind.OrderActivated, order.Order.BodyHash, default, certificate.RecordsRoot.ToArray()), anchors);

    private static Batch WithAnchors(Batch batch, IReadOnlyList<ProvenAnchor> anchors)
    {
        foreach (var proven in anchors)
            batch.Write(new StoreWrite.PutAnchor(proven.Anchor));
        return batch;
    }

    /// <exception cref="Cryptography.Secrets.Memory.SecureMemoryException">No locked memory is left; nothing of the batch stays.</exception>
    private static Batch WithShares(Batch batch, IReadOnlyList<KeyRow> rows, SecretScalars? shares)
    {
        try
        {
            for (var k = 0; shares is not null && k < rows.Count; k++)
                batch.Share(new(rows[k].Record.KeyId, rows[k].Record.Generation, shares[k]));
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }
}
