using System.Text.RegularExpressions;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A cluster of real processes whose last node cheats as it is told; nothing is made ahead, so every session that cheats is one that a test has asked for.</summary>
internal sealed partial class HostileCluster : IAsyncDisposable
{
    private readonly Dictionary<string, int> _read = [];

    private HostileCluster(TestCluster nodes) => Nodes = nodes;

    public TestCluster Nodes { get; }

    /// <summary>The node that cheats.</summary>
    public TestNode Cheater => Nodes.Nodes[^1];

    public IEnumerable<TestNode> Honest => Nodes.Nodes.SkipLast(1);

    public static async Task<HostileCluster> StartAsync(int nodes = 3)
    {
        var cluster = new HostileCluster(await TestCluster.CreateAsync(nodes));
        try
        {
            foreach (var node in cluster.Nodes.Nodes)
                File.AppendAllText(node.ConfigPath, "pools: { nonces: 0, presignatures: 0 }\n");
            cluster.Cheater.Program = NodeProgram.HostilePath;
            await Task.WhenAll(cluster.Nodes.Nodes.Select(node => node.StartAsync()));
            await cluster.Nodes.WaitUntilReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public string NameOf(NodeId nid) => Nodes.Roster.Nodes.First(node => node.Nid == nid).Name;

    public MpcSignerClient ClientAt(TestNode coordinator) =>
        MpcSignerClient.Create(Nodes.ClientOptions() with { PreferredNode = coordinator.Name, SigningTimeout = TimeSpan.FromSeconds(40) });

    /// <summary>Lets the node cheat from its next step on, and forgets what was seen before.</summary>
    public async Task BeginAsync(string cheat)
    {
        foreach (var node in Honest)
            _read[node.Name] = (await NodeLog.ReadAsync(Nodes, node)).Count;
        File.Delete(DonePath);
        Want(cheat);
    }

    /// <summary>The node is honest again. A cheat that was never done fails the test.</summary>
    /// <returns>Whom it was done to, each once, by name.</returns>
    public IReadOnlyList<string> End()
    {
        Want("");
        Assert.True(File.Exists(DonePath), $"the cheat was not done\n{Nodes.Logs}");
        return [.. File.ReadAllLines(DonePath).Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])
            .Select(done => NodeId.TryParse(done, out var nid) ? NameOf(nid) : done).Distinct().Order()];
    }

    private string DonePath => Path.Combine(Cheater.Directory, "cheat.done");

    /// <summary>In one step: the node reads the file whenever it likes.</summary>
    private void Want(string cheat)
    {
        var path = Path.Combine(Cheater.Directory, "cheat.txt");
        File.WriteAllText(path + ".new", cheat);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Whom honest nodes blame since the cheat began: accuser, accused, fault.</summary>
    public async Task<IReadOnlyList<Blame>> BlamesAsync()
    {
        List<Blame> blames = [];
        foreach (var node in Honest)
        {
            foreach (var entry in (await NodeLog.ReadAsync(Nodes, node)).Skip(_read[node.Name]).Where(entry => entry.Kind == AuditKind.PeerFault))
            {
                var text = System.Text.Encoding.UTF8.GetString(entry.Detail.Span);
                var match = Accusation().Match(text);
                Assert.True(match.Success && Enum.TryParse<FaultKind>(match.Groups[2].Value, out _), $"no accusation: {text}");
                blames.Add(new(node.Name, match.Groups[1].Value, Enum.Parse<FaultKind>(match.Groups[2].Value)));
            }
        }
        return blames;
    }

    /// <summary>What a node's database says of its pair setups with the cheater.</summary>
    public Task<PairRow?> PairAsync(TestNode node) => NodeLog.WithStoreAsync(Nodes, node, async store =>
    {
        // A copy's own start, which counts in the copy only.
        var state = await store.BeginInstanceAsync(new(new byte[InstanceId.Size]), CancellationToken.None);
        return state.Pairs.GetValueOrDefault(Nodes.Roster.Nodes.First(other => other.Name == Cheater.Name).Nid);
    });

    /// <summary>Keys that the honest nodes know, as each of them says.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        List<string> keys = [];
        foreach (var node in Honest)
            keys.AddRange((await CrashedCluster.KeysAsync(Nodes, node.Name)).Select(key => $"{node.Name} {key.Key} {key.Value.State}"));
        return [.. keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>As an operator readmits a node that was excluded.</summary>
    public async Task RestartAsync(params IEnumerable<TestNode> nodes)
    {
        foreach (var node in nodes)
        {
            await node.StopAsync();
            await node.StartAsync();
        }
        await Nodes.WaitUntilReadyAsync();
    }

    public ValueTask DisposeAsync() => Nodes.DisposeAsync();

    [GeneratedRegex(@"^(\S+) \(party \d+\): (\w+) in ")]
    private static partial Regex Accusation();
}

/// <summary>A verdict in a node's log.</summary>
internal sealed record Blame(string By, string Of, FaultKind Kind);
