using Microsoft.AspNetCore.Connections;

namespace MpcSigner.Rpc.Server;

/// <summary>Places for connections that have yet to get somewhere; when all are taken, the one that has been here longest gives way to the newest.</summary>
/// <remarks>Whoever means well is soon through and among the newest all the while; whoever waits on purpose becomes the oldest.</remarks>
internal sealed class NewestFirst(int places)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _waiting = [];

    /// <summary>Takes a place until it is disposed. The connection that gives way is aborted.</summary>
    public Place Enter(ConnectionContext connection)
    {
        LinkedListNode<ConnectionContext> own;
        ConnectionContext? oldest = null;
        lock (_lock)
        {
            own = _waiting.AddLast(connection);
            if (_waiting.Count > places)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }
        }
        oldest?.Abort(new ConnectionAbortedException("Too many connections are being made; this one has taken longest."));
        return new(this, own);
    }

    internal sealed class Place(NewestFirst places, LinkedListNode<ConnectionContext> node) : IDisposable
    {
        public void Dispose()
        {
            lock (places._lock)
            {
                if (node.List is not null)
                    places._waiting.Remove(node);
            }
        }
    }
}
