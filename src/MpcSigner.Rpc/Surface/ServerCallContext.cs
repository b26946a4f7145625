namespace Grpc.Core;

/// <summary>A call as its handler sees it.</summary>
internal abstract class ServerCallContext
{
    private Dictionary<object, object>? _userState;

    /// <summary>The path <c>/service/method</c>.</summary>
    public string Method => MethodCore;

    /// <summary>The authority the client called.</summary>
    public string Host => HostCore;

    /// <summary>The client's address, such as <c>ipv4:192.0.2.1:50000</c>.</summary>
    public string Peer => PeerCore;

    /// <summary>UTC; <see cref="DateTime.MaxValue"/> when the client set none.</summary>
    public DateTime Deadline => DeadlineCore;

    public Metadata RequestHeaders => RequestHeadersCore;

    /// <summary>Fires when the client went away or cancelled, and at the deadline.</summary>
    public CancellationToken CancellationToken => CancellationTokenCore;

    /// <summary>Sent when the call ends, whatever its status.</summary>
    public Metadata ResponseTrailers => ResponseTrailersCore;

    /// <summary>The status with which a handler that returns normally ends the call; OK unless set.</summary>
    public Status Status { get => StatusCore; set => StatusCore = value; }

    public WriteOptions? WriteOptions { get => WriteOptionsCore; set => WriteOptionsCore = value; }

    /// <summary>A place for what belongs to this call.</summary>
    public IDictionary<object, object> UserState => _userState ??= [];

    protected abstract string MethodCore { get; }

    protected abstract string HostCore { get; }

    protected abstract string PeerCore { get; }

    protected abstract DateTime DeadlineCore { get; }

    protected abstract Metadata RequestHeadersCore { get; }

    protected abstract CancellationToken CancellationTokenCore { get; }

    protected abstract Metadata ResponseTrailersCore { get; }

    protected abstract Status StatusCore { get; set; }

    protected abstract WriteOptions? WriteOptionsCore { get; set; }

    /// <summary>Sends the response headers now. In a call whose client streams they go with the first read at the latest.</summary>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders) => WriteResponseHeadersAsyncCore(responseHeaders);

    protected abstract Task WriteResponseHeadersAsyncCore(Metadata responseHeaders);
}
