using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Dkg;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>What each durable step of an order writes: the order, its keys and shares, its request, the log, in one commit.</summary>
internal static class OrderBatches
{
    /// <summary>A creation is attempt 1 and never retried (spec §9).</summary>
    public const uint FirstAttempt = 1;

    public static Batch Begin(Batch batch, Order order, MachineContext context) => batch
        .Write(new StoreWrite.BeginOrder(new(
            order.Hash, (byte)OrderKind.Creation, order.Action.Suite, CreationCase.FirstGeneration, FirstAttempt, context.Setup.Instance,
            order.Request.Signed, OrderState.Begun, default, default, default, 0, default, null, context.Now.Wall)))
        .Log(AuditKind.OrderBegun, order.Request.BodyHash, default, order.Hash.ToArray());

    /// <summary>PENDING: keys, sealed shares and own ACK together.</summary>
    /// <param name="result">Stays the caller's: the shares are copied out of it.</param>
    /// <exception cref="Cryptography.Secrets.Memory.SecureMemoryException">No locked memory is left for the copies; none stays.</exception>
    public static Batch Acknowledge(Order order, ReadOnlyMemory<byte> ack, IReadOnlyList<KeyRow> rows, DkgResult result)
    {
        var batch = new Batch()
            .Write(new StoreWrite.AcknowledgeOrder(order.Hash, order.Echo, order.RecordsRoot, ack, rows))
            .Log(AuditKind.OrderAcknowledged, order.Request.BodyHash, default, order.RecordsRoot.ToArray());
        try
        {
            for (var k = 0; k < rows.Count; k++)
                batch.Share(new(rows[k].Record.KeyId, rows[k].Record.Generation, result.Shares[k]));
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    public static Batch Activate(Order order, RequestEntry entry, IReadOnlyList<KeyRow> rows)
    {
        var batch = new Batch()
            .Write(new StoreWrite.ActivateOrder(order.Hash, OrderCertificates.ForKeys(order.Certificate(), rows)))
            .Log(AuditKind.OrderActivated, order.Request.BodyHash, default, order.RecordsRoot.ToArray());
        entry.Put(batch, RequestState.Completed, order.Hash.ToArray());
        return batch;
    }

    /// <summary>Another party's ABORT after the own ACK: the reason is durable, keys and shares stay.</summary>
    public static Batch GiveUp(Order order, RequestEntry entry, PartyAbort abort, string why)
    {
        var batch = new Batch()
            .Write(new StoreWrite.GiveUpOrder(order.Hash, abort.Party, abort.Signature))
            .Log(AuditKind.OrderGivenUp, order.Request.BodyHash, default, Journal.Text(why));
        entry.Put(batch, RequestState.Failed, ServiceErrorEncoding.Encode(order.Failure!));
        return batch;
    }

    /// <param name="signature">Own ABORT.</param>
    public static Batch Abort(Order order, RequestEntry entry, ReadOnlyMemory<byte> signature, string why)
    {
        var batch = new Batch()
            .Write(new StoreWrite.AbortOrder(order.Hash, (byte)AbortKind.NeverAcknowledged, signature))
            .Log(AuditKind.OrderAborted, order.Request.BodyHash, default, Journal.Text(why));
        entry.Put(batch, RequestState.Failed, ServiceErrorEncoding.Encode(order.Failure!));
        return batch;
    }
}
