using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Tls;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>The authority of one test cluster, as PEM files.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _authority;

    public TestAuthority(string folder, string name = "authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=test {name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        CertificatePath = Path.Combine(folder, $"{name}.pem");
        KeyPath = Path.Combine(folder, $"{name}.key");
        File.WriteAllText(CertificatePath, _authority.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
        Root = X509CertificateLoader.LoadCertificate(_authority.RawData);
    }

    public string CertificatePath { get; }

    public string KeyPath { get; }

    public X509Certificate2 Root { get; }

    /// <summary>A certificate for a new key, with it.</summary>
    public X509Certificate2 Issue(string name)
    {
        using var key = NodeCertificate.NewKey();
        return Issue(name, key);
    }

    /// <summary>A certificate for this key, with it.</summary>
    public X509Certificate2 Issue(string name, ECDsa key)
    {
        using var issued = NodeCertificate.Issue(NodeCertificate.Request(name, ["localhost"], key), _authority, DateTimeOffset.UtcNow, SystemRandomSource.Instance);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>As <see cref="Issue(string, ECDsa)"/>, but its time ended an hour ago.</summary>
    public X509Certificate2 IssueExpired(string name, ECDsa key)
    {
        var request = NodeCertificate.Request(name, ["localhost"], key);
        using var issued = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddHours(-1), [1, 2, 3]);
        return issued.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Root.Dispose();
    }
}
