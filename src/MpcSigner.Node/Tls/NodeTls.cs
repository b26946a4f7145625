using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Tls;

/// <summary>What this node shows and trusts in handshakes, verified at start.</summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="Pin">SHA-256 of its SPKI.</param>
internal sealed record NodeTls(X509Certificate2 Certificate, Digest32 Pin, IReadOnlyList<X509Certificate2> Authorities) : IDisposable
{
    private const int MaxPemBytes = 64 << 10;

    /// <exception cref="StartRefusedException">Missing, expired, of another authority, or not the key that the roster pins for this node.</exception>
    public static NodeTls Load(NodeOptions options, RosterNode self, DateTimeOffset now)
    {
        var directory = new NodeDirectory(options.Directory);
        var authorities = LoadAuthorities(options.Authority);
        var certificate = LoadOwn(directory);
        var pin = NodeCertificate.PinOf(certificate);
        if (!self.TlsPins.Contains(pin))
        {
            throw new StartRefusedException(ExitCode.TlsKeyNotPinned,
                $"The TLS key in {directory.TlsKey} has pin {pin}, but the roster pins {string.Join(" or ", self.TlsPins)} for node {self.Name}.",
                "Put this node's own TLS key in place, or have the roster name the new pin.");
        }
        CheckChain(certificate, authorities, directory.TlsCertificate, now);
        return new(certificate, pin, authorities);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var authority in Authorities)
            authority.Dispose();
    }

    private static List<X509Certificate2> LoadAuthorities(string path)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(System.Text.Encoding.ASCII.GetString(BoundedFile.Read(path, MaxPemBytes, ExitCode.TlsCertificate, "The authority")));
        }
        catch (CryptographicException e)
        {
            throw Bad($"The authority {path} holds no readable certificate: {e.Message}", e);
        }
        return found.Count > 0 ? [.. found] : throw Bad($"The authority {path} holds no certificate.");
    }

    private static X509Certificate2 LoadOwn(NodeDirectory directory)
    {
        if (!File.Exists(directory.TlsCertificate) && File.Exists(directory.TlsRequest))
        {
            throw new StartRefusedException(ExitCode.TlsCertificate, $"There is no certificate {directory.TlsCertificate} yet.",
                $"Have the authority sign {directory.TlsRequest} and put its answer there.");
        }
        var certificate = BoundedFile.Read(directory.TlsCertificate, MaxPemBytes, ExitCode.TlsCertificate, "The TLS certificate");
        var key = BoundedFile.Read(directory.TlsKey, MaxPemBytes, ExitCode.TlsCertificate, "The TLS key");
        try
        {
            return X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(certificate), System.Text.Encoding.ASCII.GetString(key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw Bad($"The TLS certificate {directory.TlsCertificate} and the key {directory.TlsKey} do not belong together or cannot be read: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void CheckChain(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> authorities, string path, DateTimeOffset now)
    {
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            throw Bad($"The TLS certificate {path} is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}; this machine's clock says {now.ToUniversalTime():u}.");
        }
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationTime = now.UtcDateTime,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.ToArray());
        if (!chain.Build(certificate))
            throw Bad($"The TLS certificate {path} does not come from the configured authority: {string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()))}");
    }

    private static StartRefusedException Bad(string message, Exception? inner = null) =>
        new(ExitCode.TlsCertificate, message, "Have the cluster's authority issue a new certificate for this node's key.", inner);
}
