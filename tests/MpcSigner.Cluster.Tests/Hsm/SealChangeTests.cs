using System.Diagnostics;
using System.Text.Json;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Node.Commands;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hsm;

/// <summary>A node's seal goes from its token to a passphrase, to another token, and back, killed on the way again and again.</summary>
[Collection(SharedHsm.Name)]
public class SealChangeTests(HsmCluster hsm)
{
    private const string Second = "second-of-d";
    private const int Kills = 3;
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromSeconds(120);

    private TestCluster Cluster => hsm.Cluster;

    [Fact]
    public async Task A_change_of_seal_is_refused_while_the_node_runs()
    {
        var (code, _, error) = await NodeProgram.RunAsync("seal", "change", "--config", Cluster["b"].ConfigPath, "--to", "hsm");
        Assert.True((int)ExitCode.StoreInUse == code, $"{code}: {error}");
    }

    [Fact]
    [Trait("tier", "hsm")]
    public async Task The_whole_circle_of_seals_killed_on_the_way()
    {
        var d = Cluster["d"];
        var keys = await hsm.CreateAsync(KeySuite.Ed25519, 400, "sealed", "a", "b", "d");
        if (d.IsRunning)
            await d.StopAsync();
        hsm.Tokens.Make(Second);
        var passphrase = $"passphrase: {{ file: {d.PassphrasePath} }}";
        string Hsm(string word, string name) => $"{word}: {hsm.Tokens.Place(name, faulty: false, hsm.Tokens.PinFile, identity: true)}";

        await ChangeAsync(d, "passphrase", $"{passphrase}\n{Hsm("hsm", "d")}", "passphrase");
        await ChangeAsync(d, "hsm", $"{passphrase}\n{Hsm("hsm", Second)}\n{Hsm("former_hsm", "d")}", "token");
        await ChangeAsync(d, "hsm", $"{Hsm("hsm", "d")}\n{Hsm("former_hsm", Second)}", "token");
        await ForgetOrphansAsync(d);
        Assert.DoesNotContain("Secret Key Object", HsmTokens.ObjectsOf(Second), StringComparison.Ordinal);

        Cluster.WriteOptions(d, "warn", hsm.SealOf("d"));
        await hsm.StartAsync(d);
        await Cluster.WaitUntilReadyAsync();
        foreach (var key in keys.Where((_, i) => i % 80 == 0))
            await EveryQuorum.SignsAsync(Cluster, key, 2, "a", "b", "d");
    }

    /// <summary>A kill between the making of a key in the token and the writing of its name leaves one that nothing names: the operator is told, and destroys it.</summary>
    private static async Task ForgetOrphansAsync(TestNode node)
    {
        var (code, status, error) = await NodeProgram.RunAsync("seal", "status", "--config", node.ConfigPath);
        Assert.True(code == 0, error);
        foreach (var orphan in JsonDocument.Parse(status).RootElement.GetProperty("orphans").EnumerateArray())
        {
            (code, _, error) = await NodeProgram.RunAsync("seal", "forget-orphan", "--config", node.ConfigPath, "--id", orphan.GetProperty("id").GetString()!);
            Assert.True(code == 0, error);
        }
    }

    /// <summary>Begins the change, kills it after ever longer times, and lets the last run end it.</summary>
    private async Task ChangeAsync(TestNode node, string to, string options, string seal)
    {
        Cluster.WriteOptions(node, "warn", new TestSeal([], options));
        for (var kill = 1; kill <= Kills; kill++)
        {
            using var process = Process.Start(NodeProgram.StartInfo("seal", "change", "--config", node.ConfigPath, "--to", to))!;
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(700 * kill));
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync();
        }
        using var limit = new CancellationTokenSource(ChangeLimit);
        var (code, output, error) = await NodeProgram.RunAsync("seal", "change", "--config", node.ConfigPath, "--to", to).WaitAsync(limit.Token);
        Assert.True(code == 0, error);
        Assert.Equal(seal, JsonDocument.Parse(output).RootElement.GetProperty("seal").GetString());
    }
}
