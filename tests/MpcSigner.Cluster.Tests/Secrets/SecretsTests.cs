using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Node.Start;
using Xunit;

namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>
/// P6 and the promise behind it: after a hundred signatures the secrets of a node lie in its locked memory and nowhere else. Hardening is off, so that the kernel
/// dumps the process; what the test looks for it knows from the node's own sealed files.
/// </summary>
/// <remarks>
/// What may be found, and where:
/// <list type="bullet">
/// <item>shares, sealing key and identity seed, once each, as they are, in locked regions (VmFlags "lo"), which no core contains: they are in use;</item>
/// <item>the passphrase in the operator's own file, which lies outside the node's folder and is the source it was read from.</item>
/// </list>
/// The TLS key is not looked for: OpenSSL keeps it on its heap. It opens connections, and neither signs nor opens a share.
/// </remarks>
public class SecretsTests(ITestOutputHelper output)
{
    private const int Signatures = 100;
    private const int Aborts = 2;
    private static readonly TimeSpan BetweenAborts = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DeathLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>Planted in each process's environment, in every form that is looked for: what does not find it finds nothing.</summary>
    private readonly Secret _marker = new("marker", NonZero(32));

    [Fact]
    public async Task P6_Secrets_lie_in_locked_memory_and_nowhere_else()
    {
        await using var cluster = await TestCluster.CreateAsync(hardening: "off");
        await Task.WhenAll(cluster.Nodes.Select(n => StartDumpableAsync(cluster, n)));
        await cluster.WaitUntilReadyAsync();
        var keys = await SignAsync(cluster);
        await Task.Delay(Quiet);
        foreach (var node in cluster.Nodes)
        {
            var known = await KnownSecrets.OfAsync(cluster, node, keys);
            var finder = new Finder(known.All.Append(_marker).Append(Control(cluster, node)).SelectMany(Forms.Of).Concat(Texts(node)));
            SearchLive(node, known, finder);
            await SearchCoreAsync(cluster, node, finder);
            SearchFiles(cluster, node, finder);
        }
    }

    private async Task<SigningKey[]> SignAsync(TestCluster cluster)
    {
        var (raw, solana) = (await Keys.RawAsync(cluster), await Keys.SolanaAsync(cluster));
        for (var i = 0; i < Signatures; i++)
        {
            // Every node coordinates some, so that every node opens both shares.
            await using var client = MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = cluster.Nodes[i % cluster.Nodes.Count].Name });
            await client.SignAsync(i / cluster.Nodes.Count % 2 == 0
                ? new() { KeyId = raw.Id, Payload = SigningPayload.Raw(BitConverter.GetBytes(i)) }
                : new() { KeyId = solana.Id, Payload = SigningPayload.SolanaTransaction(Keys.Transfer(solana, (ulong)i + 1)) });
        }
        return [raw, solana];
    }

    private void SearchLive(TestNode node, KnownNode known, Finder finder)
    {
        var regions = ProcessMemory.Regions(node.ProcessId);
        var locked = regions.Where(r => r.IsLocked).ToList();
        Assert.NotEmpty(locked);
        Assert.All(locked, r => Assert.False(r.IsInCores, $"a locked region goes into cores: {r}"));
        var inside = ProcessMemory.Search(node.ProcessId, locked, finder);
        foreach (var secret in known.Kept)
        {
            // Found, so that the values looked for are the true ones; once, so that no copy was left behind.
            var copies = inside.Count(f => f.Form.Value == secret.Name && f.Form.Encoding == "raw");
            Assert.True(copies == 1, $"node {node.Name}: {copies} copies of the {secret.Name} in locked memory");
        }
        Nothing(node, "locked memory", inside.Where(f => known.Wiped.Any(s => s.Name == f.Form.Value)));
        var outside = ProcessMemory.Search(node.ProcessId, regions.Where(r => !r.IsLocked), finder);
        Contains(node, outside, "memory outside");
        Nothing(node, "memory that is not locked", outside.Where(IsSecret));
        output.WriteLine($"node {node.Name}: {locked.Sum(r => r.End - r.Start) >> 10} KiB locked, {regions.Where(r => r.IsReadable && !r.IsLocked).Sum(r => r.End - r.Start) >> 20} MiB mapped besides");
    }

    private async Task SearchCoreAsync(TestCluster cluster, TestNode node, Finder finder)
    {
        if (CoreFile.GoesToAProgram)
        {
            // The same pages were read above from the living process; only the kernel's own choice of them is not shown here.
            output.WriteLine($"node {node.Name}: the kernel gives cores to a program ({CoreFile.Pattern}); set kernel.core_pattern=core to have them searched");
            return;
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
        var core = CoreFile.Find(WorkingDirectory(cluster, node), process.Id, since);
        Assert.True(core is not null, $"no core of node {node.Name}; pattern {CoreFile.Pattern}");
        var finds = finder.InFile(core);
        output.WriteLine($"node {node.Name}: core of {new FileInfo(core).Length >> 20} MiB");
        Contains(node, finds, "the core");
        foreach (var form in Forms.Of(_marker).Where(IsPlanted))
            Assert.True(finds.Any(f => f.Form.Value == form.Value && f.Form.Encoding == form.Encoding), $"the control in form '{form.Encoding}' was not found in the core");
        Nothing(node, "the core", finds.Where(IsSecret));
        File.Delete(core);
    }

    private void SearchFiles(TestCluster cluster, TestNode node, Finder finder)
    {
        var log = finder.In(System.Text.Encoding.UTF8.GetBytes(node.Log), "the log");
        Assert.Contains(log, f => f.Form.Value == "nid" && f.Form.Encoding == "hex, lower case");
        string[] folders = [node.Directory, WorkingDirectory(cluster, node), TemporaryDirectory(cluster, node)];
        var files = folders.SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories)).ToList();
        var finds = files.SelectMany(finder.InFile).Concat(log).ToList();
        Assert.Contains(finds, f => f.Place.StartsWith(new NodeDirectory(node.Directory).Store, StringComparison.Ordinal) && f.Form.Value == "nid" && f.Form.Encoding == "raw");
        Nothing(node, "its files and log", finds.Where(IsSecret));
    }

    /// <summary>The ordinary heap is in view: the node's own id as bytes and as text, and the path of its folder.</summary>
    private static void Contains(TestNode node, List<Find> finds, string where)
    {
        foreach (var (value, encoding) in ((string, string)[])[("nid", "raw"), ("folder", "UTF-16"), ("marker", "raw")])
            Assert.True(finds.Any(f => f.Form.Value == value && f.Form.Encoding == encoding), $"node {node.Name}: the control {value} ({encoding}) was not found in {where}");
    }

    private static bool IsSecret(Find find) => find.Form.Value is not ("marker" or "nid" or "folder");

    private static void Nothing(TestNode node, string where, IEnumerable<Find> finds)
    {
        var list = finds.ToList();
        Assert.True(list.Count == 0, $"node {node.Name}: {list.Count} finds in {where}:\n{string.Join('\n', list.Take(40))}");
    }

    private static Secret Control(TestCluster cluster, TestNode node) => new("nid", cluster.Roster.Nodes.First(n => n.Name == node.Name).Nid.ToArray());

    private static IEnumerable<Form> Texts(TestNode node) => [new("folder", "UTF-16", System.Text.Encoding.Unicode.GetBytes(node.Directory))];

    private static string WorkingDirectory(TestCluster cluster, TestNode node) => Path.Combine(cluster.Folder, $"work-{node.Name}");

    private static string TemporaryDirectory(TestCluster cluster, TestNode node) => Path.Combine(cluster.Folder, $"tmp-{node.Name}");

    /// <summary>Cores of any size, a folder of its own for them and for temporary files, and the marker in the environment: raw bytes, which only a shell can put there.</summary>
    private Task StartDumpableAsync(TestCluster cluster, TestNode node)
    {
        Directory.CreateDirectory(WorkingDirectory(cluster, node));
        Directory.CreateDirectory(TemporaryDirectory(cluster, node));
        return node.StartAsync(info =>
        {
            var markers = Forms.Of(_marker).Where(IsPlanted).Select((form, i) => $"export MARKER{i}=$'{string.Concat(form.Pattern.Select(b => $"\\x{b:x2}"))}'");
            var own = info.ArgumentList.ToList();
            info.ArgumentList.Clear();
            info.ArgumentList.Add("-c");
            info.ArgumentList.Add($"ulimit -c unlimited; {string.Join("; ", markers)}; exec \"$0\" \"$@\"");
            info.ArgumentList.Add(info.FileName);
            own.ForEach(info.ArgumentList.Add);
            info.FileName = "/bin/bash";
            info.WorkingDirectory = WorkingDirectory(cluster, node);
            info.Environment["TMPDIR"] = TemporaryDirectory(cluster, node);
        });
    }

    /// <summary>A variable of the environment ends at a zero; limbs and UTF-16 have some. That they are found, the finder's own test shows.</summary>
    private static bool IsPlanted(Form form) => !form.Pattern.Contains((byte)0);

    [Fact]
    public void Every_form_of_a_value_is_found_wherever_it_stands()
    {
        var forms = Forms.Of(_marker).ToList();
        var finder = new Finder(forms);
        foreach (var form in forms)
        {
            // Across the border of two chunks, and at the very end.
            foreach (var before in (int[])[0, 3, (8 << 20) - 5])
            {
                using var stream = new MemoryStream([.. new byte[before], .. form.Pattern]);
                Assert.Contains(finder.In(stream, "here"), f => f.Form == form && f.Offset == before);
            }
        }
    }

    private static byte[] NonZero(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        for (var i = 0; i < length; i++)
            bytes[i] = bytes[i] == 0 ? (byte)1 : bytes[i];
        return bytes;
    }
}
