using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Client;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>TLS keys that the platform cannot read: it says so in several ways, and all of them are the file's fault.</summary>
public sealed class TlsKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>prime256v1 (1.2.840.10045.3.1.7) becomes a curve that nobody knows.</summary>
    [Fact]
    public void Rejects_a_key_on_a_curve_that_the_platform_does_not_know()
    {
        using var key = NodeCertificate.NewKey();
        using var certificate = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var der = key.ExportECPrivateKey();
        byte[] curve = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        der[der.AsSpan().IndexOf(curve) + curve.Length - 1] = 0x55;
        var (certificatePath, keyPath) = (Path.Combine(_folder, "tls.crt"), Path.Combine(_folder, "tls.key"));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, PemEncoding.WriteString("EC PRIVATE KEY", der));

        Assert.Equal(ExitCode.TlsCertificate, Assert.Throws<StartRefusedException>(() => AuthorityFiles.Load(certificatePath, keyPath)).Code);
        Assert.Equal("CONFIGURATION", Assert.Throws<MpcSignerException>(() => ClientFolder.LoadCertificate(certificatePath, keyPath)).Reason);

        File.WriteAllText(keyPath, key.ExportECPrivateKeyPem());
        AuthorityFiles.Load(certificatePath, keyPath).Dispose();
        ClientFolder.LoadCertificate(certificatePath, keyPath).Dispose();
    }
}
