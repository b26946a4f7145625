using Grpc.Core;

namespace MpcSigner.Rpc.Server;

/// <summary>The messages of a client that streams.</summary>
internal sealed class RequestReader<TRequest>(HttpServerCallContext call, Marshaller<TRequest> marshaller) : IAsyncStreamReader<TRequest>
    where TRequest : class
{
    private TRequest? _current;
    private int _reading;

    public TRequest Current => _current ?? throw new InvalidOperationException("There is no current message; MoveNext was not called or returned false.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            throw new InvalidOperationException("A read is under way; wait for it before the next.");
        try
        {
            await call.SendHeadersAsync(Metadata.Empty).ConfigureAwait(false);
            _current = await call.ReadAsync(marshaller, cancellationToken).ConfigureAwait(false);
            return _current is not null;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}
