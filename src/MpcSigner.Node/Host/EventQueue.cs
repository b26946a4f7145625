using System.Threading.Channels;
using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Node.Host;

/// <summary>What waits to be stepped, in order of arrival.</summary>
/// <remarks>
/// Answers to effects always find room: each token is answered once, so there are never more than the machine has asked for.
/// What comes from outside takes one of <see cref="MaxFromOutside"/> places until it is stepped.
/// </remarks>
internal sealed class EventQueue : IDisposable
{
    /// <summary>Calls, frames and stream events waiting at a time; beyond it callers are refused and streams wait.</summary>
    public const int MaxFromOutside = 8_192;

    private readonly Channel<Entry> _channel = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly SemaphoreSlim _places = new(MaxFromOutside, MaxFromOutside);

    private readonly record struct Entry(NodeEvent Event, bool FromOutside, CallerShares.Share? Share = null);

    /// <summary>An answer to an effect. Dropped once the queue is closed: nobody is left to step it.</summary>
    public void PostAnswer(NodeEvent answer) => _channel.Writer.TryWrite(new(answer, false));

    /// <summary>False when all places are taken or the queue is closed.</summary>
    /// <param name="share">Of the caller; held until the event is stepped.</param>
    public bool TryPost(NodeEvent fromOutside, CallerShares.Share? share = null)
    {
        if (!_places.Wait(0))
            return false;
        share?.Hold();
        if (_channel.Writer.TryWrite(new(fromOutside, true, share)))
            return true;
        share?.Dispose();
        _places.Release();
        return false;
    }

    /// <summary>Waits for a place, which holds back the stream the event came from. False when the queue is closed.</summary>
    public async ValueTask<bool> PostAsync(NodeEvent fromOutside, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation).ConfigureAwait(false);
        if (_channel.Writer.TryWrite(new(fromOutside, true)))
            return true;
        _places.Release();
        return false;
    }

    public void Close() => _channel.Writer.TryComplete();

    public async IAsyncEnumerable<NodeEvent> ReadAllAsync()
    {
        await foreach (var entry in _channel.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (entry.FromOutside)
                _places.Release();
            entry.Share?.Dispose();
            yield return entry.Event;
        }
    }

    public void Dispose() => _places.Dispose();
}
