using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Host;
using MpcSigner.Node.Log;
using MpcSigner.Node.Tls;
using MpcSigner.Rpc;
using MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers;

/// <summary>The way to one peer: connects when it is first used and again after a loss; takes no server but the one the roster pins.</summary>
internal sealed class PeerChannel : IDisposable
{
    /// <summary>TCP and TLS together. Peers are near; a machine that drops packets must not hold up a quorum.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger;
    private readonly RpcChannel _channel;
    private volatile RosterNode _peer;
    private volatile ShownPin? _shown;

    private sealed record ShownPin(Digest32 Value);

    public PeerChannel(RosterNode peer, NodeTls tls, TimeProvider time, ILogger logger)
    {
        (_peer, _logger) = (peer, logger);
        _channel = new(new RpcChannelOptions
        {
            Address = new Uri($"https://{peer.Address}"),
            ServerCertificate = IsPeer,
            TrustedRoots = tls.Authorities,
            ClientCertificate = tls.Certificate,
            ConnectTimeout = ConnectTimeout,
            MaxReceiveMessageSize = NodeServer.MaxMessageBytes,
            MaxSendMessageSize = NodeServer.MaxMessageBytes,
            Time = time,
        });
        Client = new(_channel);
    }

    public PeerService.PeerServiceClient Client { get; }

    public RosterNode Peer => _peer;

    /// <summary>The pin that the peer's server showed last; null before the first connection.</summary>
    public Digest32? ShownKey => _shown?.Value;

    /// <summary>The roster says something else of the peer. False when connections that live were made by what holds no longer: then another channel must take this one's place.</summary>
    public bool TryFollow(RosterNode peer)
    {
        if (peer.Address != _peer.Address || (ShownKey is { } shown && !peer.TlsPins.Contains(shown)))
            return false;
        _peer = peer;
        return true;
    }

    public void Dispose() => _channel.Dispose();

    private bool IsPeer(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        var (peer, pin) = (_peer, NodeCertificate.PinOf(certificate));
        // The roster's pin says more than a name would; authority and dates must be right besides.
        var bad = errors & ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (bad != SslPolicyErrors.None || !peer.TlsPins.Contains(pin))
        {
            NetworkLog.WrongServer(_logger, peer.Address, peer.Nid, pin, bad == SslPolicyErrors.None ? "not pinned" : bad.ToString());
            return false;
        }
        _shown = new(pin);
        return true;
    }
}
