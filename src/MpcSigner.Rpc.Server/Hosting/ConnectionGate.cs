using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MpcSigner.Rpc.Server;

/// <summary>
/// Shares out the connections of one listener, so that nobody takes them all: whoever has shown no certificate yet makes room for whoever comes after,
/// and the holder of one key has its own number of connections and no more.
/// </summary>
/// <remarks>
/// A limit on all connections alone would be a gift to whoever opens that many and says nothing: nobody else could come in, for as long as it opens new ones.
/// Here the oldest handshake under way gives way to the newest. One in good faith takes some milliseconds and is among the newest all the while.
/// </remarks>
internal sealed class ConnectionGate(int maxHandshakes, int maxConnections, int maxConnectionsPerKey)
{
    private static readonly object Place = new();

    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _handshakes = [];
    private readonly Dictionary<string, int> _perKey = new(StringComparer.Ordinal);
    private int _connections;

    /// <summary>Connections in their handshake, for tests.</summary>
    public int Handshakes
    {
        get
        {
            lock (_lock)
                return _handshakes.Count;
        }
    }

    /// <summary>Before TLS.</summary>
    public ConnectionDelegate Beginning(ConnectionDelegate next) => async connection =>
    {
        var (place, oldest) = Enter(connection);
        oldest?.Abort(new ConnectionAbortedException("Too many connections are in their handshake; this one is the oldest of them."));
        connection.Items[Place] = place;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(place);
        }
    };

    /// <summary>After TLS: the certificate has been accepted.</summary>
    public ConnectionDelegate Established(ConnectionDelegate next) => async connection =>
    {
        Leave((LinkedListNode<ConnectionContext>)connection.Items[Place]!);
        var key = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate
            ? Convert.ToHexString(SubjectKeyPin.Of(certificate))
            : throw new InvalidOperationException("a connection without a certificate came through the handshake");
        if (!TryTake(key))
        {
            connection.Abort(new ConnectionAbortedException("The holder of this key, or all together, have as many connections as they may."));
            return;
        }
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            GiveBack(key);
        }
    };

    private (LinkedListNode<ConnectionContext> Place, ConnectionContext? Oldest) Enter(ConnectionContext connection)
    {
        lock (_lock)
        {
            var place = _handshakes.AddLast(connection);
            if (_handshakes.Count <= maxHandshakes)
                return (place, null);
            var oldest = _handshakes.First!;
            _handshakes.Remove(oldest);
            return (place, oldest.Value);
        }
    }

    private void Leave(LinkedListNode<ConnectionContext> place)
    {
        lock (_lock)
        {
            if (place.List is not null)
                _handshakes.Remove(place);
        }
    }

    private bool TryTake(string key)
    {
        lock (_lock)
        {
            var own = _perKey.GetValueOrDefault(key);
            if (own >= maxConnectionsPerKey || _connections >= maxConnections)
                return false;
            _perKey[key] = own + 1;
            _connections++;
            return true;
        }
    }

    private void GiveBack(string key)
    {
        lock (_lock)
        {
            _connections--;
            if (_perKey[key] == 1)
                _perKey.Remove(key);
            else
                _perKey[key]--;
        }
    }
}
