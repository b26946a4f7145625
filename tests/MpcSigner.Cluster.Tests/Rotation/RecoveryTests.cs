using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A node that lost its shares, or holds old ones, gets them from the others and signs again.</summary>
[Collection(SharedRotation.Name)]
public class RecoveryTests(RotationCluster rotation)
{
    private static readonly string[] Parties = ["a", "b", "c"];

    private TestCluster Cluster => rotation.Cluster;

    [Fact]
    public async Task P10_A_node_whose_database_is_gone_is_recovered_and_signs()
    {
        SigningKey[] keys = [.. await rotation.CreateAsync(KeySuite.Ed25519, 2), .. await rotation.CreateAsync(KeySuite.EcdsaSecp256k1, 1)];
        await Cluster["c"].StopAsync();
        await LostStore.LoseAsync(Cluster["c"]);
        await Cluster["c"].StartAsync();
        await Cluster.WaitUntilReadyAsync();
        foreach (var key in keys)
            Assert.Equal("UNKNOWN_KEY", (await DirectRefusal.OfAsync(Cluster, "c", key)).Reason);

        // A refresh names who is missing and what to do.
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(keys)));
        Assert.Equal(("TOO_FEW_NODES", "c"), (refused.Reason, Assert.Single(refused.Nodes).NodeName));

        // All the keys that it was a party of, those of other tests too.
        var file = await rotation.Administrator.ComposeRecoveryAsync("c", null, [], thenRefresh: true);
        Assert.NotNull(file);
        foreach (var job in await rotation.Administrator.SubmitAsync(await rotation.Administrator.SignAsync(file)))
            await rotation.CompletedAsync(job);
        foreach (var key in keys)
        {
            await rotation.InUseAsync(key, 1, Parties);
            await EveryQuorum.SignsAsync(Cluster, key, 2, Parties);
        }
    }

    [Fact]
    [Trait("tier", "rotation")]
    [Trait("row", "X-backup-restore")]
    public async Task P10_A_node_from_an_older_backup_refuses_to_sign_says_why_and_is_healed()
    {
        SigningKey[] keys = [.. await rotation.CreateAsync(KeySuite.Ed25519, 1), .. await rotation.CreateAsync(KeySuite.EcdsaSecp256k1, 1)];
        var backup = Path.Combine(Cluster.Folder, "backup");
        await Cluster["c"].StopAsync();
        LostStore.BackUp(Cluster["c"], backup);
        await Cluster["c"].StartAsync();
        await Cluster.WaitUntilReadyAsync();
        await rotation.CompleteAsync(await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(keys)));
        foreach (var key in keys)
            await rotation.InUseAsync(key, 1, Parties);

        await Cluster["c"].StopAsync();
        await LostStore.RestoreAsync(Cluster["c"], backup);
        await Cluster["c"].StartAsync();
        await Cluster.WaitUntilReadyAsync();
        foreach (var key in keys)
        {
            // Its first question to a peer tells it; the others go on without it.
            await using var client = MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = "c" });
            var signed = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
            Assert.DoesNotContain("c", signed.Signers);
            await Wait.UntilAsync(async () => (await DirectRefusal.OfAsync(Cluster, "c", key)).Reason == "SHARE_BEHIND", TimeSpan.FromSeconds(20), () => $"c does not know that it is behind\n{Cluster.Logs}");
            var (_, why) = await DirectRefusal.OfAsync(Cluster, "c", key);
            Assert.Contains("generation 1", why, StringComparison.Ordinal);
        }

        await rotation.CompleteAsync((await rotation.Administrator.ComposeRecoveryAsync("c", RotationCluster.Select(keys), ["a", "b"], thenRefresh: false))!);
        foreach (var key in keys)
        {
            await rotation.InUseAsync(key, 1, Parties);
            await EveryQuorum.SignsAsync(Cluster, key, 2, Parties);
        }
    }
}
