using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Cluster.Tests;

/// <summary>Nodes that die, stop and come back under a running cluster.</summary>
public class NodeLifeTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static async Task<SigningKey> NewKeyAsync(MpcSignerClient client) =>
        Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Use = KeyUse.TransactionsAndRaw }));

    private static async Task SignAsync(MpcSignerClient client, SigningKey key, byte content)
    {
        byte[] message = [content];
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(message) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, message, result.Signature.Span));
    }

    [Fact]
    public async Task Two_sign_while_the_third_is_dead_and_it_signs_again_when_it_is_back()
    {
        await using var client = fixture.Cluster.NewClient();
        var key = await NewKeyAsync(client);
        byte content = 0;
        // Each pair signs, so that every node that was killed takes part again.
        foreach (var name in new[] { "a", "b", "c", "a" })
        {
            await fixture.Cluster[name].KillAsync();
            await SignAsync(client, key, ++content);
            await fixture.Cluster[name].StartAsync();
            await fixture.Cluster.WaitUntilReadyAsync();
        }
    }

    [Fact]
    public async Task One_node_alone_answers_in_time_and_names_the_others()
    {
        await using var client = fixture.Cluster.NewClient();
        var key = await NewKeyAsync(client);
        await fixture.Cluster["b"].KillAsync();
        await fixture.Cluster["c"].KillAsync();
        try
        {
            var watch = Stopwatch.StartNew();
            var thrown = await Assert.ThrowsAsync<MpcSignerException>(() => SignAsync(client, key, 1));
            Assert.Equal("TOO_FEW_NODES", thrown.Reason);
            Assert.Equal(["b", "c"], thrown.Nodes.Select(n => n.NodeName).Where(n => n != "a").Distinct().Order());
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
        }
        finally
        {
            await fixture.Cluster["b"].StartAsync();
            await fixture.Cluster["c"].StartAsync();
            await fixture.Cluster.WaitUntilReadyAsync();
        }
    }

    [Fact]
    public async Task A_node_that_is_asked_to_stop_ends_in_order()
    {
        var node = fixture.Cluster["c"];
        Assert.Equal(0, await node.StopAsync());
        Assert.Contains("stopped", node.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("critical", node.Log, StringComparison.Ordinal);
        await node.StartAsync();
        await fixture.Cluster.WaitUntilReadyAsync();
    }
}
