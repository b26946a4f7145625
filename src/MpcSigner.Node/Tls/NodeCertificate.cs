using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Node.Tls;

/// <summary>A node's P-256 TLS key and the certificate that the cluster's authority gives it.</summary>
internal static class NodeCertificate
{
    /// <summary>Certificates serve both ways: a node is a server to all and a client to its peers.</summary>
    private static readonly OidCollection Usages = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    private static readonly TimeSpan Life = TimeSpan.FromDays(825);

    /// <summary>Clocks of nodes may differ; a certificate must not be younger than its reader's clock.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    private const int SerialSize = 16;

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>SHA-256 of the SubjectPublicKeyInfo: what the roster pins.</summary>
    public static Digest32 PinOf(ECDsa key) => new(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public static Digest32 PinOf(X509Certificate2 certificate) => new(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public static CertificateRequest Request(string name, IReadOnlyList<string> hosts, ECDsa key)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Usages, false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    /// <param name="authority">With its private key.</param>
    public static X509Certificate2 Issue(CertificateRequest request, X509Certificate2 authority, DateTimeOffset now, IRandomSource random)
    {
        if (authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } issuer)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(issuer));
        var serial = new byte[SerialSize];
        random.Fill(serial);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40); // positive, and of full length
        var until = now + Life;
        var notAfter = until < authority.NotAfter ? until : new DateTimeOffset(authority.NotAfter);
        var from = now - Backdating;
        var notBefore = from > authority.NotBefore ? from : new DateTimeOffset(authority.NotBefore);
        return request.Create(authority, notBefore, notAfter, serial);
    }
}
