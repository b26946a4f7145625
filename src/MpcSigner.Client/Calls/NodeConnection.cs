using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using MpcSigner.Core.Rosters;
using MpcSigner.Rpc;
using MpcSigner.Wire.V1;

namespace MpcSigner.Client.Calls;

/// <summary>The way to one node: TLS 1.3 to whoever holds the key that the roster pins, and to nobody else.</summary>
internal sealed class NodeConnection : IDisposable
{
    /// <summary>A page of 1,000 keys stays below 2 MiB.</summary>
    private const int MaxReceiveBytes = 4 << 20;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(5);

    private readonly RpcChannel _channel;
    private readonly TimeProvider _time;
    private readonly bool _anchored;

    public NodeConnection(RosterNode node, MpcSignerClientOptions options)
    {
        Node = node;
        _time = options.Time;
        _anchored = options.TrustedAuthorities.Count > 0;
        _channel = new(new()
        {
            Address = new($"https://{node.Address}"),
            ServerCertificate = IsThisNode,
            TrustedRoots = _anchored ? options.TrustedAuthorities : null,
            ClientCertificate = options.TlsCertificate,
            MaxReceiveMessageSize = MaxReceiveBytes,
            ConnectTimeout = ConnectTimeout,
            KeepAliveDelay = KeepAliveDelay,
            KeepAliveTimeout = KeepAliveTimeout,
            Time = options.Time,
        });
        Keys = new(_channel);
        Signing = new(_channel);
        Status = new(_channel);
    }

    public RosterNode Node { get; }

    public KeyService.KeyServiceClient Keys { get; }

    public SigningService.SigningServiceClient Signing { get; }

    public NodeService.NodeServiceClient Status { get; }

    public CallOptions Within(TimeSpan timeout, CancellationToken cancellation) =>
        new(deadline: _time.GetUtcNow().UtcDateTime + timeout, cancellationToken: cancellation);

    public void Dispose() => _channel.Dispose();

    /// <summary>The pin names the node; an address or a name in the certificate would add nothing.</summary>
    private bool IsThisNode(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        var pinned = Node.TlsPins.Any(pin => SubjectKeyPin.Matches(certificate, pin.ToArray()));
        var now = _time.GetUtcNow();
        var inTime = certificate.NotBefore.ToUniversalTime() <= now && now <= certificate.NotAfter.ToUniversalTime();
        return pinned && inTime && (!_anchored || (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None);
    }
}
