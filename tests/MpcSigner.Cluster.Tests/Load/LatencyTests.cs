using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Load;

/// <summary>How long one signature takes from the client's side: the first of a key, whose material is made in line, and later ones, whose material is ready.</summary>
[Collection(LoadAlone.Name)]
public class LatencyTests(ClusterFixture fixture, ITestOutputHelper output) : IClassFixture<ClusterFixture>
{
    private const int Keys = 16;

    /// <summary>For pools to be filled in the background.</summary>
    private static readonly TimeSpan Filling = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData(KeySuite.Ed25519)]
    [InlineData(KeySuite.EcdsaSecp256k1)]
    public async Task A_key_that_is_used_is_signed_with_faster(KeySuite suite)
    {
        await using var client = MpcSignerClient.Create(fixture.Cluster.ClientOptions() with { PreferredNode = "a" });
        var keys = await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Suite = suite, Count = Keys, Use = KeyUse.TransactionsAndRaw });
        // The nodes' code is compiled as it runs, and pair setups are made with the first of all.
        for (byte i = 0; i < 30; i++)
            await SignAsync(client, keys[0], i);
        var cold = new List<double>();
        foreach (var key in keys.Skip(1))
            cold.Add(await SignAsync(client, key, 100));
        await Task.Delay(Filling);
        var warm = new List<double>();
        foreach (var key in keys.Skip(1))
            warm.Add(await SignAsync(client, key, 101));
        var line = $"cost: {suite} signature, 2 of 3, one client: cold p50 {Median(cold):0.0} ms, warm p50 {Median(warm):0.0} ms, over {cold.Count} keys";
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("MPCSIGNER_COSTS") is { Length: > 0 } costs)
            await File.AppendAllTextAsync(costs, line + "\n");
        Assert.Equal(Keys - 1, cold.Count);
        Assert.True(Median(warm) < Median(cold), line);
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task<double> SignAsync(MpcSignerClient client, SigningKey key, byte digest)
    {
        var watch = Stopwatch.StartNew();
        // The client verifies the signature under the key before it gives it.
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Enumerable.Repeat((byte)(digest + 1), 32).ToArray()) });
        Assert.NotEmpty(result.Signature.ToArray());
        return watch.Elapsed.TotalMilliseconds;
    }
}
