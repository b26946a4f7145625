using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Rpc.Server;

/// <summary>Judges a client's certificate. With pinning, compare <see cref="SubjectKeyPin.Of"/> and ignore the platform's errors.</summary>
/// <param name="certificate">As presented, its private key proved; valid during the call only.</param>
/// <param name="errors">What was found against its chain.</param>
internal delegate bool ClientCertificateCheck(X509Certificate2 certificate, SslPolicyErrors errors);

/// <summary>One address on which services are offered: TLS 1.3, HTTP/2, client certificate required.</summary>
internal sealed record RpcListenOptions
{
    /// <value>Port 0 takes a free one.</value>
    public required IPEndPoint EndPoint { get; init; }

    /// <value>The server's certificate with its private key. Asked at every handshake, so that a new one needs no restart.</value>
    public required Func<X509Certificate2> ServerCertificate { get; init; }

    /// <value>Judges every client. Null: the certificate must chain to <see cref="TrustedRoots"/> and be in time.</value>
    public ClientCertificateCheck? ClientCertificate { get; init; }

    /// <value>The authorities that a client's certificate may come from. Null: the platform's.</value>
    public IReadOnlyList<X509Certificate2>? TrustedRoots { get; init; }
}
