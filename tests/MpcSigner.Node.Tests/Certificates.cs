using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Node.Tests;

/// <summary>A throwaway authority and the certificates it makes: P-256, valid for loopback, written as PEM where a foreign judge wants files.</summary>
internal sealed class Certificates : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly List<X509Certificate2> _made = [];
    private readonly X509Certificate2 _authority;
    private int _serial;

    public Certificates(string name = "test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(Now.AddDays(-2), Now.AddDays(30));
        _made.Add(_authority);
        Root = X509CertificateLoader.LoadCertificate(_authority.RawData);
        _made.Add(Root);
        Directory = System.IO.Directory.CreateTempSubdirectory("mpcsigner-certificates-").FullName;
        AuthorityPath = Path.Combine(Directory, "authority.pem");
        File.WriteAllText(AuthorityPath, Root.ExportCertificatePem());
    }

    /// <summary>The temporary folder that holds what <see cref="Write"/> wrote; removed with this object.</summary>
    public string Directory { get; }

    /// <summary>The authority's certificate, without its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The authority's certificate as a PEM file.</summary>
    public string AuthorityPath { get; }

    /// <summary>Makes a P-256 certificate for localhost, 127.0.0.1 and ::1, with its key.</summary>
    /// <param name="name">The common name, also a DNS name of it.</param>
    /// <param name="from">Days from now, may be negative.</param>
    /// <param name="to">Days from now.</param>
    public X509Certificate2 Make(string name, double from = -1, double to = 7)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        byte[] serial = [1, (byte)(_serial >> 8), (byte)_serial++];
        using var certificate = request.Create(_authority, Now.AddDays(from), Now.AddDays(to), serial);
        var made = certificate.CopyWithPrivateKey(key);
        _made.Add(made);
        return made;
    }

    /// <summary>Writes a certificate and its key (PKCS #8) as PEM files.</summary>
    public (string CertificatePath, string KeyPath) Write(X509Certificate2 certificate, string name)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("It has no private key.", nameof(certificate));
        var certificatePath = Path.Combine(Directory, name + ".pem");
        var keyPath = Path.Combine(Directory, name + ".key.pem");
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return (certificatePath, keyPath);
    }

    public void Dispose()
    {
        foreach (var certificate in _made)
            certificate.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
