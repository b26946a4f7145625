using System.Text.RegularExpressions;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hsm;

/// <summary>Nodes whose shares are under keys in tokens do all that others do, and their keys are what is stated of them.</summary>
[Collection(SharedHsm.Name)]
public partial class TokenLifeTests(HsmCluster hsm)
{
    private static readonly string[] Parties = ["a", "b", "c"], Newcomers = ["a", "c", "d"];

    private TestCluster Cluster => hsm.Cluster;

    [Fact]
    [Trait("tier", "hsm")]
    public async Task P6_Nodes_sealed_by_tokens_sign_refresh_reshare_and_recover()
    {
        SigningKey[] keys = [.. await hsm.CreateAsync(KeySuite.Ed25519, 1), .. await hsm.CreateAsync(KeySuite.EcdsaSecp256k1, 1)];
        foreach (var key in keys)
            await EveryQuorum.SignsAsync(Cluster, key, 2, Parties);

        await hsm.CompleteAsync(await hsm.Administrator.ComposeRefreshAsync(RotationCluster.Select(keys)));
        foreach (var key in keys)
            await hsm.InUseAsync(key, 1, Parties);
        await hsm.CompleteAsync(await hsm.Administrator.ComposeReshareAsync(RotationCluster.Select(keys), new() { Threshold = 2, Nodes = Newcomers }));
        foreach (var key in keys)
        {
            await hsm.InUseAsync(key, 2, Newcomers);
            await EveryQuorum.SignsAsync(Cluster, key, 2, Newcomers);
        }

        // The disk is lost, the token stands beside it: what was under its key comes back from the others.
        await Cluster["a"].StopAsync();
        await LostStore.LoseAsync(Cluster["a"]);
        await hsm.StartAsync(Cluster["a"]);
        await Cluster.WaitUntilReadyAsync();
        foreach (var key in keys)
            Assert.Equal("UNKNOWN_KEY", (await DirectRefusal.OfAsync(Cluster, "a", key)).Reason);
        foreach (var job in await hsm.Administrator.SubmitAsync(await hsm.Administrator.SignAsync((await hsm.Administrator.ComposeRecoveryAsync("a", null, [], thenRefresh: true))!)))
            await hsm.CompletedAsync(job);
        foreach (var key in keys)
        {
            await hsm.InUseAsync(key, 3, Newcomers);
            await EveryQuorum.SignsAsync(Cluster, key, 2, Newcomers);
        }
    }

    /// <summary>As OpenSC's tool reads them: nothing of ours between.</summary>
    [Fact]
    public void P6_Keys_in_tokens_are_sensitive_local_and_never_extractable()
    {
        foreach (var node in Cluster.Nodes)
        {
            var objects = Paragraphs().Split(HsmTokens.ObjectsOf(node.Name)).Where(o => o.Contains("label:", StringComparison.Ordinal)).ToList();
            var secret = objects.Where(o => o.StartsWith("Secret Key Object", StringComparison.Ordinal)).ToList();
            var signing = objects.Where(o => o.StartsWith("Private Key Object", StringComparison.Ordinal)).ToList();
            Assert.Contains("AES length 32", Assert.Single(secret), StringComparison.Ordinal);
            Assert.Equal(node.Name == "c" ? 0 : 1, signing.Count);
            foreach (var key in secret.Concat(signing))
                Assert.Matches("Access: +sensitive, always sensitive, never extractable, local", key);
            // Sealing and nothing else: no wrapping, by which another key could leave the token under it.
            Assert.Matches("Usage: +encrypt, decrypt\n", secret[0]);
            Assert.All(signing, key => Assert.Matches("Usage: +sign\n", key));
            Assert.True(objects.Count == secret.Count + (2 * signing.Count), $"token of {node.Name} holds more than is stated:\n{string.Join('\n', objects)}");
        }
    }

    /// <summary>Two nodes at one token would have each other's keys in reach: refused before anything is made.</summary>
    [Fact]
    public async Task A_second_node_at_a_token_is_refused()
    {
        var before = HsmTokens.ObjectsOf("a");
        var directory = Path.Combine(Cluster.Folder, "second");
        var (code, _, error) = await NodeProgram.RunAsync([.. new[] { "init", "--directory", directory, "--name", "second", "--host", "localhost" }, .. hsm.SealOf("a").Init]);
        Assert.Equal((int)Node.Commands.ExitCode.TokenRefused, code);
        Assert.Contains(Cluster.Roster.Nodes.First(n => n.Name == "a").Nid.ToString()[..16], error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
        Assert.Equal(before, HsmTokens.ObjectsOf("a"));
    }

    [GeneratedRegex("(?m)^(?=\\S)")]
    private static partial Regex Paragraphs();
}
