using System.Net;
using System.Net.Http.Headers;

namespace MpcSigner.Rpc;

/// <summary>A request body of one message. It can be sent again when HTTP retries on another connection.</summary>
internal sealed class SingleMessageContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _frame;

    public SingleMessageContent(ReadOnlyMemory<byte> frame)
    {
        _frame = frame;
        Headers.ContentType = new MediaTypeHeaderValue(HeaderNames.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_frame, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>A request body that the caller writes message by message.</summary>
internal sealed class MessageStreamContent : HttpContent
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _used;

    public MessageStreamContent() => Headers.ContentType = new MediaTypeHeaderValue(HeaderNames.ContentType);

    /// <summary>Says that nothing more will be written.</summary>
    public void Finish() => _finished.TrySetResult();

    /// <summary>Gives up, unless the stream was finished: the server sees a reset, and never a shorter stream that looks complete.</summary>
    public void Abort() => _finished.TrySetCanceled();

    /// <summary>Waits for the connection, then gives the stream to write to.</summary>
    public async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<Stream> opened;
            lock (_lock)
                opened = _opened.Task;
            var stream = await opened.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                if (opened != _opened.Task)
                    continue; // HTTP has moved to another connection meanwhile
                _used = true;
                return stream;
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // A refused stream is sent again on another connection, which is right only as long as nothing was written.
            if (_used)
                throw new IOException("The connection was lost; a stream of messages cannot be sent twice.");
            if (_opened.Task.IsCompleted)
                _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _opened.SetResult(stream);
        }

        try
        {
            // The headers leave before the first message: a server may speak first.
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The stream was reset or the call ended. HTTP tells the reason through the response, but only if the body does not fail first.
        }

        await _finished.Task.ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
