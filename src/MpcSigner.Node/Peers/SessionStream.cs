using System.Threading.Channels;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers;

/// <summary>One session stream, whichever side opened it: frames on their way out, and how it ends.</summary>
internal sealed class SessionStream(StreamId id, NodeId peer, TimeProvider time)
{
    /// <summary>Frames that wait for the peer to read. A session has a handful a round and party.</summary>
    public const int MaxQueuedFrames = 1_024;

    /// <summary>Bytes of them: the initiator of a batch of 1,000 keys among 16 relays some 10 MB a round to each.</summary>
    public const long MaxQueuedBytes = 32L << 20;

    /// <summary>After the machine has closed a stream: for what is queued to leave and for the other side to end.</summary>
    public static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(20);

    private readonly Channel<V1.SessionFrame> _out = Channel.CreateBounded<V1.SessionFrame>(
        new BoundedChannelOptions(MaxQueuedFrames) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _broken = new(Timeout.InfiniteTimeSpan, time);
    private long _queuedBytes;
    private volatile bool _closed;

    public StreamId Id => id;

    public NodeId Peer => peer;

    /// <summary>The machine has ended it: what still arrives is of no use to anyone.</summary>
    public bool IsClosed => _closed;

    /// <summary>Ends both directions at once.</summary>
    public CancellationToken Broken => _broken.Token;

    /// <summary>False when the peer does not keep up.</summary>
    public bool TrySend(V1.SessionFrame frame)
    {
        if (Interlocked.Add(ref _queuedBytes, frame.CalculateSize()) <= MaxQueuedBytes && (_closed || _out.Writer.TryWrite(frame)))
            return true;
        Interlocked.Add(ref _queuedBytes, -frame.CalculateSize());
        return false;
    }

    /// <summary>No more frames: those that wait are sent, then our side ends.</summary>
    public void Close()
    {
        _closed = true;
        _out.Writer.TryComplete();
        _broken.CancelAfter(CloseGrace);
    }

    /// <summary>No more frames can be sent: the other side is gone.</summary>
    public void EndSending() => _out.Writer.TryComplete();

    public void Break()
    {
        EndSending();
        _broken.Cancel();
    }

    /// <summary>Sends what is queued until it is closed and empty.</summary>
    public async Task SendAllAsync(Func<V1.SessionFrame, Task> write)
    {
        await foreach (var frame in _out.Reader.ReadAllAsync(Broken).ConfigureAwait(false))
        {
            await write(frame).ConfigureAwait(false);
            Interlocked.Add(ref _queuedBytes, -frame.CalculateSize());
        }
    }
}
