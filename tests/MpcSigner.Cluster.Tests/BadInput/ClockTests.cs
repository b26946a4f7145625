using System.Globalization;
using System.Text.RegularExpressions;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Cluster.Tests.BadInput;

/// <summary>Clocks apart: up to two minutes nobody notices; beyond that an error names both times.</summary>
public partial class ClockTests
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Clocks_one_minute_apart_work_and_five_minutes_are_named()
    {
        await using var cluster = await TestCluster.CreateAsync();
        await Task.WhenAll(cluster["a"].StartAsync(), ShiftedClock.StartAsync(cluster["b"], TimeSpan.FromMinutes(1)), cluster["c"].StartAsync());
        await cluster.WaitUntilReadyAsync(); // no node has a problem with another
        var key = await Keys.RawAsync(cluster);

        await cluster["c"].KillAsync();
        await ShiftedClock.StartAsync(cluster["c"], TimeSpan.FromMinutes(5));
        await ASignatureAsync(cluster, key, TimeSpan.Zero);

        var status = await StatusAsync(cluster);
        var view = status.Peers.First(p => p.Name == "c");
        Assert.InRange(view.ClockDifference!.Value, TimeSpan.FromMinutes(5) - Tolerance, TimeSpan.FromMinutes(5) + Tolerance);
        NamesTwoTimes(view.Problem, TimeSpan.FromMinutes(5));
        Assert.Empty(status.Peers.First(p => p.Name == "b").Problem);
        Assert.Single(cluster["a"].Log.Split('\n'), line => line.Contains("Clocks are apart", StringComparison.Ordinal)); // said once, not at every greeting

        // A creation needs all three; the answer is of the node that was asked first or of the last, whose clock is four minutes from c's.
        await using var client = MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = "a" });
        var creation = await Assert.ThrowsAsync<MpcSignerException>(() => client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3 }));
        NamesTwoTimes(creation.Message + string.Join(' ', creation.Nodes), TimeSpan.FromMinutes(4.5), TimeSpan.FromMinutes(1));

        // With b down, a and c are left, who are five minutes apart.
        await cluster["b"].KillAsync();
        var began = DateTime.UtcNow;
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => ASignatureAsync(cluster, key, TimeSpan.Zero, attempt: "a"));
        Assert.True(DateTime.UtcNow - began < TimeSpan.FromSeconds(40), "the answer came late");
        Assert.True(refused.IsRetryable);
        var ofC = refused.Nodes.First(n => n.NodeName == "c");
        NamesTwoTimes(ofC.Message, TimeSpan.FromMinutes(5));
        await cluster["c"].KillAsync(); // a client whose clock is ahead would agree with it
        await ShiftedClock.StartAsync(cluster["b"], TimeSpan.FromMinutes(1));
        await cluster.WaitForPeersAsync("a", "b");

        await ClientClocksAsync(cluster, key);
    }

    private static async Task ClientClocksAsync(TestCluster cluster, SigningKey key)
    {
        await ASignatureAsync(cluster, key, TimeSpan.FromMinutes(1));
        await ASignatureAsync(cluster, key, TimeSpan.FromMinutes(-1));
        var early = await Assert.ThrowsAsync<MpcSignerException>(() => ASignatureAsync(cluster, key, TimeSpan.FromMinutes(4), attempt: "a"));
        Assert.Equal("CLOCK_SKEW", early.Reason);
        NamesTwoTimes(early.Message, TimeSpan.FromMinutes(4));
        var late = await Assert.ThrowsAsync<MpcSignerException>(() => ASignatureAsync(cluster, key, TimeSpan.FromMinutes(-15), attempt: "a"));
        Assert.Equal("REQUEST_EXPIRED", late.Reason);
        NamesTwoTimes(late.Message, TimeSpan.FromMinutes(5)); // ten minutes of life, five too late
    }

    /// <param name="attempt">The node to ask first, with little time for others; null for any.</param>
    private static async Task ASignatureAsync(TestCluster cluster, SigningKey key, TimeSpan clock, string? attempt = null)
    {
        await using var client = MpcSignerClient.Create(cluster.ClientOptions() with { Time = new ShiftedClock(clock), PreferredNode = attempt, SigningTimeout = TimeSpan.FromSeconds(20) });
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(new byte[] { 9 }) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, [9], result.Signature.Span));
    }

    private static async Task<NodeState> StatusAsync(TestCluster cluster)
    {
        NodeState? state = null;
        await Wait.UntilAsync(async () =>
        {
            await using var client = cluster.NewClient();
            state = (await client.GetStatusAsync()).First(s => s.Node.Name == "a");
            return state.Peers.Any(p => p.Name == "c" && p.Problem.Length > 0);
        }, TimeSpan.FromSeconds(15), () => $"node a has no problem with c's clock: {string.Join("; ", state?.Peers ?? [])}");
        return state!;
    }

    private static void NamesTwoTimes(string message, TimeSpan apart, TimeSpan? within = null)
    {
        var tolerance = within ?? Tolerance;
        var times = Iso().Matches(message).Select(m => DateTime.Parse(m.Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)).ToList();
        Assert.True(times.Count >= 2, $"two times should be named: {message}");
        Assert.InRange((times[0] - times[1]).Duration(), apart - tolerance, apart + tolerance);
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Iso();
}
