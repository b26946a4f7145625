using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>Nodes killed, hung and restarted while clients sign: whoever is left finishes, and too few are named in time.</summary>
public class SigningCrashTests(ClusterFixture fixture, ITestOutputHelper output) : IClassFixture<ClusterFixture>
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);

    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task P5_Signing_goes_on_while_each_node_in_turn_is_killed_and_restarted()
    {
        var key = await Keys.RawAsync(Cluster);
        using var stop = new CancellationTokenSource();
        var signers = Enumerable.Range(0, 3).Select(i => SignAllTheTimeAsync(key, i, stop.Token)).ToList();
        foreach (var victim in (string[])["c", "a", "b"])
        {
            await Task.Delay(500);
            await Cluster[victim].KillAsync();
            await Task.Delay(1_000);
            await Cluster[victim].StartAsync();
            await Cluster.WaitUntilReadyAsync();
            await SignsWithAsync(key, victim);
        }
        await stop.CancelAsync();
        var runs = await Task.WhenAll(signers);
        var slowest = runs.Max(r => r.Slowest);
        output.WriteLine($"{runs.Sum(r => r.Count)} signatures while three nodes were killed and restarted; the slowest took {slowest.TotalMilliseconds:0} ms");
        Assert.All(runs, r => Assert.True(r.Count > 5, $"a client made {r.Count} signatures only"));
        Assert.True(slowest < AnswerLimit, $"a signature took {slowest}");
    }

    [Fact]
    public async Task Names_the_nodes_that_are_down_within_the_deadline()
    {
        var key = await Keys.RawAsync(Cluster);
        await Cluster["b"].KillAsync();
        await Cluster["c"].KillAsync();
        await RejectsAsync(() => SignAsync(key), ["b", "c"]);
        await using var client = Client("a");
        await RejectsAsync(() => client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 }), ["b", "c"]);
        await Task.WhenAll(Cluster["b"].StartAsync(), Cluster["c"].StartAsync());
        await Cluster.WaitUntilReadyAsync();
        await SignAsync(key);
    }

    [Fact]
    public async Task Names_the_nodes_that_hang_within_the_deadline()
    {
        var key = await Keys.RawAsync(Cluster);
        Cluster["b"].Suspend();
        Cluster["c"].Suspend();
        try
        {
            await RejectsAsync(() => SignAsync(key), ["b", "c"]);
        }
        finally
        {
            Cluster["b"].Resume();
            Cluster["c"].Resume();
        }
        await Cluster.WaitUntilReadyAsync();
        await SignAsync(key);
    }

    private static async Task RejectsAsync(Func<Task> call, string[] named)
    {
        var watch = Stopwatch.StartNew();
        var refused = await Assert.ThrowsAsync<MpcSignerException>(call);
        Assert.True(watch.Elapsed < AnswerLimit, $"answered after {watch.Elapsed}: {refused.Message}");
        Assert.True(refused.IsRetryable, refused.Message);
        Assert.Contains(refused.Reason, (string[])["TOO_FEW_NODES", "DEADLINE_EXCEEDED"]);
        var said = refused.Nodes.Where(n => n.Reason is "TOO_FEW_NODES" or "DEADLINE_EXCEEDED" or "UNREACHABLE" or "CANCELLED").Select(n => n.NodeName).ToHashSet();
        Assert.True(named.All(said.Contains), $"{refused.Message} | {string.Join("; ", refused.Nodes)}");
    }

    private MpcSignerClient Client(string preferred, int seconds = 15) => MpcSignerClient.Create(Cluster.ClientOptions() with
    {
        PreferredNode = preferred,
        SigningTimeout = TimeSpan.FromSeconds(seconds),
        CreationTimeout = TimeSpan.FromSeconds(seconds),
    });

    private async Task SignAsync(SigningKey key)
    {
        await using var client = Client("a");
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(new byte[] { 5 }) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, [5], result.Signature.Span));
    }

    /// <summary>A restarted node takes part again.</summary>
    private async Task SignsWithAsync(SigningKey key, string name)
    {
        await using var client = Client(name);
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(new byte[] { 6 }) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, [6], result.Signature.Span));
        Assert.Contains(name, result.Signers);
    }

    private async Task<(int Count, TimeSpan Slowest)> SignAllTheTimeAsync(SigningKey key, int number, CancellationToken stop)
    {
        await using var client = Client(Cluster.Nodes[number].Name, seconds: 30);
        var (count, slowest) = (0, TimeSpan.Zero);
        while (!stop.IsCancellationRequested)
        {
            byte[] message = [(byte)number, .. BitConverter.GetBytes(count)];
            var watch = Stopwatch.StartNew();
            var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(message) }, CancellationToken.None);
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, message, result.Signature.Span));
            count++;
            await Task.Delay(10, CancellationToken.None);
        }
        return (count, slowest);
    }
}
