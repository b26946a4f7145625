using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Host;
using MpcSigner.Node.Log;
using MpcSigner.Node.Peers.Mapping;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers;

/// <summary>All session streams of this node, those it opened and those its peers opened.</summary>
internal sealed class SessionStreams(PeerChannels channels, EventQueue events, Halting halting, TimeProvider time, ILogger logger, CancellationToken stop)
{
    /// <summary>Streams that one peer may hold open here; the machine's bound on sessions per peer lies within it.</summary>
    public const int MaxIncomingPerPeer = 640;

    private const string EndedByPeer = "the other side ended the stream";

    private readonly ConcurrentDictionary<StreamId, SessionStream> _streams = new();
    private readonly ConcurrentDictionary<NodeId, int> _incoming = new();
    private ulong _lastIncoming;

    /// <summary>Opens a stream; how it fails is told by StreamClosed.</summary>
    public void Open(StreamId id, NodeId peer)
    {
        var stream = new SessionStream(id, peer, time);
        if (!_streams.TryAdd(id, stream))
            throw new InvalidOperationException($"stream {id.Value} is open already");
        if (channels.Find(peer) is { } channel)
        {
            _ = RunOutgoingAsync(stream, channel);
            return;
        }
        _streams.TryRemove(id, out _);
        Ended(stream, "the roster names no such node any more");
    }

    public void Send(StreamId id, SessionFrame frame)
    {
        // A stream that ended meanwhile has its StreamClosed on the way.
        if (!_streams.TryGetValue(id, out var stream) || stream.TrySend(SessionFrameMapping.ToWire(frame)))
            return;
        NetworkLog.StreamBroken(logger, stream.Peer, "it does not read what is sent");
        stream.Break();
    }

    public void Close(StreamId id)
    {
        if (_streams.TryGetValue(id, out var stream))
            stream.Close();
    }

    /// <summary>Runs a stream that a peer opened, to its end.</summary>
    /// <exception cref="ServiceException">The peer holds too many streams.</exception>
    public async Task ServeAsync(NodeId peer, IAsyncStreamReader<V1.SessionFrame> requests, IServerStreamWriter<V1.SessionFrame> responses, CancellationToken cancellation)
    {
        if (_incoming.AddOrUpdate(peer, 1, (_, count) => count + 1) > MaxIncomingPerPeer)
        {
            _incoming.AddOrUpdate(peer, 0, (_, count) => count - 1);
            throw new ServiceException(new(Reason.Overloaded, $"A peer may hold {MaxIncomingPerPeer} session streams open here.", "Wait for sessions to end."));
        }
        var stream = new SessionStream(new(Interlocked.Add(ref _lastIncoming, 2)), peer, time);
        _streams[stream.Id] = stream;
        try
        {
            await RunIncomingAsync(stream, requests, responses, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _streams.TryRemove(stream.Id, out _);
            _incoming.AddOrUpdate(peer, 0, (_, count) => count - 1);
        }
    }

    private async Task RunOutgoingAsync(SessionStream stream, PeerChannel channel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stream.Broken, stop);
        var why = EndedByPeer;
        try
        {
            using var call = channel.Client.Session(new CallOptions(cancellationToken: ending.Token));
            var sending = SendAsync(stream, call.RequestStream);
            await ReceiveAsync(stream, call.ResponseStream, ending.Token).ConfigureAwait(false);
            stream.EndSending();
            await sending.ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            why = Describe(e);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            HostLog.EffectFailed(logger, nameof(NodeEffect.OpenStream), e);
            halting.Halt($"a defect in a session stream: {e.GetType().Name}");
        }
        _streams.TryRemove(stream.Id, out _);
        Ended(stream, why);
    }

    private async Task RunIncomingAsync(
        SessionStream stream, IAsyncStreamReader<V1.SessionFrame> requests, IServerStreamWriter<V1.SessionFrame> responses, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stream.Broken, stop);
        if (!await OpenedAsync(stream, ending.Token).ConfigureAwait(false))
            return;
        var why = EndedByPeer;
        var sending = stream.SendAllAsync(frame => responses.WriteAsync(frame, ending.Token));
        var receiving = ReceiveAsync(stream, requests, ending.Token);
        try
        {
            // Our side ends the call by returning; the other side by ending its messages, and then gets what is queued.
            if (await Task.WhenAny(sending, receiving).ConfigureAwait(false) == receiving)
            {
                await receiving.ConfigureAwait(false);
                stream.EndSending();
            }
            await sending.ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            why = Describe(e);
        }
        finally
        {
            // However it ended, the machine hears of it.
            Ended(stream, why);
        }
        await ending.CancelAsync().ConfigureAwait(false);
        await EndOfAsync(receiving).ConfigureAwait(false);
        await EndOfAsync(sending).ConfigureAwait(false);
    }

    /// <summary>False when this node is stopping.</summary>
    private async Task<bool> OpenedAsync(SessionStream stream, CancellationToken ending)
    {
        try
        {
            return await events.PostAsync(new NodeEvent.StreamOpened(stream.Id, stream.Peer), ending).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Ended(SessionStream stream, string why)
    {
        stream.EndSending();
        if (!stream.IsClosed)
            events.PostAnswer(new NodeEvent.StreamClosed(stream.Id, why));
    }

    private static async Task SendAsync(SessionStream stream, IClientStreamWriter<V1.SessionFrame> requests)
    {
        try
        {
            await stream.SendAllAsync(requests.WriteAsync).ConfigureAwait(false);
            await requests.CompleteAsync().ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The reading side gets the status with which the call ended, and tells it.
            stream.EndSending();
        }
    }

    private async Task ReceiveAsync(SessionStream stream, IAsyncStreamReader<V1.SessionFrame> frames, CancellationToken ending)
    {
        while (await frames.MoveNext(ending).ConfigureAwait(false))
        {
            if (stream.IsClosed)
                continue; // read on to the end, so that the other side can end in order
            if (!SessionFrameMapping.TryRead(frames.Current, out var frame))
            {
                NetworkLog.StreamBroken(logger, stream.Peer, "a frame is malformed");
                stream.Break();
                return;
            }
            if (!await events.PostAsync(new NodeEvent.FrameReceived(stream.Id, frame), ending).ConfigureAwait(false))
                return;
        }
    }

    /// <summary>How streams end in the world: by status, by cancellation, by a lost connection. Anything else is our bug.</summary>
    private static bool IsEnd(Exception e) => e is RpcException or OperationCanceledException or IOException;

    private static string Describe(Exception e) => e switch
    {
        RpcException rpc => PeerCaller.Describe(rpc),
        OperationCanceledException => "the stream was broken off",
        _ => "the connection was lost",
    };

    private static async Task EndOfAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Its end was told already.
        }
    }
}
