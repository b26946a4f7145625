using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Rpc;

/// <summary>Judges a server's certificate. With pinning, compare <see cref="SubjectKeyPin.Of"/> and ignore the platform's errors.</summary>
/// <param name="certificate">As presented; valid during the call only.</param>
/// <param name="errors">What was found against its chain and its name.</param>
internal delegate bool ServerCertificateCheck(X509Certificate2 certificate, SslPolicyErrors errors);

/// <summary>How a channel reaches its server.</summary>
internal sealed record RpcChannelOptions
{
    /// <value>The server, as <c>https://host:port</c>.</value>
    public required Uri Address { get; init; }

    /// <value>Judges the server's certificate. Null: it must chain to <see cref="TrustedRoots"/>, be in time and bear the address's name.</value>
    public ServerCertificateCheck? ServerCertificate { get; init; }

    /// <value>The authorities that a server's certificate may come from. Null: the platform's.</value>
    public IReadOnlyList<X509Certificate2>? TrustedRoots { get; init; }

    /// <value>Our certificate with its private key; null presents none.</value>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <value>Bytes, 1..64 MiB; 4 MiB unless set.</value>
    public int MaxReceiveMessageSize { get; init; } = MessageLimits.DefaultMaxMessageSize;

    /// <value>Bytes, 1..64 MiB; 4 MiB unless set.</value>
    public int MaxSendMessageSize { get; init; } = MessageLimits.DefaultMaxMessageSize;

    /// <value>The bytes of half-received messages over all calls; 256 MiB unless set.</value>
    public long ReceiveBudget { get; init; } = MessageLimits.DefaultReceiveBudget;

    /// <value>For TCP and TLS together; 10 s unless set.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>A connection that was silent for so long is pinged, also without calls; 20 s unless set, at least 1 s.</value>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <value>A ping unanswered for so long ends the connection, and its calls with UNAVAILABLE; 10 s unless set, at least 1 s.</value>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>Deadlines are counted by this clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
