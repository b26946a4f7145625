using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Tls;

/// <summary>The TLS key and certificate that are to follow those in use. Every step can be interrupted and done again.</summary>
internal sealed class NextTls(NodeDirectory directory)
{
    private const int MaxPemBytes = 64 << 10;

    /// <summary>The key that is to follow, made now unless there is one, with its certificate or the request for it.</summary>
    /// <param name="hosts">Names and addresses for the certificate; empty: those of the present one.</param>
    /// <param name="authority">With its private key; null: a request is written for it.</param>
    /// <returns>The pin, for the roster.</returns>
    /// <exception cref="StartRefusedException">What lies there cannot be read.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public Digest32 Ensure(string name, IReadOnlyList<string> hosts, X509Certificate2? authority, DateTimeOffset now, IRandomSource random)
    {
        if (!File.Exists(directory.NextTlsKey))
            WriteNewKey();
        using var key = ReadKey(directory.NextTlsKey);
        var request = NodeCertificate.Request(name, hosts.Count > 0 ? hosts : HostsInUse(), key);
        if (authority is null)
        {
            PrivateFile.Replace(directory.NextTlsRequest, Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
            return NodeCertificate.PinOf(key);
        }
        using var issued = NodeCertificate.Issue(request, authority, now, random);
        PrivateFile.Replace(directory.NextTlsCertificate, Encoding.ASCII.GetBytes(issued.ExportCertificatePem()));
        return NodeCertificate.PinOf(key);
    }

    /// <summary>Puts key and certificate in the place of those in use: the key first, then the certificate, so that a second try ends what the first began.</summary>
    /// <exception cref="StartRefusedException">There is no certificate for the key yet, or it is another key's.</exception>
    public Digest32 Use()
    {
        if (!File.Exists(directory.NextTlsCertificate))
        {
            throw new StartRefusedException(ExitCode.TlsCertificate, $"There is no certificate {directory.NextTlsCertificate}.",
                File.Exists(directory.NextTlsRequest) ? $"Have the authority sign {directory.NextTlsRequest} and put its answer there." : "Make a key and a certificate with 'mpcsigner-node cert new'.");
        }
        using var certificate = ReadCertificate(directory.NextTlsCertificate);
        var pin = NodeCertificate.PinOf(certificate);
        var isMoved = !File.Exists(directory.NextTlsKey);
        using var key = ReadKey(isMoved ? directory.TlsKey : directory.NextTlsKey);
        if (NodeCertificate.PinOf(key) != pin)
        {
            throw new StartRefusedException(ExitCode.TlsCertificate, $"The certificate {directory.NextTlsCertificate} is not for the key beside it.",
                "Have the authority sign the request that belongs to the key.");
        }
        if (!isMoved)
            File.Move(directory.NextTlsKey, directory.TlsKey, overwrite: true);
        File.Move(directory.NextTlsCertificate, directory.TlsCertificate, overwrite: true);
        File.Delete(directory.NextTlsRequest);
        return pin;
    }

    private void WriteNewKey()
    {
        using var key = NodeCertificate.NewKey();
        var pem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
        try
        {
            PrivateFile.Replace(directory.NextTlsKey, pem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    private string[] HostsInUse()
    {
        using var present = ReadCertificate(directory.TlsCertificate);
        var names = present.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
    }

    private static X509Certificate2 ReadCertificate(string path)
    {
        try
        {
            return X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(BoundedFile.Read(path, MaxPemBytes, ExitCode.TlsCertificate, "The TLS certificate")));
        }
        catch (CryptographicException e)
        {
            throw new StartRefusedException(ExitCode.TlsCertificate, $"The TLS certificate {path} cannot be read: {e.Message}", "Have the authority issue it again.", e);
        }
    }

    private static ECDsa ReadKey(string path)
    {
        var pem = BoundedFile.Read(path, MaxPemBytes, ExitCode.TlsCertificate, "The TLS key");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(pem));
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            key.Dispose();
            throw new StartRefusedException(ExitCode.TlsCertificate, $"The TLS key {path} cannot be read: {e.Message}", "Remove it and make another with 'mpcsigner-node cert new'.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }
}
