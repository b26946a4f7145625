using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Applies one commit's writes inside the writer's transaction.</summary>
internal static class WriteList
{
    /// <remarks>Shares come after the rest, so that a share may stand before its key's row in the list; nothing else depends on that.</remarks>
    internal static void Apply(SqliteConnection connection, WriteContext context, IReadOnlyList<StoreWrite> writes)
    {
        foreach (var write in writes)
            if (!ApplyToClients(connection, write) && !ApplyToMaintenance(connection, context, write))
                throw new NotSupportedException($"{write.GetType().Name} has no table");
        foreach (var write in writes)
            if (write is StoreWrite.PutSealedShare share)
                KeyRows.PutShare(connection, share);
        foreach (var write in writes)
            RequireShares(connection, context, write);
    }

    private static bool ApplyToClients(SqliteConnection connection, StoreWrite write)
    {
        switch (write)
        {
            case StoreWrite.PutRequest put: RequestWrites.Put(connection, put.Row); break;
            case StoreWrite.Book book: RequestWrites.Book(connection, book.Row); break;
            case StoreWrite.BeginOrder begin: OrderWrites.Begin(connection, begin.Row); break;
            case StoreWrite.AcknowledgeOrder acknowledge: OrderWrites.Acknowledge(connection, acknowledge); break;
            case StoreWrite.ActivateOrder activate: OrderWrites.Activate(connection, activate); break;
            case StoreWrite.GiveUpOrder giveUp: OrderWrites.GiveUp(connection, giveUp); break;
            case StoreWrite.AbortOrder abort: OrderWrites.Abort(connection, abort); break;
            case StoreWrite.PutSessionWindow window: PeerWrites.PutWindow(connection, window); break;
            case StoreWrite.PutPeerInstance peer: PeerWrites.PutInstance(connection, peer); break;
            case StoreWrite.ExcludePeer exclude: PeerWrites.Exclude(connection, exclude.Row); break;
            case StoreWrite.PutPair pair: PeerWrites.PutPair(connection, pair.Row); break;
            case StoreWrite.Append append: LogWrites.Append(connection, append.Entry); break;
            case StoreWrite.PutSealedShare: break;
            default: return false;
        }
        return true;
    }

    private static bool ApplyToMaintenance(SqliteConnection connection, WriteContext context, StoreWrite write)
    {
        switch (write)
        {
            case StoreWrite.BeginMaintenance begin: MaintenanceWrites.Begin(connection, begin.Row); break;
            case StoreWrite.AcknowledgeMaintenance acknowledge: MaintenanceWrites.Acknowledge(connection, acknowledge); break;
            case StoreWrite.DoubtMaintenance doubt: MaintenanceWrites.Doubt(connection, doubt); break;
            case StoreWrite.ActivateMaintenance activate: MaintenanceWrites.Activate(connection, activate); break;
            case StoreWrite.AbortMaintenance abort: MaintenanceWrites.Abort(connection, abort); break;
            case StoreWrite.RollBackMaintenance rollBack: MaintenanceWrites.RollBack(connection, rollBack); break;
            case StoreWrite.PutDone done: MaintenanceWrites.PutDone(connection, done); break;
            case StoreWrite.EraseOldShares erase: MaintenanceWrites.EraseOld(connection, erase); break;
            case StoreWrite.CompleteRecovery complete: RecoveryWrites.Complete(connection, complete); break;
            case StoreWrite.EndRecovery end: RecoveryWrites.End(connection, end); break;
            case StoreWrite.LearnKeys learn: LearnedWrites.Learn(connection, learn); break;
            case StoreWrite.PutAnchor anchor: LearnedWrites.PutAnchor(connection, context, anchor); break;
            case StoreWrite.AcceptDestruction accept: DestructionWrites.Accept(connection, accept.Row); break;
            case StoreWrite.CancelDestruction cancel: DestructionWrites.Cancel(connection, context, cancel); break;
            case StoreWrite.DestroyKeys destroy: DestructionWrites.Destroy(connection, context, destroy); break;
            case StoreWrite.PutJob job: JobWrites.Put(connection, job.Row); break;
            case StoreWrite.AppendRoster append: RosterWrites.Append(connection, append.Row); break;
            case StoreWrite.PutRosterAck ack: RosterWrites.PutAck(connection, ack); break;
            case StoreWrite.PutEvidence put: EvidenceWrites.Put(connection, put); break;
            default: return false;
        }
        return true;
    }

    private static void RequireShares(SqliteConnection connection, WriteContext context, StoreWrite write)
    {
        switch (write)
        {
            case StoreWrite.AcknowledgeOrder acknowledge: OrderWrites.RequireShares(connection, acknowledge); break;
            case StoreWrite.AcknowledgeMaintenance acknowledge: MaintenanceWrites.RequireShares(connection, context.Self, acknowledge); break;
            case StoreWrite.CompleteRecovery complete: RecoveryWrites.RequireShares(connection, context.Self, complete); break;
        }
    }

    /// <summary>How many rows a commit writes, roughly: decides when the log is checkpointed.</summary>
    internal static int WeightOf(IReadOnlyList<StoreWrite> writes) => writes.Sum(write => 1 + write switch
    {
        StoreWrite.AcknowledgeOrder w => w.Keys.Count,
        StoreWrite.ActivateOrder w => w.Certificates.Count,
        StoreWrite.BeginMaintenance w => w.Row.Keys.Count,
        StoreWrite.AcknowledgeMaintenance w => w.Keys.Count,
        StoreWrite.ActivateMaintenance w => 2 * w.Certificates.Count,
        StoreWrite.CompleteRecovery w => w.Keys.Count,
        StoreWrite.LearnKeys w => w.Keys.Count,
        StoreWrite.AcceptDestruction w => w.Row.Keys.Count,
        StoreWrite.PutEvidence w => w.File.Length >> 12, // pages
        StoreWrite.PutJob w => w.Row.Steps.Sum(step => 1 + step.Orders.Count),
        _ => 0,
    });

    /// <summary>Whether a commit deletes shares: then the log, which still holds them, is emptied at once.</summary>
    internal static bool Erases(IReadOnlyList<StoreWrite> writes) => writes.Any(write => write is
        StoreWrite.AbortOrder { Kind: 1 } or StoreWrite.AbortMaintenance { Kind: 1 } or StoreWrite.RollBackMaintenance or StoreWrite.EraseOldShares
        or StoreWrite.CompleteRecovery or StoreWrite.DestroyKeys);
}
