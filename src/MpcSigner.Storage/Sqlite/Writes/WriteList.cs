using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Applies one commit's writes inside the writer's transaction.</summary>
internal static class WriteList
{
    /// <remarks>Shares come after the rest, so that a share may stand before its key's row in the list; nothing else depends on that.</remarks>
    internal static void Apply(SqliteConnection connection, IReadOnlyList<StoreWrite> writes)
    {
        foreach (var write in writes)
            Apply(connection, write);
        foreach (var write in writes)
            if (write is StoreWrite.PutSealedShare share)
                OrderWrites.PutShare(connection, share);
        foreach (var write in writes)
            if (write is StoreWrite.AcknowledgeOrder acknowledge)
                OrderWrites.RequireShares(connection, acknowledge);
    }

    private static void Apply(SqliteConnection connection, StoreWrite write)
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
            case StoreWrite.PutPair pair: PeerWrites.PutPair(connection, pair.Row); break;
            case StoreWrite.Append append: LogWrites.Append(connection, append.Entry); break;
            case StoreWrite.PutSealedShare: break;
            default: throw new NotSupportedException($"{write.GetType().Name} has no table");
        }
    }
}
