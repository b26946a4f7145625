using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Rpc;

/// <summary>The HTTP/2 client under a channel: TLS 1.3 and nothing that a browser would want.</summary>
internal static class HttpTransport
{
    /// <summary>The most response headers and trailers read from a server, in KiB.</summary>
    public const int MaxResponseHeadersKilobytes = 16;

    /// <summary>The bytes of one response that may be under way unread: what a slow reader costs per stream.</summary>
    public const int StreamWindowBytes = 256 * 1024;

    public static HttpMessageInvoker Create(RpcChannelOptions options) => new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            Credentials = null,
            // Our calls carry what we put into them: no trace headers to other parties.
            ActivityHeadersPropagator = null,
            SslOptions = TlsOptions(options),
            ConnectTimeout = options.ConnectTimeout,
            // One connection bounds its concurrent streams; further calls open another instead of waiting.
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = options.KeepAliveDelay,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            MaxResponseHeadersLength = MaxResponseHeadersKilobytes,
        },
        disposeHandler: true);

    private static SslClientAuthenticationOptions TlsOptions(RpcChannelOptions options) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        // A resumed session would keep a peer whose pin was withdrawn.
        AllowTlsResume = false,
        CertificateChainPolicy = PeerCertificates.ChainPolicy(options.TrustedRoots),
        ClientCertificateContext = options.ClientCertificate is null
            ? null
            : SslStreamCertificateContext.Create(options.ClientCertificate, null, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            certificate is X509Certificate2 presented
            && (options.ServerCertificate is { } check ? check(presented, errors) : errors == SslPolicyErrors.None),
    };

    /// <summary>A request of the protocol without its metadata and body.</summary>
    public static HttpRequestMessage Request(Uri address, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue(HeaderNames.Trailers));
        request.Headers.TryAddWithoutValidation("user-agent", "grpc-dotnet-mpcsigner");
        request.Headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, HeaderNames.Identity);
        return request;
    }
}
