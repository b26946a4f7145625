using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Client;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using MpcSigner.Simulation.Host;
using NodeDoor = MpcSigner.Node.Services.Door;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Certificates: as a handshake shows them, and in PEM files.</summary>
internal static class CertificateDoors
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<Chain> s_chain = new(static () => new());

    public static IEnumerable<Door> All =>
    [
        new("tls/certificate", Grammar.Der, () => [s_chain.Value.Leaf.RawData, s_chain.Value.Authority.RawData], Shown, "NodeCertificate.PinOf", "Door.Admits") { AllocatedAtMost = 256 << 10, Share = 0.3 },
        new("tls/authority-pem", Grammar.Pem, () => [Encoding.ASCII.GetBytes(s_chain.Value.Authority.ExportCertificatePem()), Encoding.ASCII.GetBytes(s_chain.Value.Authority.ExportCertificatePem() + "\n" + s_chain.Value.Leaf.ExportCertificatePem())], Authorities, "ClientFolder.LoadAuthorities")
            { AllocatedAtMost = 256 << 10, Share = 0.3 },
        new("tls/own-pem", Grammar.Pem, () => [Encoding.ASCII.GetBytes(s_chain.Value.Key.ExportPkcs8PrivateKeyPem()), Encoding.ASCII.GetBytes(s_chain.Value.Key.ExportECPrivateKeyPem())], Own, "AuthorityFiles.Load", "ClientFolder.LoadCertificate")
            { AllocatedAtMost = 256 << 10, Share = 0.3 },
    ];

    private sealed class Chain
    {
        public Chain()
        {
            using var authorityKey = NodeCertificate.NewKey();
            var request = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            using var authority = request.CreateSelfSigned(s_now.AddDays(-1), s_now.AddDays(1_000));
            Leaf = NodeCertificate.Issue(NodeCertificate.Request("node-a", ["node-a.example", "127.0.0.1"], Key), authority, s_now, new SeededSource("serial"));
            Authority = X509CertificateLoader.LoadCertificate(authority.RawData);
            var nid = HonestNodes.Heard.Keys[0].Record.Parties[0].Nid;
            Door = new(new Roster(new(new byte[32]), 1, "fuzz", [new(nid, "node-a", new byte[32], [NodeCertificate.PinOf(Leaf)], "node-a:1")], [], []), nid, NullLogger.Instance);
        }

        public ECDsa Key { get; } = NodeCertificate.NewKey();

        public X509Certificate2 Leaf { get; }

        public X509Certificate2 Authority { get; }

        public NodeDoor Door { get; }

        public static string Write(string name, byte[] content)
        {
            var path = Path.Combine(ScratchFolder.Path, name);
            File.WriteAllBytes(path, content);
            return path;
        }
    }

    /// <summary>As the handshake gives it to the door: parsed by the platform, which may refuse it.</summary>
    private static bool Shown(byte[] input)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(input);
        }
        catch (CryptographicException)
        {
            return false;
        }
        using (certificate)
        {
            var admitted = s_chain.Value.Door.Admits(certificate, SslPolicyErrors.None);
            Wrong.If(admitted && NodeCertificate.PinOf(certificate) != NodeCertificate.PinOf(s_chain.Value.Leaf), "a key that the roster does not pin");
            Wrong.If(s_chain.Value.Door.Admits(certificate, SslPolicyErrors.RemoteCertificateChainErrors), "admitted in spite of its chain");
        }
        return true;
    }

    private static bool Authorities(byte[] input)
    {
        try
        {
            var found = ClientFolder.LoadAuthorities(Chain.Write("authority.pem", input));
            foreach (var certificate in found)
                certificate.Dispose();
            return found.Count > 0;
        }
        catch (MpcSignerException e) when (e.Reason == "CONFIGURATION")
        {
            return false;
        }
    }

    private static bool Own(byte[] input)
    {
        var certificate = Chain.Write("own.pem", Encoding.ASCII.GetBytes(s_chain.Value.Leaf.ExportCertificatePem()));
        var key = Chain.Write("own.key", input);
        var (client, node) = (false, false);
        try
        {
            ClientFolder.LoadCertificate(certificate, key).Dispose();
            client = true;
        }
        catch (MpcSignerException e) when (e.Reason == "CONFIGURATION")
        {
        }
        try
        {
            AuthorityFiles.Load(certificate, key).Dispose();
            node = true;
        }
        catch (StartRefusedException)
        {
        }
        return client || node;
    }
}
