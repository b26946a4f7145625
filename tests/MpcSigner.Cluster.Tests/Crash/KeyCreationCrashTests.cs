using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>SIGKILL during key creation (P5, P10): a key is usable everywhere or nowhere, and PENDING is visible in between.</summary>
public class KeyCreationCrashTests(ClusterFixture fixture, ITestOutputHelper output) : IClassFixture<ClusterFixture>
{
    private const int BatchSize = 40;

    /// <summary>Kills, spread over a creation from its first message to its answer; each node is the victim in turn.</summary>
    private const int Kills = 9;

    /// <summary>Creations that are watched for a PENDING key, at most.</summary>
    private const int Attempts = 20;

    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task P10_A_node_killed_at_any_point_of_a_creation_leaves_keys_active_everywhere_or_nowhere()
    {
        await using var client = Client("a");
        await CreateAsync(client, "warm"); // the first run compiles
        var watch = Stopwatch.StartNew();
        await CreateAsync(client, "timed");
        var whole = watch.Elapsed;

        var outcomes = new List<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var label = $"kill-{kill}";
            var victim = Cluster.Nodes[kill % Cluster.Nodes.Count];
            var delay = whole * ((kill + 0.5) / Kills);
            var creation = TryCreateAsync(client, label);
            await Task.Delay(delay);
            await victim.KillAsync();
            await victim.StartAsync();
            var keys = await CrashedCluster.SettledAsync(Cluster);
            var made = keys.Values.Count(k => k.Label.StartsWith(label + ".", StringComparison.Ordinal));
            var answered = await creation;
            outcomes.Add($"{victim.Name} at {delay.TotalMilliseconds:0} of {whole.TotalMilliseconds:0} ms: {made} keys, client {(answered is null ? "got them" : answered)}");
            Assert.True(made is 0 or BatchSize, $"part of a batch: {outcomes[^1]}");
            Assert.True(answered is not null || made == BatchSize, $"the client was given keys that are not everywhere: {outcomes[^1]}");
        }
        foreach (var line in outcomes)
            output.WriteLine(line);

        // What is there signs, and with the node that was killed last.
        var last = Cluster.Nodes[(Kills - 1) % Cluster.Nodes.Count].Name;
        var any = (await CrashedCluster.SettledAsync(Cluster)).Keys.First();
        await using var lastClient = Client(last);
        var result = await lastClient.SignAsync(new() { KeyId = any, Payload = SigningPayload.Raw(new byte[] { 1 }) });
        Assert.True(Ed25519Signature.Verify(result.Key.PublicKey.Span, [1], result.Signature.Span));
        Assert.Contains(last, result.Signers);
    }

    [Fact]
    public async Task P10_A_key_that_not_all_have_acknowledged_is_shown_as_pending_until_it_is_decided()
    {
        var slow = Cluster["c"];
        await using var client = Client("a");
        using var a = new DirectCaller(Cluster, Cluster["a"], Cluster.ClientCertificate);

        // A creation may be over between two looks: then the next one is watched.
        var attempt = 0;
        var creation = TryCreateAsync(client, $"pending-{attempt}");
        while (!await StopsAtPendingAsync(slow, a, creation))
        {
            Assert.True(++attempt < Attempts, $"PENDING was never visible in {attempt} creations ({await creation ?? "created"})");
            creation = TryCreateAsync(client, $"pending-{attempt}");
        }
        await slow.KillAsync();

        var pending = (await CrashedCluster.KeysAsync(a)).First(k => k.Value.State == KeyStanding.Pending).Key;
        var shown = await client.GetKeyAsync(pending);
        Assert.Equal((KeyStanding.Pending, true), (shown.Standing, shown.PublicKey.IsEmpty));
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = pending, Payload = SigningPayload.Raw(new byte[] { 1 }) }));
        Assert.Equal(("KEY_PENDING", true), (refused.Reason, refused.IsRetryable));

        // A restart forgets nothing of it.
        await Cluster["a"].KillAsync();
        await Cluster["a"].StartAsync();
        Assert.True(await CrashedCluster.HasPendingAsync(a), "PENDING was lost by a restart");
        await using (var status = Cluster.NewClient())
            Assert.True((await status.GetStatusAsync()).First(s => s.Node.Name == "a").OpenOrders > 0);

        await slow.StartAsync();
        var keys = await CrashedCluster.SettledAsync(Cluster);
        var made = keys.Values.Count(k => k.Label.StartsWith($"pending-{attempt}.", StringComparison.Ordinal));
        Assert.True(made is 0 or BatchSize, $"{made} keys of {BatchSize}");
        Assert.Equal(made == BatchSize, keys.ContainsKey(pending));
        await creation;
    }

    /// <summary>Lets c run in small pieces, so that a has acknowledged long before it, and leaves it stopped once a shows a key as PENDING.</summary>
    /// <returns>False when the creation was over before that; c runs.</returns>
    private static async Task<bool> StopsAtPendingAsync(TestNode slow, DirectCaller a, Task<string?> creation)
    {
        while (!creation.IsCompleted)
        {
            slow.Suspend();
            if (await CrashedCluster.HasPendingAsync(a))
            {
                await Task.Delay(300); // an ACK of c's may be under way
                if (await CrashedCluster.HasPendingAsync(a))
                    return true;
            }
            slow.Resume();
            await Task.Delay(4);
        }
        return false;
    }

    private MpcSignerClient Client(string preferred) =>
        MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = preferred, CreationTimeout = TimeSpan.FromSeconds(10) });

    private static Task<IReadOnlyList<SigningKey>> CreateAsync(MpcSignerClient client, string label) => client.CreateKeysAsync(new()
    {
        Threshold = 2,
        Nodes = 3,
        Count = BatchSize,
        Use = KeyUse.TransactionsAndRaw,
        Labels = [.. Enumerable.Range(0, BatchSize).Select(i => $"{label}.{i}")],
    });

    /// <returns>Null when the keys were made, else why not.</returns>
    private static async Task<string?> TryCreateAsync(MpcSignerClient client, string label)
    {
        try
        {
            var keys = await CreateAsync(client, label);
            return keys.Count == BatchSize ? null : $"{keys.Count} keys";
        }
        catch (MpcSignerException e)
        {
            return $"{e.Reason}: {e.Message}";
        }
    }
}
