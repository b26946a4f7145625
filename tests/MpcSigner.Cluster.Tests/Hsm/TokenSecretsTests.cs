using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Secrets;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hsm;

/// <summary>
/// What the secrets test looks for at nodes under passphrases, at one under a token: no clear share, identity seed or PIN in its files, the token's files, its log or a core.
/// </summary>
/// <remarks>
/// The values are learned afterwards: the dead node's seal is changed to a passphrase, which the test opens. The sealing key itself nobody knows: it never left the token.
/// </remarks>
[Collection(SharedHsm.Name)]
public class TokenSecretsTests(HsmCluster hsm, ITestOutputHelper output)
{
    private const int Signatures = 20;
    private const int Aborts = 2;
    private static readonly TimeSpan BetweenAborts = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DeathLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task P6_Nothing_that_a_token_sealed_lies_about_in_clear()
    {
        var seals = new Dictionary<string, TestSeal>();
        await using var cluster = await TestCluster.CreateAsync(nodes: 2, hardening: "off", seals: (name, _) =>
            seals.TryGetValue(name, out var seal) ? seal : seals[name] = hsm.Tokens.Seal($"secrets-{name}", identity: false));
        await Task.WhenAll(cluster.Nodes.Select(n => StartDumpableAsync(cluster, n)));
        await cluster.WaitUntilReadyAsync();
        await using var client = cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 2, Use = KeyUse.TransactionsAndRaw }));
        for (var i = 0; i < Signatures; i++)
            await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(BitConverter.GetBytes(i)) });

        var node = cluster["a"];
        var core = await DieAsync(cluster, node);
        await cluster["b"].KillAsync();
        var files = Copy(node.Directory, hsm.Tokens.Objects, Path.Combine(cluster.Folder, "as-it-was"));
        var known = await LearnAsync(cluster, node, key);
        var nid = new Secret("nid", cluster.Roster.Nodes.First(n => n.Name == node.Name).Nid.ToArray());
        var finder = new Finder(((IEnumerable<Secret>)[.. known.Shares, known.IdentitySeed, .. known.Derived, new("PIN", System.Text.Encoding.ASCII.GetBytes(HsmTokens.Pin)), nid]).SelectMany(Forms.Of));

        var finds = files.SelectMany(finder.InFile).Concat(finder.In(System.Text.Encoding.UTF8.GetBytes(node.Log), "the log")).ToList();
        Assert.Contains(finds, f => f.Form.Value == "nid" && f.Form.Encoding == "raw");
        Nothing(finds, "files, token and log");
        if (core is null)
        {
            output.WriteLine($"the kernel gives cores to a program ({CoreFile.Pattern}): none was searched");
            return;
        }
        var inCore = finder.InFile(core);
        Assert.Contains(inCore, f => f.Form.Value == "nid" && f.Form.Encoding == "raw");
        Nothing(inCore, "the core");
    }

    private static void Nothing(IEnumerable<Find> finds, string where)
    {
        var secrets = finds.Where(f => f.Form.Value != "nid").ToList();
        Assert.True(secrets.Count == 0, $"{secrets.Count} finds in {where}:\n{string.Join('\n', secrets.Take(20))}");
    }

    private async Task<KnownNode> LearnAsync(TestCluster cluster, TestNode node, SigningKey key)
    {
        cluster.WriteOptions(node, "off", new TestSeal([], $"passphrase: {{ file: {node.PassphrasePath} }}\nformer_hsm: {hsm.Tokens.Place($"secrets-{node.Name}", faulty: false, hsm.Tokens.PinFile, identity: false)}"));
        var (code, _, error) = await NodeProgram.RunAsync("seal", "change", "--config", node.ConfigPath, "--to", "passphrase");
        Assert.True(code == 0, error);
        return await KnownSecrets.OfAsync(cluster, node, key);
    }

    private static List<string> Copy(string node, string tokens, string to)
    {
        List<string> copies = [];
        foreach (var (folder, name) in ((string, string)[])[(node, "node"), (tokens, "tokens")])
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)))
            {
                var copy = Path.Combine(to, name, Path.GetRelativePath(folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
                copies.Add(copy);
            }
        }
        return copies;
    }

    /// <summary>Dies with a core.</summary>
    /// <returns>Its path; null where the kernel gives cores to a program.</returns>
    private static async Task<string?> DieAsync(TestCluster cluster, TestNode node)
    {
        if (CoreFile.GoesToAProgram)
        {
            await node.KillAsync();
            return null;
        }
        var since = DateTime.UtcNow.AddSeconds(-1);
        using var process = Process.GetProcessById(node.ProcessId);
        for (var i = 0; i < Aborts; i++) // the runtime swallows the first
        {
            if (i > 0)
                await Task.Delay(BetweenAborts);
            if (!process.HasExited)
                node.Signal(TestNode.SIGABRT);
        }
        await process.WaitForExitAsync().WaitAsync(DeathLimit);
        return CoreFile.Find(WorkingDirectory(cluster, node), process.Id, since) ?? throw new FileNotFoundException($"no core of node {node.Name}; pattern {CoreFile.Pattern}");
    }

    private static string WorkingDirectory(TestCluster cluster, TestNode node) => Path.Combine(cluster.Folder, $"work-{node.Name}");

    private static Task StartDumpableAsync(TestCluster cluster, TestNode node)
    {
        Directory.CreateDirectory(WorkingDirectory(cluster, node));
        return node.StartAsync(info =>
        {
            string[] own = [info.FileName, .. info.ArgumentList];
            info.ArgumentList.Clear();
            foreach (var argument in (string[])["-c", "ulimit -c unlimited; exec \"$@\"", "sh", .. own])
                info.ArgumentList.Add(argument);
            info.FileName = "/bin/sh";
            info.WorkingDirectory = WorkingDirectory(cluster, node);
        });
    }
}
