using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Rpc;

/// <summary>How the certificate of the other side is examined, before the caller's own check.</summary>
internal static class PeerCertificates
{
    /// <summary>A policy that fetches nothing: a certificate names addresses of its maker's choice. Revocation is the roster's affair.</summary>
    /// <param name="roots">The authorities to trust; null for the platform's.</param>
    public static X509ChainPolicy ChainPolicy(IReadOnlyList<X509Certificate2>? roots)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots.ToArray());
        }

        return policy;
    }
}
