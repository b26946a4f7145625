using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>One call as its client sees it: the HTTP exchange, and the single end that all parties to it agree on.</summary>
/// <remarks>
/// Trailers, the deadline, cancellation and a broken connection race; whichever comes first through <see cref="End"/> is the end,
/// and the others find it taken.
/// </remarks>
internal sealed class ClientCall<TRequest, TResponse> : ICallState
    where TRequest : class where TResponse : class
{
    private readonly TaskCompletionSource<CallEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpMessageInvoker _http;
    private readonly RpcChannelOptions _channel;
    private readonly ReceiveBudget _budget;
    private readonly Method<TRequest, TResponse> _method;
    private readonly CallOptions _options;

    private MessageStreamContent? _requests;
    private Task _exchange = Task.CompletedTask;
    private HttpResponseMessage? _response;
    private MessageReader? _reader;
    private ITimer? _deadline;
    private CancellationTokenRegistration _cancellation;

    public ClientCall(
        HttpMessageInvoker http, RpcChannelOptions channel, ReceiveBudget budget, Method<TRequest, TResponse> method, CallOptions options)
    {
        (_http, _channel, _budget, _method, _options) = (http, channel, budget, method, options);
        Responses = new ResponseReader<TRequest, TResponse>(this);
    }

    public ResponseReader<TRequest, TResponse> Responses { get; }

    /// <summary>Fires when the call has ended, however.</summary>
    public CancellationToken Token => _stop.Token;

    public Task<Metadata> ResponseHeadersAsync => _headers.Task;

    private bool Ended => _end.Task.IsCompleted;

    /// <summary>Starts a call with one request message.</summary>
    public void Start(TRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            using var frame = MessageFrame.Encode(_method.RequestMarshaller, request, _channel.MaxSendMessageSize);
            // A copy of its own: HTTP may send it again after this call has given the pooled buffer back.
            Start(new SingleMessageContent(frame.Memory.ToArray()));
        }
        catch (RpcException e)
        {
            End(new CallEnd(e.Status, e.Trailers));
        }
    }

    /// <summary>Starts a call with a stream of request messages.</summary>
    public RequestWriter<TRequest, TResponse> StartStream()
    {
        _requests = new MessageStreamContent();
        Start(_requests);
        return new(this, _requests, _method.RequestMarshaller, _channel.MaxSendMessageSize);
    }

    /// <summary>The next response message; null when the call ended with OK.</summary>
    /// <exception cref="RpcException">The call ended with another status.</exception>
    public async Task<TResponse?> ReadNextAsync()
    {
        await _exchange.ConfigureAwait(false);
        if (!Ended && _reader is { } reader)
        {
            try
            {
                var (any, message) = await reader.ReadAsync(_method.ResponseMarshaller, Token).ConfigureAwait(false);
                if (any && !Ended)
                    return message;
                End(CallEnd.Read(_response!.TrailingHeaders)
                    ?? CallEnd.Local(StatusCode.Internal, "The reply ended without a grpc-status."));
            }
            catch (RpcException e)
            {
                End(new CallEnd(e.Status, e.Trailers));
            }
            catch (Exception e) when (TransportFailure.IsExpected(e))
            {
                End(Failure(e));
            }
        }

        var end = await _end.Task.ConfigureAwait(false);
        return end.Status.StatusCode == StatusCode.OK ? null : throw end.ToException();
    }

    /// <summary>The one response message of a call whose server does not stream.</summary>
    public async Task<TResponse> ReadSingleAsync()
    {
        if (await ReadNextAsync().ConfigureAwait(false) is not { } message)
            throw CallEnd.Local(StatusCode.Internal, "The call ended with OK but without its message.").ToException();
        if (await ReadNextAsync().ConfigureAwait(false) is null)
            return message;
        var excess = CallEnd.Local(StatusCode.Internal, "The server sent a second message where one belongs.");
        End(excess);
        throw excess.ToException();
    }

    /// <summary>Ends the call, unless it has ended already.</summary>
    public void End(CallEnd end)
    {
        if (!_end.TrySetResult(end))
            return;
        if (_headers.TrySetException(end.ToException()))
            _ = _headers.Task.Exception; // the caller need not ask for the headers
        _stop.Cancel();
        _requests?.Abort();
        Release();
    }

    /// <summary>Cancels the call when the token fires, until the registration is disposed.</summary>
    public CancellationTokenRegistration CancelWith(CancellationToken token) =>
        token.UnsafeRegister(static state => ((ClientCall<TRequest, TResponse>)state!).Cancel(), this);

    public void ThrowIfEnded()
    {
        if (Ended)
            throw EndedWhileWriting(_end.Task.Result);
    }

    /// <summary>What a failed write tells its caller: the end of the call when that is known, else the failure itself.</summary>
    public async Task<RpcException> WriteFailedAsync(Exception e)
    {
        // A server that answers early resets the request; its answer is on the way to us.
        await _exchange.ConfigureAwait(false);
        return Ended ? EndedWhileWriting(_end.Task.Result) : TransportFailure.ToEnd(e, _channel.Address).ToException();
    }

    public Status GetStatus() => EndOrThrow().Status;

    public Metadata GetTrailers() => EndOrThrow().Trailers;

    public void Dispose() => Cancel();

    private static RpcException EndedWhileWriting(CallEnd end) => end.Status.StatusCode == StatusCode.OK
        ? CallEnd.Local(StatusCode.Cancelled, "The server has ended the call; nothing more can be written.").ToException()
        : end.ToException();

    private void Cancel() => End(CallEnd.Local(StatusCode.Cancelled, "The call was cancelled."));

    private CallEnd EndOrThrow() => Ended ? _end.Task.Result : throw new InvalidOperationException("The call has not ended yet.");

    private void Start(HttpContent content)
    {
        var request = HttpTransport.Request(_channel.Address, _method.FullName);
        request.Content = content;
        foreach (var (name, value) in MetadataHeaders.Write(_options.Headers ?? Metadata.Empty))
            request.Headers.TryAddWithoutValidation(name, value);
        if (_options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            var remaining = deadline.ToUniversalTime() - _channel.Time.GetUtcNow().UtcDateTime;
            request.Headers.TryAddWithoutValidation(HeaderNames.Timeout, GrpcTimeout.Format(remaining));
            StartDeadline(remaining);
        }

        _cancellation = CancelWith(_options.CancellationToken);
        if (Ended)
            Release(); // it fired before it could be kept
        else
            _exchange = ExchangeAsync(request);
    }

    private void StartDeadline(TimeSpan remaining)
    {
        if (remaining <= TimeSpan.Zero)
            DeadlinePassed();
        else
            _deadline = _channel.Time.CreateTimer(
                static state => ((ClientCall<TRequest, TResponse>)state!).DeadlinePassed(),
                this,
                remaining < GrpcTimeout.Longest ? remaining : GrpcTimeout.Longest,
                Timeout.InfiniteTimeSpan);
    }

    private void DeadlinePassed() => End(CallEnd.Local(StatusCode.DeadlineExceeded, "The deadline passed."));

    /// <summary>Sends the request and takes the response's headers. It never throws what the world does: that becomes the end.</summary>
    private async Task ExchangeAsync(HttpRequestMessage request)
    {
        try
        {
            var response = await _http.SendAsync(request, Token).ConfigureAwait(false);
            _response = response;
            if (Ended)
            {
                Release();
                return;
            }

            if (ReadHead(response, out var headers) is { } end)
            {
                End(end);
                return;
            }

            var body = await response.Content.ReadAsStreamAsync(Token).ConfigureAwait(false);
            _reader = new MessageReader(body, _channel.MaxReceiveMessageSize, _budget) { Encoding = EncodingOf(response) };
            _headers.TrySetResult(headers);
        }
        catch (Exception e) when (TransportFailure.IsExpected(e))
        {
            End(Failure(e));
        }
    }

    /// <summary>Judges the response's headers: the end of the call when they hold one, else null and the metadata.</summary>
    private static CallEnd? ReadHead(HttpResponseMessage response, out Metadata headers)
    {
        headers = Metadata.Empty;
        if ((int)response.StatusCode != 200)
        {
            return CallEnd.Read(response.Headers)
                ?? CallEnd.Local(TransportErrors.FromHttpStatus((int)response.StatusCode), $"The server answered with HTTP status {(int)response.StatusCode}.");
        }

        var contentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;
        if (!HeaderNames.IsGrpcContentType(contentType))
            return CallEnd.Local(StatusCode.Unknown, "The server's answer is not gRPC.");
        if (CallEnd.Read(response.Headers) is { } trailersOnly)
            return trailersOnly;
        if (CallEnd.ReadMetadata(response.Headers) is not { } metadata)
            return CallEnd.Local(StatusCode.Internal, "The response headers hold malformed metadata.");
        headers = metadata;
        return null;
    }

    private static string? EncodingOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(HeaderNames.Encoding, out var encoding) ? encoding.ToString() : null;

    private CallEnd Failure(Exception e)
    {
        var end = TransportFailure.ToEnd(e, _channel.Address);
        // A server that counts the same deadline may reset the stream a moment before our own timer fires.
        return end.Status.StatusCode == StatusCode.Cancelled && _options.Deadline is { } deadline
            && _channel.Time.GetUtcNow().UtcDateTime >= deadline.ToUniversalTime()
            ? CallEnd.Local(StatusCode.DeadlineExceeded, "The deadline passed.", e)
            : end;
    }

    /// <summary>Lets go of timer, registration and response; disposing an unfinished response resets its stream.</summary>
    private void Release()
    {
        _deadline?.Dispose();
        _cancellation.Unregister();
        _response?.Dispose();
    }
}
