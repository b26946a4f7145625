using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>The sending side of a call whose client streams.</summary>
internal sealed class RequestWriter<TRequest, TResponse>(
    ClientCall<TRequest, TResponse> call, MessageStreamContent content, Marshaller<TRequest> marshaller, int maxMessageSize)
    : IClientStreamWriter<TRequest>
    where TRequest : class where TResponse : class
{
    private int _writing;
    private volatile bool _completed;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_completed)
            throw new InvalidOperationException("The request stream was completed; nothing more can be written.");
        if (Interlocked.Exchange(ref _writing, 1) != 0)
            throw new InvalidOperationException("A write is under way; wait for it before the next.");
        try
        {
            await using (call.CancelWith(cancellationToken).ConfigureAwait(false))
                await WriteFrameAsync(message).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        if (Volatile.Read(ref _writing) != 0)
            throw new InvalidOperationException("A write is under way; wait for it before completing.");
        _completed = true;
        content.Finish();
        return Task.CompletedTask;
    }

    private async Task WriteFrameAsync(TRequest message)
    {
        call.ThrowIfEnded();
        using var frame = Encode(message);
        try
        {
            var stream = await content.OpenAsync(call.Token).ConfigureAwait(false);
            await stream.WriteAsync(frame.Memory, call.Token).ConfigureAwait(false);
            if (WriteOptions is not { } options || !options.Flags.HasFlag(WriteFlags.BufferHint))
                await stream.FlushAsync(call.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (TransportFailure.IsExpected(e))
        {
            throw await call.WriteFailedAsync(e).ConfigureAwait(false);
        }
    }

    private MessageFrame Encode(TRequest message)
    {
        try
        {
            return MessageFrame.Encode(marshaller, message, maxMessageSize);
        }
        catch (RpcException e)
        {
            // A stream with a hole in it is worse than none.
            call.End(new CallEnd(e.Status, e.Trailers));
            throw;
        }
    }
}
