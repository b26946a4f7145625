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
    public const int MaxClientBytes = 4 << 20;

    /// <summary>A roster of 4 MiB with its signatures; a job of 6 MiB with those of all its orders.</summary>
    public const int MaxAdministratorBytes = 8 << 20;

    /// <summary>One page of a list.</summary>
    public static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(5);

    private readonly RpcChannel _channel;
    private readonly TimeProvider _time;
    private readonly bool _anchored;

    public NodeConnection(RosterNode node, ConnectionCredential credential)
    {
        Node = node;
        _time = credential.Time;
        _anchored = credential.Authorities.Count > 0;
        _channel = new(new()
        {
            Address = new($"https://{node.Address}"),
            ServerCertificate = IsThisNode,
            TrustedRoots = _anchored ? credential.Authorities : null,
            ClientCertificate = credential.Certificate,
            MaxReceiveMessageSize = credential.MaxBytes,
            MaxSendMessageSize = credential.MaxBytes,
            ConnectTimeout = ConnectTimeout,
            KeepAliveDelay = KeepAliveDelay,
            KeepAliveTimeout = KeepAliveTimeout,
            Time = credential.Time,
        });
        Keys = new(_channel);
        Signing = new(_channel);
        Status = new(_channel);
        Admin = new(_channel);
    }

    public RosterNode Node { get; }

    public KeyService.KeyServiceClient Keys { get; }

    public SigningService.SigningServiceClient Signing { get; }

    public NodeService.NodeServiceClient Status { get; }

    public AdminService.AdminServiceClient Admin { get; }

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

/// <summary>What a caller shows to nodes, and what it takes from them.</summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="Authorities">That nodes' certificates must come from; empty: the roster's pin alone counts.</param>
/// <param name="MaxBytes">Of one message, either way.</param>
internal sealed record ConnectionCredential(X509Certificate2 Certificate, IReadOnlyList<X509Certificate2> Authorities, TimeProvider Time, int MaxBytes);
