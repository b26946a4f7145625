using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MpcSigner.Rpc.Server;

/// <summary>Settings of Kestrel for gRPC between parties that do not trust each other.</summary>
/// <remarks>With <c>WebApplication.CreateSlimBuilder</c>, call <c>builder.WebHost.UseKestrelHttpsConfiguration()</c> too.</remarks>
internal static class RpcKestrel
{
    /// <summary>Connections at a time of all who have shown a certificate.</summary>
    public const int MaxConnections = 512;

    /// <summary>The same of the holder of one key.</summary>
    public const int MaxConnectionsPerKey = 128;

    /// <summary>Bytes of replies that the holder of one key has asked for and not taken: four of the largest messages. Each takes some three times its size while it waits.</summary>
    public const long MaxUnreadBytesPerKey = 32L << 20;

    /// <summary>Connections that have said nothing yet, or only half of their first message; beyond it the oldest gives way.</summary>
    public const int MaxSilent = 2_048;

    /// <summary>Connections in their handshake, each of which has begun it; beyond it the oldest gives way.</summary>
    public const int MaxHandshakes = 256;

    /// <summary>Everything that is open, also what is on its way out: a bound of memory and descriptors that is reached only when closing falls behind.</summary>
    public const int MaxOpenConnections = 8_192;

    /// <summary>Concurrent calls of one connection; further ones wait at the client. Kestrel's own 100 is too few for a peer's sessions.</summary>
    public const int MaxStreamsPerConnection = 1000;

    /// <summary>Bytes that one stream may have sent and nobody read.</summary>
    public const int StreamWindowBytes = 256 * 1024;

    /// <summary>The same over all streams of a connection: what a connection can cost in unread bytes.</summary>
    public const int ConnectionWindowBytes = 2 * 1024 * 1024;

    /// <summary>All headers of a request, in bytes, and their number.</summary>
    public const int MaxRequestHeadersBytes = 16 * 1024;
    public const int MaxRequestHeaders = 64;

    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>From the first byte of a request's headers to the last.</summary>
    public static readonly TimeSpan RequestHeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A silent connection is pinged after the first and closed after the second.</summary>
    public static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Sets the bounds of the whole server. Call it once.</summary>
    public static void UseRpcLimits(this KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MaxOpenConnections;
        kestrel.Limits.RequestHeadersTimeout = RequestHeadersTimeout;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxRequestHeadersBytes;
        kestrel.Limits.MaxRequestHeaderCount = MaxRequestHeaders;
        // Kestrel would close the whole connection of a client that reads one stream slowly; SendTimeout resets that stream instead.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        kestrel.Limits.Http2.KeepAlivePingDelay = KeepAliveDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = KeepAliveTimeout;
    }

    /// <summary>Listens on one address.</summary>
    public static void ListenRpc(this KestrelServerOptions kestrel, RpcListenOptions options)
    {
        var certificates = new ServerCertificates(options.ServerCertificate);
        var gate = new ConnectionGate(new(MaxSilent, MaxHandshakes, MaxConnections, MaxConnectionsPerKey, MaxUnreadBytesPerKey, HandshakeTimeout));
        kestrel.Listen(options.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(gate.Beginning);
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeTimeout,
                OnConnection = _ => ValueTask.FromResult(TlsOptions(options, certificates.Current)),
            });
            listen.Use(gate.Established);
        });
    }

    private static SslServerAuthenticationOptions TlsOptions(RpcListenOptions options, SslStreamCertificateContext certificate) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        // A resumed session would keep a client whose pin was withdrawn.
        AllowTlsResume = false,
        AllowRenegotiation = false,
        ServerCertificateContext = certificate,
        ClientCertificateRequired = true,
        CertificateChainPolicy = PeerCertificates.ChainPolicy(options.TrustedRoots),
        RemoteCertificateValidationCallback = (_, presented, _, errors) =>
            presented is X509Certificate2 client
            && (options.ClientCertificate is { } check ? check(client, errors) : errors == SslPolicyErrors.None),
    };

    /// <summary>Builds the chain to send once per certificate and not at every handshake, and without fetching anything.</summary>
    private sealed class ServerCertificates(Func<X509Certificate2> source)
    {
        private volatile Entry? _entry;

        public SslStreamCertificateContext Current
        {
            get
            {
                var certificate = source();
                var entry = _entry;
                if (entry is null || !ReferenceEquals(entry.Certificate, certificate))
                    _entry = entry = new Entry(certificate, SslStreamCertificateContext.Create(certificate, null, offline: true));
                return entry.Context;
            }
        }

        private sealed record Entry(X509Certificate2 Certificate, SslStreamCertificateContext Context);
    }
}
