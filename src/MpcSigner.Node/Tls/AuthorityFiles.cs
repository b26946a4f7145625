using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Tls;

/// <summary>The cluster's authority with its private key, where an operator has it at hand.</summary>
internal static class AuthorityFiles
{
    private const int MaxPemBytes = 64 << 10;

    /// <exception cref="StartRefusedException">Unreadable, or not of one key.</exception>
    public static X509Certificate2 Load(string certificate, string key)
    {
        var pem = BoundedFile.Read(Path.GetFullPath(certificate), MaxPemBytes, ExitCode.TlsCertificate, "The authority's certificate");
        var keyPem = BoundedFile.Read(Path.GetFullPath(key), MaxPemBytes, ExitCode.TlsCertificate, "The authority's key");
        try
        {
            return X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(pem), Encoding.ASCII.GetString(keyPem));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new StartRefusedException(ExitCode.TlsCertificate, $"The authority's certificate {certificate} and key {key} cannot be read or do not belong together: {e.Message}",
                "Give both as PEM files.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyPem);
        }
    }
}
