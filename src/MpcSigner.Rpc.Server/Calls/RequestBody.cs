using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace MpcSigner.Rpc.Server;

/// <summary>What the client of one call sends.</summary>
internal sealed class RequestBody(HttpContext http, RpcServerOptions options, ReceiveBudget budget, CancellationToken stopped)
{
    private readonly MessageReader _reader = new(http.Request.Body, options.MaxReceiveMessageSize, budget)
    {
        Encoding = http.Request.Headers.TryGetValue(HeaderNames.Encoding, out var encoding) ? encoding.ToString() : null,
        UnknownEncoding = StatusCode.Unimplemented,
    };

    private bool _broken;

    /// <summary>The next message; null at the end of the client's stream.</summary>
    public async Task<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        if (_broken)
            throw new InvalidOperationException("An earlier read failed or was cancelled, so that the place in the stream is lost.");
        using var either = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(stopped, cancellationToken)
            : null;
        _broken = true;
        try
        {
            var (any, message) = await _reader.ReadAsync(marshaller, either?.Token ?? stopped).ConfigureAwait(false);
            _broken = false;
            return any ? message : null;
        }
        catch (IOException e)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The client ended the call while it was sending.", e));
        }
    }

    /// <summary>The one message of a client that does not stream. It must end its side too, within the time allowed.</summary>
    public async Task<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
        where T : class
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, options.Time);
        try
        {
            var message = await ReadAsync(marshaller, timeout.Token).ConfigureAwait(false)
                ?? throw new RpcException(new Status(StatusCode.Internal, "The request holds no message."));
            if (await ReadAsync(marshaller, timeout.Token).ConfigureAwait(false) is not null)
                throw new RpcException(new Status(StatusCode.Internal, "The request holds a second message where one belongs."));
            return message;
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !stopped.IsCancellationRequested)
        {
            throw new RpcException(new Status(
                StatusCode.DeadlineExceeded, $"The request was not complete after {options.RequestTimeout.TotalSeconds:0} s.", e));
        }
    }
}
