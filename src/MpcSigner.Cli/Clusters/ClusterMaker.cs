using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using MpcSigner.Client;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Policies;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Cli.Clusters;

/// <summary>Makes a development cluster: every secret of a node by the node's own program, the rest here.</summary>
internal sealed class ClusterMaker(ClusterFolder folder, NodeProgram program, TimeProvider time, Action<string> progress)
{
    public const string ClientName = "demo";
    private const string AdministratorName = "admin";
    private const string RosterFile = "roster.yaml";
    private const string PolicyFile = "policy.yaml";
    private const string SignatureSuffix = ".sig";

    private sealed record InitAnswer(
        [property: JsonPropertyName("nid")] string Nid, [property: JsonPropertyName("identity_key")] string IdentityKey, [property: JsonPropertyName("tls_pin")] string TlsPin);

    /// <param name="nodes">How many.</param>
    /// <param name="policy">The policy's exact bytes.</param>
    /// <param name="hardening">require, warn or off.</param>
    /// <param name="hsm">Seals and identities are in tokens of SoftHSM2, one a node.</param>
    /// <param name="administrators">How many there are, and how many of them must sign.</param>
    public async Task<Roster> MakeAsync(
        string name, int nodes, byte[] policy, string hardening, bool hsm, (int Count, int Quorum) administrators, CancellationToken cancellation)
    {
        CheckPolicy(policy);
        foreach (var child in (string[])["authority", "documents", "client", "nodes"])
            Directory.CreateDirectory(Path.Combine(folder.Root, child));
        var now = time.GetUtcNow();

        progress("certificate authority, administrators' keys, client credential");
        using var authority = Authority.Create(name, folder.AuthorityCertificate, folder.AuthorityKey, now);
        var signers = Enumerable.Range(1, administrators.Count).Select(i => MakeAdministrator(authority, i, now)).ToList();
        using var signer = Ed25519KeyFile.Create(Path.Combine(folder.Client, ClientFolder.RequestKey));
        var clientPin = Authority.IssueClient(authority, ClientName, Path.Combine(folder.Client, ClientFolder.TlsCertificate), Path.Combine(folder.Client, ClientFolder.TlsKey), now);

        string[] names = [.. Enumerable.Range(1, nodes).Select(i => $"node-{i}")];
        folder.Mark(names);
        var ports = FreePorts(nodes);
        var members = new List<RosterNode>();
        foreach (var (node, port) in folder.AllNodes.Zip(ports))
        {
            progress($"{node.Name}: identity, sealed store, TLS certificate");
            members.Add(await InitAsync(node, port, hsm, cancellation).ConfigureAwait(false));
        }

        progress($"roster and policy, signed by {(administrators.Quorum == 1 ? "the administrator" : $"{administrators.Quorum} administrators")}");
        var client = new RosterClient(new(SHA256.HashData(signer.PublicKey.Span)), ClientName, signer.PublicKey, [new Digest32(clientPin)], MayCreateKeys: true);
        var rosterBytes = RosterDocument.Write(new(default, RosterDocument.FirstVersion, name, members, [client], signers) { Quorum = administrators.Quorum });
        if (!RosterDocument.TryParse(rosterBytes, out var roster, out var errors))
            throw new InvalidOperationException("the roster that was written cannot be read: " + string.Join("; ", errors));
        await WriteSignedAsync(RosterFile, rosterBytes, DocumentKind.Roster, roster, cancellation).ConfigureAwait(false);
        await WriteSignedAsync(PolicyFile, policy, DocumentKind.Policy, roster, cancellation).ConfigureAwait(false);

        var administratorKey = Convert.ToHexStringLower(signers[0].SigningKey.Span);
        foreach (var (node, port) in folder.AllNodes.Zip(ports))
            File.WriteAllText(node.Options, NodeOptions(node.Name, port, administratorKey, hardening, hsm));
        foreach (var user in folder.Administrators.Prepend(folder.Client))
        {
            foreach (var file in (string[])[RosterFile, RosterFile + SignatureSuffix])
                File.Copy(Path.Combine(folder.Documents, file), Path.Combine(user, file));
            File.Copy(folder.AuthorityCertificate, Path.Combine(user, ClientFolder.Authorities));
            File.WriteAllText(Path.Combine(user, ClientFolder.AdministratorKey), administratorKey + "\n");
        }
        return roster;
    }

    /// <summary>Makes the files of one more node in the cluster's folder: beside their place first, so that only whole ones ever stand there. What is there is never touched.</summary>
    /// <returns>What the next version of the roster says of it.</returns>
    public async Task<RosterNode> AddNodeAsync(string name, string hardening, CancellationToken cancellation)
    {
        var node = folder.NodeAt(name);
        if (!Directory.Exists(node.Path))
            await MakeNodeAsync(new(name, node.Path + ".new"), node.Path, hardening, cancellation).ConfigureAwait(false);
        var member = NodeEntry.TryRead(node)
            ?? throw CliException.Usage($"The cluster has a node {name} already.", "Choose another name.");
        if (folder.AllNodes.All(n => n.Name != name))
            folder.Mark([.. folder.AllNodes.Select(n => n.Name), name]);
        return member;
    }

    /// <param name="making">Where it is made; what an interrupted run left there is nobody's, since no roster can name it.</param>
    private async Task MakeNodeAsync(NodeFolder making, string place, string hardening, CancellationToken cancellation)
    {
        if (Directory.Exists(making.Path))
            Directory.Delete(making.Path, recursive: true);
        progress($"{making.Name}: identity, sealed store, TLS certificate");
        var port = FreePorts(1)[0];
        var member = await InitAsync(making, port, folder.HasTokens, cancellation).ConfigureAwait(false);
        var administratorKey = File.ReadAllText(Path.Combine(folder.Client, ClientFolder.AdministratorKey)).Trim();
        File.WriteAllText(making.Options, NodeOptions(making.Name, port, administratorKey, hardening, folder.HasTokens));
        NodeEntry.Write(making, member);
        Directory.Move(making.Path, place);
    }

    private RosterAdministrator MakeAdministrator(X509Certificate2 authority, int number, DateTimeOffset now)
    {
        var (path, name) = (folder.AdministratorAt(number), NameOf(number));
        Directory.CreateDirectory(path);
        using var key = Ed25519KeyFile.Create(Path.Combine(path, AdministratorFolder.SigningKey));
        var pin = Authority.IssueClient(authority, name, Path.Combine(path, ClientFolder.TlsCertificate), Path.Combine(path, ClientFolder.TlsKey), now);
        return new(name, key.PublicKey) { TlsPins = [new Digest32(pin)] };
    }

    private static void CheckPolicy(byte[] policy)
    {
        if (!PolicyDocument.TryParse(policy, out _, out var errors))
            throw CliException.Usage($"The policy cannot be read: {string.Join("; ", errors)}.", "Correct all of it; config/policy.example.yaml explains every key.");
    }

    private async Task<RosterNode> InitAsync(NodeFolder node, int port, bool hsm, CancellationToken cancellation)
    {
        Directory.CreateDirectory(node.Path);
        var token = hsm ? SoftToken.Of(node) : null;
        string[] seal;
        if (token is not null)
        {
            await token.MakeAsync(cancellation).ConfigureAwait(false);
            seal = ["--seal", "hsm", "--hsm-module", SoftToken.FindModule(), "--hsm-token", token.Label, "--hsm-pin-file", token.Pin, "--hsm-identity", "yes"];
        }
        else
        {
            PrivateFiles.Write(node.Passphrase, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
            seal = ["--passphrase-file", node.Passphrase];
        }
        var (code, output) = await program.RunAsync(captureOutput: true, token, cancellation, ["init", "--directory", node.Data, "--name", node.Name, "--host", "127.0.0.1,localhost",
            .. seal, "--authority-cert", folder.AuthorityCertificate, "--authority-key", folder.AuthorityKey]).ConfigureAwait(false);
        if (code != 0)
            throw new CliException(ExitCode.Usage, "NODE_INIT", $"The node program's init ended with code {code}: {output.Trim()}", "Correct what it names; mpcsigner doctor tests the machine.");
        InitAnswer? answer = null;
        try
        {
            answer = JsonSerializer.Deserialize<InitAnswer>(output);
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCode.Internal, "NODE_INIT", $"The node program's init answered with something else than one JSON document: {e.Message}", "Use programs of the same release.", e);
        }
        return answer is not null && NodeId.TryParse(answer.Nid, out var nid) && Bytes32.TryParse(answer.IdentityKey, out var identity) && Digest32.TryParse(answer.TlsPin, out var pin)
            ? new(nid, node.Name, identity.ToArray(), [pin], $"127.0.0.1:{port}")
            : throw new CliException(ExitCode.Internal, "NODE_INIT", "The node program's init did not answer with nid, identity_key and tls_pin.", "Use programs of the same release.");
    }

    /// <summary>Signed by the first administrators, as many as the roster asks for: nodes want no fewer for a policy.</summary>
    private async Task WriteSignedAsync(string file, byte[] bytes, DocumentKind kind, Roster roster, CancellationToken cancellation)
    {
        var digest = new Digest32(SHA256.HashData(bytes));
        List<DocumentSignature> signatures = [];
        for (var number = 1; number <= roster.Quorum; number++)
        {
            using var key = Ed25519KeyFile.Load(Path.Combine(folder.AdministratorAt(number), AdministratorFolder.SigningKey));
            signatures.Add(new(kind, digest, NameOf(number), await key.SignAsync(DocumentSignature.Message(kind, roster.Cluster, digest), cancellation).ConfigureAwait(false)));
        }
        await File.WriteAllBytesAsync(Path.Combine(folder.Documents, file), bytes, cancellation).ConfigureAwait(false);
        await File.WriteAllBytesAsync(Path.Combine(folder.Documents, file + SignatureSuffix), new DocumentSignatures(signatures).Write(), cancellation).ConfigureAwait(false);
    }

    private static string NameOf(int administrator) => administrator == 1 ? AdministratorName : $"{AdministratorName}-{administrator}";

    /// <summary>Relative paths start from the file's own folder, so that the cluster's folder can be moved.</summary>
    private static string NodeOptions(string name, int port, string administratorKey, string hardening, bool hsm) => $"""
        # Written by mpcsigner cluster init, for development. config/node.example.yaml explains every key.
        name: {name}
        directory: data
        listen: 127.0.0.1:{port}
        roster: ../../documents/{RosterFile}
        roster_signature: ../../documents/{RosterFile}{SignatureSuffix}
        policy: ../../documents/{PolicyFile}
        policy_signature: ../../documents/{PolicyFile}{SignatureSuffix}
        administrator_key: {administratorKey}
        authority: ../../authority/ca.pem
        hardening: {hardening}
        {(hsm ? HsmOptions(name) : "passphrase:\n  file: passphrase\n")}
        """;

    private static string HsmOptions(string name) => $"""
        hsm:
          module: {SoftToken.FindModule()}
          token: {new SoftToken(name, "").Label}
          pin:
            file: ../../{SoftToken.FolderName}/{name}/pin
          identity: true

        """;

    /// <summary>Free now; all are held until the last is found, so that none is given twice.</summary>
    private static IReadOnlyList<int> FreePorts(int count)
    {
        var held = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                held.Add(listener);
            }
            return [.. held.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in held)
                listener.Dispose();
        }
    }
}
