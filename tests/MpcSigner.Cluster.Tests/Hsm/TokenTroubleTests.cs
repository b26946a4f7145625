using Grpc.Core;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Services;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace MpcSigner.Cluster.Tests.Hsm;

/// <summary>PINs that are refused, tokens that are others, tokens that go away and come back.</summary>
[Collection(SharedHsm.Name)]
public class TokenTroubleTests(HsmCluster hsm)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private TestCluster Cluster => hsm.Cluster;

    /// <summary>c has its identity in software: the machine goes on, and what needs the token waits for it.</summary>
    [Fact]
    public async Task A_lost_token_of_a_node_with_a_software_identity_is_told_and_heals_in_place()
    {
        var c = Cluster["c"];
        var key = Assert.Single(await hsm.CreateAsync(KeySuite.Ed25519, 1));
        await EveryQuorum.SignsAsync(Cluster, key, 2, "a", "b", "c");
        await using var client = Cluster.NewClient();
        var (before, process) = (await StateAsync(client, "c"), c.ProcessId);

        hsm.Tokens.Rules("c", "gone");
        await Wait.UntilAsync(async () => (await StateAsync(client, "c")).Seal == NodeSeal.TokenLost, Patience, () => $"c does not miss its token\n{c.Log}");
        using (var caller = new DirectCaller(Cluster, c, Cluster.ClientCertificate))
        {
            foreach (var service in (string[])[HealthHandler.SealService, HealthHandler.TokenService])
                Assert.Equal(ServingStatus.NotServing, (await caller.Health.CheckAsync(new() { Service = service }, DirectCaller.Soon)).Status);
        }
        var refused = await DirectRefusal.OfAsync(Cluster, "c", key);
        Assert.True(refused.Reason is "TOKEN_LOST" or "TOO_FEW_NODES", $"{refused.Reason}: {refused.Message}");
        // The others go on meanwhile.
        await EveryQuorum.SignsAsync(Cluster, key, 2, "a", "b");

        hsm.Tokens.Rules("c");
        await Wait.UntilAsync(async () => (await StateAsync(client, "c")).Seal == NodeSeal.Unsealed, Patience, () => $"c does not heal\n{c.Log}");
        await EveryQuorum.SignsAsync(Cluster, key, 2, "a", "b", "c");
        var after = await StateAsync(client, "c");
        Assert.Equal((process, before.Instance, before.StartCounter), (c.ProcessId, after.Instance, after.StartCounter));
    }

    /// <summary>A start tries a PIN once. The proof: the first try alone is made to fail, and a second would have succeeded.</summary>
    [Fact]
    public async Task Pins_tokens_and_keys_that_are_not_right_refuse_the_start()
    {
        const string pinIncorrect = "0xA0", pinLocked = "0xA4", countLocked = "0x40000", finalTry = "0x20000", extractable = "0x162";
        var d = Cluster["d"];
        if (d.IsRunning)
            await d.StopAsync();
        (string Rule, ExitCode Code, string Says)[] wrong =
        [
            ($"fail C_Login {pinIncorrect} 1", ExitCode.WrongPin, "CKR_PIN_INCORRECT"),
            ($"fail C_Login {pinLocked}", ExitCode.PinLocked, "CKR_PIN_LOCKED"),
            ($"flags {countLocked}", ExitCode.PinLocked, "none was tried"),
            ($"flags {finalTry}", ExitCode.WrongPin, "none was tried"),
            ($"attribute {extractable} 1", ExitCode.TokenRefused, "CKA_EXTRACTABLE"),
        ];
        foreach (var (rule, code, says) in wrong)
        {
            hsm.Tokens.Rules("d", rule);
            var (ended, _, error) = await NodeProgram.RunAsync(hsm.Tokens.Hearing("d"), ["run", "--config", d.ConfigPath]);
            Assert.True((int)code == ended, $"'{rule}' ended with {ended}, expected {(int)code}\n{error}");
            Assert.Contains(says, error, StringComparison.Ordinal);
            Assert.DoesNotContain(HsmTokens.Pin, error, StringComparison.Ordinal);
        }
        await AssertRealWrongPinAsync(d);
        // Nothing was spoilt.
        await hsm.StartAsync(d);
        await Cluster.WaitUntilReadyAsync();
    }

    /// <summary>SoftHSM2 itself: it remembers that a wrong PIN was given, and forgets it at the right one.</summary>
    private async Task AssertRealWrongPinAsync(TestNode d)
    {
        hsm.Tokens.Rules("d");
        Cluster.WriteOptions(d, "warn", hsm.SealOf("d") with { Options = $"hsm: {hsm.Tokens.Place("d", faulty: false, hsm.Tokens.WrongPinFile, identity: true)}" });
        var (ended, _, error) = await NodeProgram.RunAsync(hsm.Tokens.Hearing("d"), ["run", "--config", d.ConfigPath]);
        Assert.True((int)ExitCode.WrongPin == ended, error);
        Assert.Contains(HsmTokens.Label("d"), error, StringComparison.Ordinal);
        Assert.DoesNotContain("another-pin", error, StringComparison.Ordinal);
        Cluster.WriteOptions(d, "warn", hsm.SealOf("d"));
    }

    [Fact]
    [Trait("tier", "hsm")]
    public async Task A_start_without_the_token_waits_for_it_and_heals()
    {
        var d = Cluster["d"];
        if (d.IsRunning)
            await d.StopAsync();
        hsm.Tokens.Rules("d", "gone");
        await d.StartSealedAsync(hsm.Tokens.Hearing("d"));
        await using var client = Cluster.NewClient();
        var lost = await StateAsync(client, "d");
        Assert.Equal((true, false, NodeSeal.TokenLost), (lost.Reachable, lost.Ready, lost.Seal));
        using (var caller = new DirectCaller(Cluster, d, Cluster.ClientCertificate))
        {
            var (code, detail) = await DirectCaller.RefusalAsync(caller.Keys.GetKeyAsync(new(), DirectCaller.Soon).ResponseAsync);
            Assert.Equal((StatusCode.Unavailable, "TOKEN_LOST"), (code, detail.Reason));
        }
        hsm.Tokens.Rules("d");
        await Wait.UntilAsync(async () => await StateAsync(client, "d") is { Ready: true, Seal: NodeSeal.Unsealed }, Patience, () => $"d does not begin\n{d.Log}");
        await Cluster.WaitUntilReadyAsync();
    }

    [Fact]
    [Trait("tier", "hsm")]
    public async Task Another_token_of_the_same_label_is_not_taken_for_the_nodes_own()
    {
        var d = Cluster["d"];
        if (d.IsRunning)
            await d.StopAsync();
        hsm.Tokens.Rules("d", "serial 00c0ffee");
        var (ended, output, error) = await NodeProgram.RunAsync(hsm.Tokens.Hearing("d"), ["run", "--config", d.ConfigPath]);
        Assert.True((int)ExitCode.BadOptions == ended, $"ended with {ended}: {output}{error}");
        Assert.Contains("00c0ffee", error, StringComparison.Ordinal);
        Assert.Contains(HsmTokens.Label("d"), error, StringComparison.Ordinal);
        await hsm.StartAsync(d);
        await Cluster.WaitUntilReadyAsync();
    }

    private static async Task<NodeState> StateAsync(MpcSignerClient client, string name) => (await client.GetStatusAsync()).First(s => s.Node.Name == name);
}
