using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>Certificates that are wrong in exactly one way: the key is the one that the roster pins, unless that is what is wrong.</summary>
internal static class ForeignCertificates
{
    /// <summary>Of the cluster's own authority, over the given certificate's key, with other dates.</summary>
    public static X509Certificate2 WithDates(TestCluster cluster, X509Certificate2 of, DateTimeOffset from, DateTimeOffset to)
    {
        using var authority = X509Certificate2.CreateFromPemFile(cluster.Authority.CertificatePath, cluster.Authority.KeyPath);
        using var key = of.GetECDsaPrivateKey()!;
        using var issued = Request(of.Subject, key).Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!), from, to, [0x41, 2, 3, 4]);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Of another authority of the same name, over the given certificate's key.</summary>
    public static X509Certificate2 OfAnotherAuthority(X509Certificate2 of)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = of.GetECDsaPrivateKey()!;
        using var issued = Request(of.Subject, key).Create(
            of.IssuerName, X509SignatureGenerator.CreateForECDsa(authorityKey), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), [0x41, 2, 3, 5]);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A node's own certificate and key, out of its folder.</summary>
    public static X509Certificate2 OfNode(TestNode node) =>
        X509Certificate2.CreateFromPemFile(Path.Combine(node.Directory, "tls.crt"), Path.Combine(node.Directory, "tls.key"));

    private static CertificateRequest Request(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        return request;
    }
}
