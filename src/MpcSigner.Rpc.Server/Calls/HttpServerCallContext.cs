using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MpcSigner.Rpc.Server;

/// <summary>A call over Kestrel, as its handler sees it. What it receives stands in RequestBody, what it sends in ResponseBody.</summary>
internal sealed class HttpServerCallContext : ServerCallContext, IAsyncDisposable
{
    private readonly RpcServerOptions _options;
    private readonly RequestBody _requests;
    private readonly ResponseBody _responses;
    private readonly CancellationTokenSource _stop;
    private readonly Metadata _requestHeaders = new();
    private readonly Metadata _responseTrailers = new();
    private DateTime _deadline = DateTime.MaxValue;
    private ITimer? _deadlineTimer;
    private Task _deadlineEnd = Task.CompletedTask;

    public HttpServerCallContext(HttpContext http, string method, RpcServerOptions options, ReceiveBudget budget, ILogger logger)
    {
        Http = http;
        MethodCore = method;
        _options = options;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        _requests = new RequestBody(http, options, budget, _stop.Token);
        _responses = new ResponseBody(http, this, options, logger, _stop.Token);
    }

    public HttpContext Http { get; }

    protected override string MethodCore { get; }

    protected override string HostCore => Http.Request.Host.Value ?? "";

    protected override string PeerCore => Http.Connection.RemoteIpAddress is { } address
        ? FormatPeer(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, Http.Connection.RemotePort)
        : "unknown";

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders;

    protected override CancellationToken CancellationTokenCore => _stop.Token;

    protected override Metadata ResponseTrailersCore => _responseTrailers;

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    /// <summary>Reads metadata and deadline; null, or the end of a call whose headers are malformed.</summary>
    public CallEnd? ReadRequestHead()
    {
        foreach (var (name, values) in Http.Request.Headers)
        {
            foreach (var value in values)
            {
                if (!MetadataHeaders.TryAdd(_requestHeaders, name, value ?? ""))
                    return CallEnd.Local(StatusCode.Internal, "A request header is no valid metadata: its value is not printable ASCII or, under a name in -bin, not base64.");
            }
        }

        _requestHeaders.Freeze();
        if (!Http.Request.Headers.TryGetValue(HeaderNames.Timeout, out var timeouts))
            return null;
        if (!GrpcTimeout.TryParse(timeouts.ToString(), out var timeout))
            return CallEnd.Local(StatusCode.Internal, "The grpc-timeout is malformed: it wants 1 to 8 digits and one of H, M, S, m, u, n.");
        _deadline = _options.Time.GetUtcNow().UtcDateTime + timeout;
        _deadlineTimer = _options.Time.CreateTimer(
            static state => ((HttpServerCallContext)state!).DeadlinePassed(), this, timeout, Timeout.InfiniteTimeSpan);
        return null;
    }

    /// <summary>The one request message of a call whose client does not stream.</summary>
    public Task<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
        where T : class => _requests.ReadSingleAsync(marshaller);

    /// <summary>The next request message; null at the end of the client's stream.</summary>
    public Task<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class => _requests.ReadAsync(marshaller, cancellationToken);

    /// <summary>Sends the response headers, unless they have gone already.</summary>
    public Task SendHeadersAsync(Metadata metadata) => _responses.SendHeadersAsync(metadata);

    public Task SendAsync<T>(Marshaller<T> marshaller, T message, bool flush, CancellationToken cancellationToken)
        where T : class => _responses.SendAsync(marshaller, message, flush, cancellationToken);

    /// <summary>Ends the call towards the client, unless it has ended already.</summary>
    public Task EndAsync(CallEnd end) => _responses.EndAsync(end, _responseTrailers);

    public async ValueTask DisposeAsync()
    {
        // The request's objects serve another request after this one: the timer must have done with them.
        if (_deadlineTimer is not null)
            await _deadlineTimer.DisposeAsync().ConfigureAwait(false);
        await _deadlineEnd.ConfigureAwait(false);
        _responses.Dispose();
        _stop.Dispose();
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        return _responses.HeadersSent
            ? throw new InvalidOperationException("The response headers have been sent already.")
            : _responses.SendHeadersAsync(responseHeaders);
    }

    private static string FormatPeer(IPAddress address, int port) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"ipv6:[{address}]:{port}" : $"ipv4:{address}:{port}";

    private void DeadlinePassed() => _deadlineEnd = EndAtDeadlineAsync();

    /// <summary>Tells the handler to stop, and answers the client without waiting for it.</summary>
    private async Task EndAtDeadlineAsync()
    {
        var end = EndAsync(CallEnd.Local(StatusCode.DeadlineExceeded, "The deadline passed."));
        try
        {
            // Callbacks of the handler may throw; on a timer's thread that would end the process.
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            await end.ConfigureAwait(false);
        }
    }
}
