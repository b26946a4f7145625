using Grpc.Core;

namespace MpcSigner.Rpc.Server;

/// <summary>The sending side of a server that streams.</summary>
internal sealed class ResponseWriter<TResponse>(HttpServerCallContext call, Marshaller<TResponse> marshaller) : IServerStreamWriter<TResponse>
    where TResponse : class
{
    private int _writing;

    public WriteOptions? WriteOptions { get; set; } = call.WriteOptions;

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Interlocked.Exchange(ref _writing, 1) != 0)
            throw new InvalidOperationException("A write is under way; wait for it before the next.");
        try
        {
            var flush = WriteOptions is not { } options || !options.Flags.HasFlag(WriteFlags.BufferHint);
            await call.SendAsync(marshaller, message, flush, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }
}
