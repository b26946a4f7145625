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
    private readonly HashSet<string> _excluding = [];

    private readonly int _cheaters;

    private HostileCluster(TestCluster nodes, int cheaters) => (Nodes, _cheaters) = (nodes, cheaters);

    public TestCluster Nodes { get; }

    /// <summary>The node that cheats.</summary>
    public TestNode Cheater => Nodes.Nodes[^1];

    /// <summary>Where two cheat: the other one.</summary>
    public TestNode Accomplice => _cheaters == 2 ? Nodes.Nodes[^2] : throw new InvalidOperationException("one node cheats alone");

    public IEnumerable<TestNode> Honest => Nodes.Nodes.SkipLast(_cheaters);

    /// <param name="madeAhead">Pieces of material that are kept ready.</param>
    /// <param name="cheaters">The last one, or two.</param>
    public static async Task<HostileCluster> StartAsync(int nodes = 3, int madeAhead = 0, int cheaters = 1)
    {
        var cluster = new HostileCluster(await TestCluster.CreateAsync(nodes), cheaters);
        try
        {
            foreach (var node in cluster.Nodes.Nodes)
                File.AppendAllText(node.ConfigPath, $"pools: {{ nonces: {madeAhead}, presignatures: {madeAhead} }}\npair_setups: on_demand\n");
            foreach (var cheater in cluster.Nodes.Nodes.TakeLast(cheaters))
                cheater.Program = NodeProgram.HostilePath;
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

    public string NidOf(TestNode node) => $"{Nodes.Roster.Nodes.First(other => other.Name == node.Name).Nid}";

    public MpcSignerClient ClientAt(TestNode coordinator) => MpcSignerClient.Create(OptionsAt(coordinator));

    public MpcSignerClientOptions OptionsAt(TestNode coordinator) => Nodes.ClientOptions() with { PreferredNode = coordinator.Name, SigningTimeout = TimeSpan.FromSeconds(40) };

    /// <summary>Lets the node cheat from its next step on, and forgets what was seen before.</summary>
    /// <param name="cheat">Its name, and behind a space what it is to be done with.</param>
    /// <param name="by">Null: the cheater.</param>
    public async Task BeginAsync(string cheat, TestNode? by = null)
    {
        foreach (var node in Honest)
            _read[node.Name] = (await NodeLog.ReadAsync(Nodes, node)).Count;
        File.Delete(DoneBy(by ?? Cheater));
        Want(cheat, by);
    }

    /// <summary>The node is honest again. A cheat that was never done fails the test.</summary>
    /// <returns>Whom it was done to, each once, by name.</returns>
    public IReadOnlyList<string> End()
    {
        Want("");
        Assert.True(IsDone, $"the cheat was not done\n{Nodes.Logs}");
        return [.. Told(Cheater)
            .Select(done => NodeId.TryParse(done, out var nid) ? NameOf(nid) : done).Distinct().Order()];
    }

    /// <summary>Waits until the cheat has been done so many times.</summary>
    /// <returns>How many it is.</returns>
    public async Task<int> DoneAsync(int times, TestNode? by = null)
    {
        var done = 0;
        await Wait.UntilAsync(() =>
        {
            done = Told(by ?? Cheater).Count;
            return Task.FromResult(done >= times);
        }, TimeSpan.FromSeconds(30), () => $"the cheat was done {done} times, not {times}\n{Nodes.Logs}");
        return done;
    }

    /// <summary>Whether the cheat has been done since it began.</summary>
    public bool IsDone => File.Exists(DoneBy(Cheater));

    /// <summary>What a node says of its cheat, a line each time that it is done.</summary>
    public IReadOnlyList<string> Told(TestNode by) => !File.Exists(DoneBy(by)) ? [] : [.. File.ReadAllLines(DoneBy(by)).Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])];

    private static string DoneBy(TestNode node) => Path.Combine(node.Directory, "cheat.done");

    /// <summary>In one step: the node reads the file whenever it likes.</summary>
    /// <param name="by">Null: the cheater.</param>
    public void Want(string cheat, TestNode? by = null)
    {
        var path = Path.Combine((by ?? Cheater).Directory, "cheat.txt");
        File.WriteAllText(path + ".new", cheat);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Whom honest nodes blame since the cheat began: accuser, accused, fault.</summary>
    public async Task<IReadOnlyList<Blame>> BlamesAsync()
    {
        List<Blame> blames = [];
        foreach (var node in Honest)
        {
            foreach (var entry in (await SeenAsync(node)).Where(entry => entry.Kind == AuditKind.PeerFault))
            {
                var text = System.Text.Encoding.UTF8.GetString(entry.Detail.Span);
                var match = Accusation().Match(text);
                Assert.True(match.Success && Enum.TryParse<FaultKind>(match.Groups[2].Value, out _), $"no accusation: {text}");
                var kind = Enum.Parse<FaultKind>(match.Groups[2].Value);
                if (kind.Consequence() == Consequence.ExcludeForever && match.Groups[1].Value == Cheater.Name)
                    _excluding.Add(node.Name);
                blames.Add(new(node.Name, match.Groups[1].Value, kind));
            }
        }
        return blames;
    }

    /// <summary>A node's log since the cheat began.</summary>
    public async Task<IReadOnlyList<AuditEntry>> SeenAsync(TestNode node) => [.. (await NodeLog.ReadAsync(Nodes, node)).Skip(_read[node.Name])];

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

    /// <summary>Waits until the honest nodes know the same keys, all of them ACTIVE.</summary>
    public async Task SettledAsync()
    {
        IReadOnlyList<string> last = [];
        await Wait.UntilAsync(async () =>
        {
            last = await KeysAsync();
            var known = last.Select(key => key.Split(' ')).ToLookup(key => key[0], key => key[1]);
            return last.All(key => key.EndsWith(" Active", StringComparison.Ordinal)) && known.All(keys => keys.SequenceEqual(known.First()));
        }, TimeSpan.FromSeconds(60), () => $"keys are not the same at all honest nodes: {string.Join("; ", last)}\n{Nodes.Logs}");
    }

    /// <summary>Keys of all nodes, or of those that are named.</summary>
    public CreateKeysRequest Request(int threshold, int count = 1, KeySuite suite = KeySuite.Ed25519, params IEnumerable<TestNode> nodes)
    {
        string[] names = [.. nodes.Select(node => node.Name)];
        return new()
        {
            Threshold = threshold,
            Nodes = names.Length == 0 ? Nodes.Nodes.Count : names.Length,
            NodeNames = names.Length == 0 ? [.. Nodes.Nodes.Select(node => node.Name)] : names,
            Count = count,
            Suite = suite,
            Use = KeyUse.TransactionsAndRaw,
        };
    }

    /// <summary>At a node that has excluded the cheater its operator readmits it: from its next start on it chooses it again.</summary>
    public async Task ReadmittedAsync(TestNode node)
    {
        if (_excluding.Remove(node.Name))
            await RestartAsync(node);
    }

    /// <summary>Starts a node anew, its operator having readmitted the cheater, and waits until it chooses all others.</summary>
    public async Task RestartAsync(TestNode node)
    {
        await node.StopAsync();
        if (node.Name != Cheater.Name)
        {
            var (code, _, error) = await NodeProgram.RunAsync("peer", "readmit", "--config", node.ConfigPath, "--peer", Cheater.Name);
            Assert.True(code == 0, error);
        }
        await node.StartAsync();
        var last = "";
        await Wait.UntilAsync(async () =>
        {
            using var caller = new DirectCaller(Nodes, node, Nodes.ClientCertificate);
            var status = await caller.Status.GetStatusAsync(new(), DirectCaller.Soon);
            last = status.ToString();
            return status.Ready && status.Peers.All(peer => peer.Reachable && peer.Problem.Length == 0);
        }, TimeSpan.FromSeconds(60), () => $"node {node.Name} does not reach the others: {last}\n{Nodes.Logs}");
    }

    public ValueTask DisposeAsync() => Nodes.DisposeAsync();

    [GeneratedRegex(@"^(\S+) \(party \d+\): (\w+) in ")]
    private static partial Regex Accusation();
}

/// <summary>A verdict in a node's log.</summary>
internal sealed record Blame(string By, string Of, FaultKind Kind);
