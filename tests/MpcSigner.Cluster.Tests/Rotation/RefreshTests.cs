using System.Diagnostics;
using MpcSigner.Client;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>New shares for the same nodes while clients sign (P10).</summary>
[Collection(SharedRotation.Name)]
[Trait("tier", "rotation")]
public class RefreshTests(RotationCluster rotation, ITestOutputHelper output)
{
    private static readonly string[] Parties = ["a", "b", "c"];

    [Theory]
    [InlineData(KeySuite.Ed25519)]
    [InlineData(KeySuite.EcdsaSecp256k1)]
    public async Task P10_Signing_goes_on_while_keys_are_refreshed(KeySuite suite)
    {
        var keys = await rotation.CreateAsync(suite, 3);
        await EveryQuorum.SignsAsync(rotation.Cluster, keys[0], 2, Parties); // the nodes' code is compiled as it runs
        TimeSpan took;
        (int Count, TimeSpan Longest) before, during;
        await using (var quiet = new SteadySigner(rotation.Cluster, keys[0], "b"))
        {
            await Task.Delay(1_500);
            before = await quiet.StopAsync();
        }
        await using (var signer = new SteadySigner(rotation.Cluster, keys[0], "b"))
        {
            var watch = Stopwatch.StartNew();
            var job = await rotation.CompleteAsync(await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(keys), "a"));
            took = watch.Elapsed;
            Assert.Equal("a", job.Node);
            await Task.Delay(3_500); // the new pair setups are made meanwhile
            during = await signer.StopAsync();
        }
        await CostAsync($"cost: {suite} refresh of {keys.Count} keys, 2 of 3, one job: {took.TotalMilliseconds:0} ms; {during.Count} signatures meanwhile, the longest {during.Longest.TotalMilliseconds:0} ms"
            + $" (without a refresh {before.Longest.TotalMilliseconds:0} ms)");
        Assert.True(during.Count > 10, $"{during.Count} signatures only");

        foreach (var key in keys)
        {
            await rotation.InUseAsync(key, 1, Parties);
            foreach (var node in Parties)
                await rotation.ErasedAsync(key, 0, node);
            await EveryQuorum.SignsAsync(rotation.Cluster, key, 2, Parties);
        }
        await using var client = rotation.Cluster.NewClient();
        var shown = await client.GetKeyAsync(keys[0].Id);
        Assert.Equal((1u, true), (shown.Generation, shown.PublicKey.Span.SequenceEqual(keys[0].PublicKey.Span)));
    }

    private async Task CostAsync(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("MPCSIGNER_COSTS") is { Length: > 0 } costs)
            await File.AppendAllTextAsync(costs, line + "\n");
    }
}
