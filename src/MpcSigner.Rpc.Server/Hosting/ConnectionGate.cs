using System.Buffers;
using System.Buffers.Binary;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace MpcSigner.Rpc.Server;

/// <summary>Bounds of one listener's connections.</summary>
/// <param name="MaxSilent">Opened, and not even the first message of the handshake is whole.</param>
/// <param name="MaxHandshakes">From there to the end of the handshake, which costs signatures.</param>
/// <param name="MaxConnections">After it.</param>
internal sealed record ConnectionBounds(int MaxSilent, int MaxHandshakes, int MaxConnections, int MaxConnectionsPerKey, long MaxUnreadBytesPerKey, TimeSpan Patience);

/// <summary>
/// Shares out the connections of one listener, so that nobody takes them all: whoever says nothing makes room for whoever comes after,
/// and the holder of one key has its own number of connections and no more.
/// </summary>
/// <remarks>
/// A limit on all connections alone would be a gift to whoever opens that many and says nothing: nobody else could come in, for as long as it opens new ones.
/// Silence costs the attacker nothing, so it is kept apart from handshakes, which cost it as much work as us.
/// </remarks>
internal sealed class ConnectionGate(ConnectionBounds bounds)
{
    /// <summary>A TLS record: type, version, length.</summary>
    private const int RecordHeaderBytes = 5;
    private const byte HandshakeRecord = 0x16;

    private static readonly object Place = new();

    private readonly NewestFirst _silent = new(bounds.MaxSilent);
    private readonly NewestFirst _handshakes = new(bounds.MaxHandshakes);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeyHolder> _holders = new(StringComparer.Ordinal);
    private int _connections;

    /// <summary>Before TLS.</summary>
    public ConnectionDelegate Beginning(ConnectionDelegate next) => async connection =>
    {
        using (_silent.Enter(connection))
        {
            if (!await HasGreetedAsync(connection).ConfigureAwait(false))
                return;
        }
        using var place = _handshakes.Enter(connection);
        connection.Items[Place] = place;
        await next(connection).ConfigureAwait(false);
    };

    /// <summary>After TLS: the certificate has been accepted.</summary>
    public ConnectionDelegate Established(ConnectionDelegate next) => async connection =>
    {
        ((IDisposable)connection.Items[Place]!).Dispose();
        var key = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate
            ? Convert.ToHexString(SubjectKeyPin.Of(certificate))
            : throw new InvalidOperationException("a connection without a certificate came through the handshake");
        if (TryTake(key) is not { } holder)
        {
            connection.Abort(new ConnectionAbortedException("The holder of this key, or all together, have as many connections as they may."));
            return;
        }
        holder.Attach(connection.Items);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            GiveBack(key, holder);
        }
    };

    /// <summary>Waits until the first record has come whole. What is no TLS goes on to where it is refused.</summary>
    private async Task<bool> HasGreetedAsync(ConnectionContext connection)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(bounds.Patience);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(patience.Token).ConfigureAwait(false);
                var isWhole = IsWhole(read.Buffer);
                connection.Transport.Input.AdvanceTo(read.Buffer.Start, isWhole ? read.Buffer.Start : read.Buffer.End);
                if (isWhole)
                    return true;
                if (read.IsCompleted || read.IsCanceled)
                    return false;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It gave way, was reset, or said nothing for too long.
            connection.Abort(new ConnectionAbortedException("No handshake was begun in time."));
            return false;
        }
    }

    private static bool IsWhole(ReadOnlySequence<byte> received)
    {
        if (received.Length < RecordHeaderBytes)
            return received.Length > 0 && received.FirstSpan[0] != HandshakeRecord;
        Span<byte> header = stackalloc byte[RecordHeaderBytes];
        received.Slice(0, RecordHeaderBytes).CopyTo(header);
        return header[0] != HandshakeRecord || received.Length >= RecordHeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
    }

    private KeyHolder? TryTake(string key)
    {
        lock (_lock)
        {
            if (!_holders.TryGetValue(key, out var holder))
                holder = new(bounds.MaxUnreadBytesPerKey);
            if (holder.Connections >= bounds.MaxConnectionsPerKey || _connections >= bounds.MaxConnections)
                return null;
            _holders[key] = holder;
            holder.Connections++;
            _connections++;
            return holder;
        }
    }

    private void GiveBack(string key, KeyHolder holder)
    {
        lock (_lock)
        {
            _connections--;
            if (--holder.Connections == 0)
                _holders.Remove(key);
        }
    }
}
