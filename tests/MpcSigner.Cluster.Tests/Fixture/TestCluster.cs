using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MpcSigner.Client;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Documents.Policies;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using MpcSigner.Node.Tls;
using MpcSigner.Policy;
using MpcSigner.Policy.Rules;
using Xunit;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>A cluster of real node processes on loopback, in a temporary folder of its own. It ends only what it started.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Administrator = "admin";
    public const string ClientName = "wallet";

    /// <summary>A client that may sign but not create keys.</summary>
    public const string OtherClientName = "backoffice";

    private readonly TestAuthority _authority;
    private readonly IdentityKey _administrator;
    private readonly X509Certificate2 _administratorCertificate;
    private readonly Ed25519KeyFile _clientKey;
    private readonly X509Certificate2 _clientCertificate;
    private readonly Ed25519KeyFile _otherClientKey;
    private readonly X509Certificate2 _otherClientCertificate;

    private TestCluster(string folder)
    {
        Folder = folder;
        _authority = new(folder);
        _administrator = IdentityKey.Generate(SystemRandomSource.Instance);
        _administratorCertificate = _authority.Issue(Administrator);
        _clientKey = Ed25519KeyFile.Create(Path.Combine(folder, "client.key"));
        _clientCertificate = _authority.Issue(ClientName);
        _otherClientKey = Ed25519KeyFile.Create(Path.Combine(folder, "other-client.key"));
        _otherClientCertificate = _authority.Issue(OtherClientName);
    }

    public string Folder { get; }

    public IReadOnlyList<TestNode> Nodes { get; private set; } = [];

    public TestAuthority Authority => _authority;

    public Roster Roster { get; private set; } = null!;

    public IdentityKey AdministratorKey => _administrator;

    public X509Certificate2 ClientCertificate => _clientCertificate;

    public X509Certificate2 AdministratorCertificate => _administratorCertificate;

    /// <summary>Node by its name: a, b, c …</summary>
    public TestNode this[string name] => Nodes.First(n => n.Name == name);

    /// <summary>A policy that allows the one client everything.</summary>
    public static ClusterPolicy AllowAll()
    {
        Assert.True(RuleId.TryParse("sign-all", out var signing));
        Assert.True(RuleId.TryParse("create-all", out var creation));
        return new(default, 1, null, new Dictionary<string, IReadOnlySet<string>>(),
            [new SigningRule.Allow(signing)
            {
                Clients = [new ClientSelector.Any()],
                Keys = [new KeySelector.Any()],
                Payloads = [PayloadKind.Raw, PayloadKind.SolanaTransaction],
                Destinations = new AddressSelector.Any(),
                Amounts = [new AmountCeiling(null, null)],
                Memos = true,
                NewAccounts = 8,
                Opaque = true,
            }],
            [new CreationRule.Allow(creation)
            {
                Clients = [new ClientSelector.Any()],
                Suites = [.. Enum.GetValues<Suite>().Where(suite => suite != Suite.None)],
                Usages = [KeyUsage.Transactions, KeyUsage.TransactionsAndRaw],
                MaxParties = KeyLimits.MaxParties,
            }]);
    }

    /// <summary>Makes the files of a cluster, and starts no process.</summary>
    /// <param name="nodes">2..26.</param>
    /// <param name="policy">Null: <see cref="AllowAll"/>.</param>
    /// <param name="hardening">As in the options.</param>
    /// <param name="seals">How a node is sealed, by its name and the cluster's folder; null: all under passphrases.</param>
    public static async Task<TestCluster> CreateAsync(int nodes = 3, ClusterPolicy? policy = null, string hardening = "warn", Func<string, string, TestSeal?>? seals = null)
    {
        var cluster = new TestCluster(Directory.CreateTempSubdirectory("mpcsigner-cluster-").FullName);
        try
        {
            var names = Enumerable.Range(0, nodes).Select(i => ((char)('a' + i)).ToString()).ToList();
            var addresses = TestPorts.Addresses(nodes);
            cluster.Nodes = [.. names.Select((n, i) => new TestNode(n, cluster.Folder, addresses[i]))];
            var members = await Task.WhenAll(cluster.Nodes.Select(node => cluster.InitAsync(node, seals?.Invoke(node.Name, cluster.Folder))));
            cluster.WriteDocuments(members, policy ?? AllowAll());
            foreach (var node in cluster.Nodes)
                cluster.WriteOptions(node, hardening, seals?.Invoke(node.Name, cluster.Folder));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a cluster, starts all nodes and waits until each reaches every other.</summary>
    public static async Task<TestCluster> StartAsync(int nodes = 3, ClusterPolicy? policy = null, string hardening = "warn")
    {
        var cluster = await CreateAsync(nodes, policy, hardening);
        try
        {
            await Task.WhenAll(cluster.Nodes.Select(n => n.StartAsync()));
            await cluster.WaitUntilReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the cluster; not connected yet.</summary>
    public MpcSignerClient NewClient() => MpcSignerClient.Create(ClientOptions());

    public MpcSignerClientOptions ClientOptions() => new()
    {
        Roster = File.ReadAllBytes(Path.Combine(Folder, "roster.yaml")),
        RosterSignature = File.ReadAllBytes(Path.Combine(Folder, "roster.sig.yaml")),
        AdministratorKey = _administrator.PublicKey.Bytes.ToArray(),
        Signer = _clientKey,
        TlsCertificate = _clientCertificate,
        TrustedAuthorities = [_authority.Root],
    };

    /// <summary>The same for the client that may not create keys.</summary>
    public MpcSignerClientOptions OtherClientOptions() => ClientOptions() with { Signer = _otherClientKey, TlsCertificate = _otherClientCertificate };

    /// <summary>The administrator with key and certificate at hand.</summary>
    public MpcSignerAdministrator NewAdministrator() => MpcSignerAdministrator.Create(new()
    {
        Roster = File.ReadAllBytes(Path.Combine(Folder, "roster.yaml")),
        RosterSignature = File.ReadAllBytes(Path.Combine(Folder, "roster.sig.yaml")),
        AdministratorKey = _administrator.PublicKey.Bytes.ToArray(),
        TlsCertificate = _administratorCertificate,
        Signers = [new TestAdministratorSigner(_administrator)],
        TrustedAuthorities = [_authority.Root],
    });

    /// <summary>Waits until every running node says that it is ready and reaches every other running one.</summary>
    public async Task WaitUntilReadyAsync()
    {
        await using var client = NewClient();
        var running = Nodes.Where(n => n.IsRunning).Select(n => n.Name).ToHashSet();
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var states = await client.GetStatusAsync();
            if (states.Where(s => running.Contains(s.Node.Name)).All(s => s is { Reachable: true, Ready: true }
                && s.Peers.Where(p => running.Contains(p.Name)).All(p => p.Reachable && p.Problem.Length == 0)))
                return;
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException("the cluster did not become ready:\n" + string.Join('\n', states.Select(s =>
                    $"{s.Node.Name}: reachable {s.Reachable}, ready {s.Ready}, {s.Problem}; peers: {string.Join("; ", s.Peers)}")) + "\n" + Logs);
            }
            await Task.Delay(100);
        }
    }

    /// <summary>Waits until one node reaches another without a problem.</summary>
    public async Task WaitForPeersAsync(string name, params string[] peers)
    {
        await using var client = NewClient();
        await Wait.UntilAsync(
            async () => (await client.GetStatusAsync()).First(s => s.Node.Name == name).Peers.Where(p => peers.Contains(p.Name)).All(p => p is { Reachable: true, Problem: "" }),
            TimeSpan.FromSeconds(20), () => $"node {name} does not reach {string.Join(", ", peers)}\n{Logs}");
    }

    public string Logs => string.Join("\n", Nodes.Select(n => $"--- {n.Name}\n{n.Log}"));

    /// <summary>Signs a document as the administrator.</summary>
    public byte[] Sign(DocumentKind kind, ReadOnlySpan<byte> document, ClusterId cluster)
    {
        var hash = new Digest32(SHA256.HashData(document));
        var signature = _administrator.Sign(DocumentSignature.Message(kind, cluster, hash));
        return new DocumentSignature(kind, hash, Administrator, signature).Write();
    }

    /// <summary>Writes a node's options file.</summary>
    /// <param name="listen">Null: where the roster says that it is.</param>
    public void WriteOptions(TestNode node, string hardening, TestSeal? seal = null, string? listen = null) => File.WriteAllText(node.ConfigPath, $"""
        name: {node.Name}
        directory: {node.Name}
        listen: {listen ?? node.Address}
        roster: roster.yaml
        roster_signature: roster.sig.yaml
        policy: policy.yaml
        policy_signature: policy.sig.yaml
        administrator_key: {_administrator.PublicKey}
        authority: authority.pem
        {seal?.Options ?? $"passphrase: {{ file: {node.Name}.passphrase }}"}
        hardening: {hardening}

        """);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        _authority.Dispose();
        _administrator.Dispose();
        _administratorCertificate.Dispose();
        _clientKey.Dispose();
        _clientCertificate.Dispose();
        _otherClientKey.Dispose();
        _otherClientCertificate.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The file with one operator's share of a node that is sealed by a quorum.</summary>
    public string ShareOf(TestNode node, int number) => Path.Combine(Folder, "shares", $"{node.Name}.operator-{number}.share");

    private async Task<RosterNode> InitAsync(TestNode node, TestSeal? seal)
    {
        WritePassphrase(node.PassphrasePath, $"correct horse battery {node.Name}");
        var (code, output, error) = await NodeProgram.RunAsync(
            [.. new[] { "init", "--directory", node.Directory, "--name", node.Name, "--host", "127.0.0.1,localhost" }, .. seal?.Init ?? ["--passphrase-file", node.PassphrasePath], "--authority-cert", _authority.CertificatePath, "--authority-key", _authority.KeyPath]);
        if (code != 0)
            throw new InvalidOperationException($"init of {node.Name} ended with {code}: {error}");
        var made = JsonSerializer.Deserialize<Dictionary<string, string>>(output)!;
        Assert.True(Digest32.TryParse(made["tls_pin"], out var pin));
        Assert.True(NodeId.TryParse(made["nid"], out var nid));
        return new(nid, node.Name, Convert.FromHexString(made["identity_key"]), [pin], node.Address);
    }

    private static void WritePassphrase(string path, string passphrase)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.UTF8.GetBytes(passphrase + "\n"));
    }

    private void WriteDocuments(IEnumerable<RosterNode> nodes, ClusterPolicy policy)
    {
        RosterClient[] clients =
        [
            Entry(ClientName, _clientKey, _clientCertificate, mayCreateKeys: true),
            Entry(OtherClientName, _otherClientKey, _otherClientCertificate, mayCreateKeys: false),
        ];
        var bytes = RosterDocument.Write(new(default, RosterDocument.FirstVersion, "test", [.. nodes], clients,
            [new RosterAdministrator(Administrator, _administrator.PublicKey.Bytes.ToArray()) { TlsPins = [NodeCertificate.PinOf(_administratorCertificate)] }])
        {
            DestructionDelay = TimeSpan.Zero,
        });
        if (!RosterDocument.TryParse(bytes, out var roster, out var errors))
            throw new InvalidOperationException(string.Join('\n', errors));
        Roster = roster;
        File.WriteAllBytes(Path.Combine(Folder, "roster.yaml"), bytes);
        File.WriteAllBytes(Path.Combine(Folder, "roster.sig.yaml"), Sign(DocumentKind.Roster, bytes, roster.Cluster));
        WritePolicy("policy", policy);
    }

    private static RosterClient Entry(string name, Ed25519KeyFile key, X509Certificate2 certificate, bool mayCreateKeys) =>
        new(new(SHA256.HashData(key.PublicKey.Span)), name, key.PublicKey, [NodeCertificate.PinOf(certificate)], mayCreateKeys);

    /// <summary>Writes a policy and its signature under a name of its own.</summary>
    public void WritePolicy(string name, ClusterPolicy policy)
    {
        var bytes = PolicyDocument.Write(policy);
        File.WriteAllBytes(Path.Combine(Folder, $"{name}.yaml"), bytes);
        File.WriteAllBytes(Path.Combine(Folder, $"{name}.sig.yaml"), Sign(DocumentKind.Policy, bytes, Roster.Cluster));
    }
}
