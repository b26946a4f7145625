using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Keys move to other nodes and thresholds, and stay the keys they are (P10).</summary>
[Collection(SharedRotation.Name)]
[Trait("tier", "rotation")]
public class ReshareTests(RotationCluster rotation)
{
    private TestCluster Cluster => rotation.Cluster;

    [Fact]
    public async Task P10_Two_of_three_become_three_of_five_and_any_three_sign()
    {
        string[] all = ["a", "b", "c", "d", "e"];
        SigningKey[] keys = [.. await rotation.CreateAsync(KeySuite.Ed25519, 2), .. await rotation.CreateAsync(KeySuite.EcdsaSecp256k1, 1)];
        await rotation.CompleteAsync(await rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(keys), new() { Threshold = 3, Nodes = all }));
        foreach (var key in keys)
        {
            await rotation.InUseAsync(key, 1, all);
            foreach (var node in (string[])["a", "b", "c"])
                await rotation.ErasedAsync(key, 0, node);
            await EveryQuorum.SignsAsync(Cluster, key, 3, all);
        }
        await TwoCannotAsync(keys);

        // On to two of three newcomers and one of the first: a and b are out.
        await rotation.CompleteAsync(await rotation.Administrator.ComposeReshareAsync(
            RotationCluster.Select(keys), new() { Threshold = 2, Nodes = ["c", "d", "e"], Dealers = ["a", "b", "c"], MayLowerThreshold = true }));
        foreach (var key in keys)
        {
            await rotation.InUseAsync(key, 2, "c", "d", "e");
            foreach (var node in all)
                await rotation.ErasedAsync(key, 1, node);
            foreach (var former in (string[])["a", "b"])
                Assert.Equal("WRONG_NODE", (await DirectRefusal.OfAsync(Cluster, former, key)).Reason);
            await EveryQuorum.SignsAsync(Cluster, key, 2, "c", "d", "e");
        }
    }

    [Fact]
    public async Task Rejects_thresholds_and_nodes_that_cannot_be()
    {
        var key = (await rotation.CreateAsync(KeySuite.Ed25519, 1))[0];
        await RejectsAsync("BAD_THRESHOLD", new() { Threshold = 4, Nodes = ["a", "b", "c"] });
        await RejectsAsync("BAD_THRESHOLD", new() { Threshold = 1, Nodes = ["a", "b", "c"] });
        await RejectsAsync("BAD_PARTICIPANTS", new() { Threshold = 2, Nodes = ["a", "a"] });
        await RejectsAsync("BAD_PARTICIPANTS", new() { Threshold = 2, Nodes = ["a", "b", "d"], Dealers = ["a", "e"] });
        var unknown = await Assert.ThrowsAsync<MpcSignerException>(() => rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = ["a", "z"] }));
        Assert.Contains("z", unknown.Message, StringComparison.Ordinal);
        await EveryQuorum.SignsAsync(Cluster, key, 2, "a", "b", "c");

        async Task RejectsAsync(string reason, ReshareTarget target)
        {
            var refused = await Assert.ThrowsAsync<MpcSignerException>(() => rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), target));
            Assert.Equal(reason, refused.Reason);
        }
    }

    private async Task TwoCannotAsync(SigningKey[] keys)
    {
        string[] away = ["c", "d", "e"];
        foreach (var node in away)
            await Cluster[node].KillAsync();
        await using (var client = MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = "a", SigningTimeout = TimeSpan.FromSeconds(8) }))
        {
            foreach (var key in keys)
            {
                var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) }));
                Assert.True(refused.Reason is "TOO_FEW_NODES" or "DEADLINE_EXCEEDED", $"{refused.Reason}: {refused.Message}");
            }
        }
        await Task.WhenAll(away.Select(n => Cluster[n].StartAsync()));
        await Cluster.WaitUntilReadyAsync();
    }
}
