using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Signatures;
using MpcSigner.Node.Commands;
using Xunit;

namespace MpcSigner.Cluster.Tests.BadInput;

/// <summary>Nodes that were given what is another's: each refuses to start, says why, and ends with its own exit code.</summary>
public class StartTests(ClusterFiles files) : IClassFixture<ClusterFiles>
{
    private readonly TestCluster _cluster = files.Cluster;

    [Fact]
    public async Task Rejects_what_belongs_to_another_node_or_to_nobody()
    {
        await RejectsAsync(ExitCode.OtherNodesIdentity, ["is that of node a", "name b"], (config, folder) => config.Replace("name: a\n", "name: b\n", StringComparison.Ordinal));
        await RejectsAsync(ExitCode.TlsKeyNotPinned, ["the roster pins", "node a"], (config, folder) => With(config, folder, own =>
        {
            File.Copy(Path.Combine(_cluster["b"].Directory, "tls.crt"), Path.Combine(own, "tls.crt"), overwrite: true);
            File.Copy(Path.Combine(_cluster["b"].Directory, "tls.key"), Path.Combine(own, "tls.key"), overwrite: true);
        }));
        await RejectsAsync(ExitCode.TlsCertificate, ["do not belong together"], (config, folder) => With(config, folder, own =>
            File.Copy(Path.Combine(_cluster["b"].Directory, "tls.crt"), Path.Combine(own, "tls.crt"), overwrite: true)));
        await RejectsAsync(ExitCode.TlsCertificate, ["valid from"], (config, folder) => With(config, folder, own => Replace(own, certificate =>
            ForeignCertificates.WithDates(_cluster, certificate, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddMinutes(-1)))));
        await RejectsAsync(ExitCode.TlsCertificate, ["does not come from the configured authority"], (config, folder) => With(config, folder, own => Replace(own, ForeignCertificates.OfAnotherAuthority)));
        await RejectsAsync(ExitCode.WrongPassphrase, ["passphrase is not the one"], (config, folder) => config.Replace("a.passphrase", "b.passphrase", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nid", "nid: ")]
    [InlineData("name", "has the name")]
    [InlineData("identity_key", "the same key is listed already")]
    [InlineData("tls_pins", "the same TLS key is pinned already")]
    [InlineData("address", "another node has this address")]
    public async Task Rejects_a_roster_that_gives_two_nodes_one(string what, string says)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_cluster.Folder, $"same-{what}")).FullName;
        var first = _cluster.Roster.Nodes[0];
        var second = _cluster.Roster.Nodes[1];
        var (old, @new) = what switch
        {
            "nid" => (second.Nid.ToString(), first.Nid.ToString()),
            "name" => ($"name: \"{second.Name}\"", $"name: \"{first.Name}\""),
            "identity_key" => (Convert.ToHexStringLower(second.IdentityKey.Span), Convert.ToHexStringLower(first.IdentityKey.Span)),
            "tls_pins" => (second.TlsPins[0].ToString(), first.TlsPins[0].ToString()),
            _ => (second.Address, first.Address),
        };
        var roster = await File.ReadAllTextAsync(Path.Combine(_cluster.Folder, "roster.yaml"));
        Assert.Contains(old, roster, StringComparison.Ordinal);
        var bytes = System.Text.Encoding.UTF8.GetBytes(roster.Replace(old, @new, StringComparison.Ordinal));
        var cluster = new ClusterId(System.Security.Cryptography.SHA256.HashData(bytes));
        await File.WriteAllBytesAsync(Path.Combine(folder, "roster.yaml"), bytes);
        await File.WriteAllBytesAsync(Path.Combine(folder, "roster.sig.yaml"), _cluster.Sign(DocumentKind.Roster, bytes, cluster));

        await RejectsAsync(ExitCode.RosterInvalid, [says], (config, _) => config
            .Replace("roster: roster.yaml", $"roster: {folder}/roster.yaml", StringComparison.Ordinal)
            .Replace("roster_signature: roster.sig.yaml", $"roster_signature: {folder}/roster.sig.yaml", StringComparison.Ordinal));
    }

    /// <summary>Starts node a with changed options; it must end by itself with that code, saying those things.</summary>
    private async Task RejectsAsync(ExitCode code, string[] says, Func<string, string, string> change)
    {
        var id = Guid.NewGuid().ToString("N");
        var config = change(await File.ReadAllTextAsync(_cluster["a"].ConfigPath), Path.Combine(_cluster.Folder, id));
        var path = Path.Combine(_cluster.Folder, $"{id}.yaml");
        await File.WriteAllTextAsync(path, config);
        var (exit, output, error) = await NodeProgram.RunAsync("run", "--config", path);
        Assert.True((ExitCode)exit == code, $"ended with {(ExitCode)exit}, not {code}: {error}");
        Assert.DoesNotContain("listening", output, StringComparison.Ordinal);
        foreach (var said in says)
            Assert.Contains(said, error, StringComparison.Ordinal);
    }

    /// <summary>Options that name a copy of node a's folder, changed.</summary>
    private string With(string config, string folder, Action<string> change)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(_cluster["a"].Directory))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        change(folder);
        return config.Replace("directory: a\n", $"directory: {folder}\n", StringComparison.Ordinal);
    }

    private static void Replace(string folder, Func<System.Security.Cryptography.X509Certificates.X509Certificate2, System.Security.Cryptography.X509Certificates.X509Certificate2> by)
    {
        var path = Path.Combine(folder, "tls.crt");
        using var own = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(path, Path.Combine(folder, "tls.key"));
        using var replaced = by(own);
        File.WriteAllText(path, replaced.ExportCertificatePem());
    }
}
