using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Cli.Clusters;

/// <summary>The development cluster's certificate authority: P-256, its key in a file that only its owner reads.</summary>
internal static class Authority
{
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan CertificateLife = TimeSpan.FromDays(825);

    /// <summary>Clocks differ: what was made now must be valid for a reader that is behind.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Makes the authority and writes both of its files.</summary>
    public static X509Certificate2 Create(string name, string certificatePath, string keyPath, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name} authority"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var certificate = request.CreateSelfSigned(now - Backdating, now + AuthorityLife);
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem() + "\n");
        PrivateFiles.Write(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        return certificate;
    }

    /// <summary>Makes a client's TLS key and certificate, and writes both.</summary>
    /// <returns>SHA-256 of the SubjectPublicKeyInfo: what the roster pins.</returns>
    public static byte[] IssueClient(X509Certificate2 authority, string name, string certificatePath, string keyPath, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ClientAuthentication], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40); // positive, of full length
        using var certificate = request.Create(authority, now - Backdating, now + CertificateLife, serial);
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem() + "\n");
        PrivateFiles.Write(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        return SHA256.HashData(key.ExportSubjectPublicKeyInfo());
    }
}

/// <summary>Files that only their owner may read, from their first byte on.</summary>
internal static class PrivateFiles
{
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(new FileStream(path, options));
        writer.Write(text);
    }
}
