using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Documents.Signatures;
using MpcSigner.Node.Commands;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>Each way in which a node refuses to start, by its real process: the exit code, what it says, and that it changed nothing.</summary>
public class StartRefusalTests(NodeFiles files) : IClassFixture<NodeFiles>
{
    private TestCluster Cluster => files.Cluster;

    private static async Task<string> RefusedAsync(ExitCode expected, string config)
    {
        var (code, output, error) = await NodeProgram.RunAsync("run", "--config", config);
        Assert.True((int)expected == code, $"exit code {code}, expected {expected}: {error}");
        Assert.Empty(output);
        return error;
    }

    [Fact]
    public async Task Rejects_unknown_verbs_and_options()
    {
        foreach (var arguments in new string[][] { [], ["start"], ["run"], ["run", "--config"], ["run", "--config", "x", "--colour", "red"], ["run", "x"] })
        {
            var (code, _, error) = await NodeProgram.RunAsync(arguments);
            Assert.Equal((int)ExitCode.BadCommandLine, code);
            Assert.Contains("--help", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Help_lists_every_exit_code()
    {
        var (code, output, _) = await NodeProgram.RunAsync("--help");
        Assert.Equal(0, code);
        foreach (var exit in Enum.GetValues<ExitCode>())
            Assert.Matches($@"\b{(int)exit}  {exit}: ", output);
    }

    [Fact]
    public async Task Rejects_missing_files_all_at_once()
    {
        var error = await RefusedAsync(ExitCode.BadOptions, files.OptionsOfA("missing.yaml", ("roster.yaml", "no.yaml"), ("authority.pem", "no.pem"), ("directory: a", "directory: no")));
        foreach (var key in new[] { "roster:", "authority:", "directory:" })
            Assert.Contains(key, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_wrong_passphrase()
    {
        var error = await RefusedAsync(ExitCode.WrongPassphrase, files.OptionsOfA("passphrase.yaml", ("a.passphrase", "b.passphrase")));
        Assert.DoesNotContain("battery", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_damaged_identity()
    {
        var copy = Path.Combine(files.CopyOf("a", "damaged"), "identity.sealed");
        var bytes = File.ReadAllBytes(copy);
        bytes[^1] ^= 1;
        File.WriteAllBytes(copy, bytes);
        await RefusedAsync(ExitCode.IdentityDamaged, files.OptionsOfA("damaged.yaml", ("directory: a", "directory: damaged")));
    }

    [Fact]
    public async Task Rejects_an_empty_directory_and_a_second_init()
    {
        Directory.CreateDirectory(Path.Combine(Cluster.Folder, "empty"));
        await RefusedAsync(ExitCode.NotInitialised, files.OptionsOfA("empty.yaml", ("directory: a", "directory: empty")));
        var (code, _, _) = await NodeProgram.RunAsync(
            "init", "--directory", Cluster["a"].Directory, "--name", "a", "--host", "localhost", "--passphrase-file", Cluster["a"].PassphrasePath);
        Assert.Equal((int)ExitCode.AlreadyInitialised, code);
    }

    [Fact]
    public async Task Rejects_documents_that_the_pinned_administrator_did_not_sign()
    {
        await RefusedAsync(ExitCode.RosterSignature, files.OptionsOfA("swapped.yaml", ("roster_signature: roster.sig.yaml", "roster_signature: policy.sig.yaml")));
        await RefusedAsync(ExitCode.PolicySignature, files.OptionsOfA("swapped2.yaml", ("policy_signature: policy.sig.yaml", "policy_signature: roster.sig.yaml")));
        using var other = IdentityKey.Generate(SystemRandomSource.Instance);
        var error = await RefusedAsync(ExitCode.RosterSignature, files.OptionsOfA("pin.yaml", (Cluster.AdministratorKey.PublicKey.ToString(), other.PublicKey.ToString())));
        Assert.Contains(other.PublicKey.ToString(), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_roster_that_was_changed_after_its_signature()
    {
        var roster = File.ReadAllText(Path.Combine(Cluster.Folder, "roster.yaml"));
        File.WriteAllText(Path.Combine(Cluster.Folder, "changed.roster"), roster.Replace("may_create_keys: true", "may_create_keys: false", StringComparison.Ordinal));
        await RefusedAsync(ExitCode.RosterSignature, files.OptionsOfA("changed.yaml", ("roster: roster.yaml", "roster: changed.roster")));
        File.WriteAllText(Path.Combine(Cluster.Folder, "broken.roster"), roster + "colour: red\n");
        await RefusedAsync(ExitCode.RosterInvalid, files.OptionsOfA("broken.yaml", ("roster: roster.yaml", "roster: broken.roster")));
        File.WriteAllText(Path.Combine(Cluster.Folder, "broken.policy"), "version: 0\n");
        await RefusedAsync(ExitCode.PolicyInvalid, files.OptionsOfA("broken2.yaml", ("policy: policy.yaml", "policy: broken.policy")));
    }

    [Fact]
    public async Task Rejects_another_clusters_policy_though_its_administrator_is_the_same()
    {
        var policy = File.ReadAllBytes(Path.Combine(Cluster.Folder, "policy.yaml"));
        File.WriteAllBytes(Path.Combine(Cluster.Folder, "foreign.sig"), Cluster.Sign(DocumentKind.Policy, policy, default));
        await RefusedAsync(ExitCode.PolicySignature, files.OptionsOfA("foreign.yaml", ("policy.sig.yaml", "foreign.sig")));
    }

    [Fact]
    public async Task Rejects_the_identity_of_another_node_and_of_none()
    {
        var error = await RefusedAsync(ExitCode.OtherNodesIdentity, files.OptionsOfA("other.yaml", ("directory: a", "directory: b"), ("a.passphrase", "b.passphrase")));
        Assert.Contains("node b", error, StringComparison.Ordinal);
        await NodeProgram.RunAsync("init", "--directory", Path.Combine(Cluster.Folder, "stranger"), "--name", "a", "--host", "localhost", "--passphrase-file", Cluster["a"].PassphrasePath);
        await RefusedAsync(ExitCode.IdentityNotInRoster, files.OptionsOfA("stranger.yaml", ("directory: a", "directory: stranger")));
    }

    [Fact]
    public async Task Rejects_another_nodes_certificate()
    {
        var copy = files.CopyOf("a", "certificate");
        foreach (var file in new[] { "tls.key", "tls.crt" })
            File.Copy(Path.Combine(Cluster["b"].Directory, file), Path.Combine(copy, file), overwrite: true);
        var error = await RefusedAsync(ExitCode.TlsKeyNotPinned, files.OptionsOfA("certificate.yaml", ("directory: a", "directory: certificate")));
        Assert.Contains(Cluster.Roster.Nodes.First(n => n.Name == "a").TlsPins[0].ToString(), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_own_certificates_that_are_expired_foreign_or_without_their_key()
    {
        using var foreign = new TestAuthority(Cluster.Folder, "foreign");
        await RefusedAsync(ExitCode.TlsCertificate, files.OptionsOfA("authority.yaml", ("authority.pem", "foreign.pem")));

        var copy = files.CopyOf("a", "expired");
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(copy, "tls.key")));
        using var expired = Cluster.Authority.IssueExpired("a", key);
        File.WriteAllText(Path.Combine(copy, "tls.crt"), expired.ExportCertificatePem());
        var config = files.OptionsOfA("expired.yaml", ("directory: a", "directory: expired"));
        Assert.Contains("clock", await RefusedAsync(ExitCode.TlsCertificate, config), StringComparison.Ordinal);

        File.Copy(Path.Combine(Cluster["b"].Directory, "tls.key"), Path.Combine(copy, "tls.key"), overwrite: true);
        await RefusedAsync(ExitCode.TlsCertificate, config);
    }

    [Fact]
    public async Task Rejects_a_port_that_is_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        files.CopyOf("a", "port");
        var error = await RefusedAsync(ExitCode.CannotListen, files.OptionsOfA("port.yaml", ("directory: a", "directory: port"), (Cluster["a"].Address, listener.LocalEndpoint.ToString()!)));
        Assert.Contains(listener.LocalEndpoint.ToString()!, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_databases_that_are_missing_damaged_newer_in_use_or_another_nodes()
    {
        var node = Cluster["c"];
        await node.StartAsync();
        await RefusedAsync(ExitCode.StoreInUse, node.ConfigPath);
        Assert.Equal(0, await node.StopAsync());
        await Cluster["b"].StartAsync();
        Assert.Equal(0, await Cluster["b"].StopAsync());

        var store = Path.Combine(node.Directory, "node.db");
        var good = File.ReadAllBytes(store);
        File.Copy(Path.Combine(Cluster["b"].Directory, "node.db"), store, overwrite: true);
        await RefusedAsync(ExitCode.StoreOtherNode, node.ConfigPath);

        var newer = (byte[])good.Clone();
        BinaryPrimitives.WriteInt32BigEndian(newer.AsSpan(60), 1_000); // user_version in SQLite's file header
        File.WriteAllBytes(store, newer);
        await RefusedAsync(ExitCode.StoreNewerVersion, node.ConfigPath);

        File.WriteAllBytes(store, good[..(good.Length / 2)]);
        await RefusedAsync(ExitCode.StoreDamaged, node.ConfigPath);

        File.Delete(store);
        await RefusedAsync(ExitCode.StoreMissing, node.ConfigPath);
        Assert.False(File.Exists(store));

        File.WriteAllBytes(store, good);
        await node.StartAsync();
        Assert.Equal(0, await node.StopAsync());
    }

    [Fact]
    public async Task Rejects_to_run_unhardened_where_hardening_is_required()
    {
        var info = NodeProgram.StartInfo("run", "--config", files.OptionsOfA("hard.yaml", ("hardening: warn", "hardening: require")));
        info.Environment.Remove("DOTNET_EnableDiagnostics");
        using var process = System.Diagnostics.Process.Start(info)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((int)ExitCode.HardeningRefused, process.ExitCode);
        Assert.Contains("diagnostics-off", error, StringComparison.Ordinal);
        Assert.Contains("DOTNET_EnableDiagnostics=0", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_reports_as_table_and_json()
    {
        var (code, output, _) = await NodeProgram.RunAsync("doctor", "--config", Cluster["a"].ConfigPath, "--output", "json");
        var checks = System.Text.Json.JsonSerializer.Deserialize<List<Dictionary<string, string>>>(output)!;
        Assert.Equal(0, code);
        Assert.All(checks, c => Assert.NotEqual("failed", c["outcome"]));
        foreach (var name in new[] { "locked-memory", "not-dumpable", "no-core-files", "diagnostics-off", "clock", "tls", "identity", "documents", "seal", "secrets" })
            Assert.Contains(checks, c => c["check"] == name);
        var (_, table, _) = await NodeProgram.RunAsync("doctor");
        Assert.Contains("ok      locked-memory", table, StringComparison.Ordinal);
    }
}
