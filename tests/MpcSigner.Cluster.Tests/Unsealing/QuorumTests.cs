using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Services;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Unsealing;

/// <summary>Nodes that two of three operators open together.</summary>
public sealed class QuorumTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.CreateAsync(seals: (_, folder) => TestSeal.Quorum(folder, 2, 3));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static Dictionary<string, JsonElement> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private async Task<(ExitCode Code, string Verdict, int Given)> GiveAsync(TestNode node, string shareFile)
    {
        var (code, output, error) = await NodeProgram.RunAsync("unseal", "--config", node.ConfigPath, "--share-file", shareFile);
        if (output.Length == 0)
            return ((ExitCode)code, error, 0);
        var answer = Read(output);
        return ((ExitCode)code, answer["verdict"].GetString()!, answer["given"].GetInt32());
    }

    private async Task UnsealAsync(TestNode node, params int[] operators)
    {
        foreach (var number in operators)
            Assert.Equal(ExitCode.Success, (await GiveAsync(node, _cluster.ShareOf(node, number))).Code);
    }

    private static async Task<ServingStatus> HealthAsync(DirectCaller caller, string service) =>
        (await caller.Health.CheckAsync(new() { Service = service }, DirectCaller.Soon)).Status;

    [Fact]
    public async Task Sealed_nodes_say_so_open_with_two_operators_sign_and_are_sealed_again_after_a_restart()
    {
        var a = _cluster["a"];
        await Task.WhenAll(_cluster.Nodes.Select(n => n.StartSealedAsync()));
        await AssertSealedAsync(a, given: 0);

        await AssertRefusalsAsync(a);
        Assert.Equal((ExitCode.Success, "Taken", 1), await GiveAsync(a, _cluster.ShareOf(a, 3)));
        await AssertSealedAsync(a, given: 1);
        var (_, standing, _) = await NodeProgram.RunAsync("unseal", "status", "--config", a.ConfigPath);
        Assert.Equal(("Standing", 1, 2), (Read(standing)["verdict"].GetString(), Read(standing)["given"].GetInt32(), Read(standing)["needed"].GetInt32()));
        Assert.Equal((ExitCode.Success, "Complete", 2), await GiveAsync(a, _cluster.ShareOf(a, 1)));
        await UnsealAsync(_cluster["b"], 1, 2);
        await UnsealAsync(_cluster["c"], 2, 3);
        await _cluster.WaitUntilReadyAsync();

        await using var client = _cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Use = KeyUse.TransactionsAndRaw }));
        await SignAsync(client, key, 1);
        Assert.All(await client.GetStatusAsync(), s => Assert.Equal(NodeSeal.Unsealed, s.Seal));
        using (var caller = new DirectCaller(_cluster, a, _cluster.ClientCertificate))
        {
            foreach (var service in (string[])["", HealthHandler.SealService, HealthHandler.TokenService])
                Assert.Equal(ServingStatus.Serving, await HealthAsync(caller, service));
        }
        Assert.Equal(ExitCode.NotWaitingForShares, (await GiveAsync(a, _cluster.ShareOf(a, 2))).Code);

        // A restart seals it again; the others go on, and with it when it is back.
        Assert.Equal(0, await a.StopAsync());
        await a.StartSealedAsync();
        await AssertSealedAsync(a, given: 0);
        await SignAsync(client, key, 2);
        Assert.DoesNotContain((await client.GetStatusAsync()).Where(s => s.Node.Name != "a"), s => s.Seal != NodeSeal.Unsealed);
        await UnsealAsync(a, 2, 3);
        await _cluster.WaitUntilReadyAsync();
        await _cluster["b"].KillAsync();
        await SignAsync(client, key, 3);

        AssertNoShareIsLeft();
    }

    [Fact]
    public async Task A_sealed_node_stops_in_order_and_holds_its_place()
    {
        var a = _cluster["a"];
        await a.StartSealedAsync();
        // Another process of the same node finds the address taken.
        var (code, _, _) = await NodeProgram.RunAsync("run", "--config", a.ConfigPath);
        Assert.Equal((int)ExitCode.CannotListen, code);
        await UnsealAsync(a, 1);
        Assert.Equal(0, await a.StopAsync());
        Assert.False(File.Exists(Path.Combine(a.Directory, "unseal.sock")));
        // Killed with its socket in place, and opened afterwards by operators who begin anew.
        await a.StartSealedAsync();
        await UnsealAsync(a, 1);
        await a.KillAsync();
        await a.StartSealedAsync();
        await AssertSealedAsync(a, given: 0);
        Assert.Equal((ExitCode.Success, "Taken", 1), await GiveAsync(a, _cluster.ShareOf(a, 2)));
    }

    [Fact]
    public async Task Init_refuses_quorums_that_are_none_and_shares_beside_the_node()
    {
        (string[] Seal, string Says)[] wrong =
        [
            (["--seal", "quorum"], "--operators M"),
            (["--seal", "quorum", "--operators", "3", "--threshold", "1", "--shares-to", "x"], "2 <= K <= M <= 16"),
            (["--seal", "quorum", "--operators", "17", "--threshold", "3", "--shares-to", "x"], "2 <= K <= M <= 16"),
            (["--seal", "quorum", "--operators", "3", "--threshold", "2"], "--shares-to is missing"),
            (["--seal", "quorum", "--operators", "3", "--threshold", "2", "--shares-to", Path.Combine(_cluster.Folder, "new", "shares")], "must not lie"),
            (["--seal", "quorum", "--operators", "3", "--threshold", "2", "--shares-to", "x", "--passphrase-file", _cluster["a"].PassphrasePath], "takes no passphrase"),
            (["--operators", "3", "--passphrase-file", _cluster["a"].PassphrasePath], "belong to a seal under a quorum"),
            (["--seal", "wax", "--passphrase-file", _cluster["a"].PassphrasePath], "--seal must be one of"),
        ];
        foreach (var (seal, says) in wrong)
        {
            var (code, _, error) = await NodeProgram.RunAsync([.. new[] { "init", "--directory", Path.Combine(_cluster.Folder, "new"), "--name", "new", "--host", "localhost" }, .. seal]);
            Assert.Equal((int)ExitCode.BadCommandLine, code);
            Assert.Contains(says, error, StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(Path.Combine(_cluster.Folder, "new")));
    }

    private async Task AssertSealedAsync(TestNode node, int given)
    {
        using var client = new DirectCaller(_cluster, node, _cluster.ClientCertificate);
        Assert.Equal(ServingStatus.NotServing, await HealthAsync(client, ""));
        Assert.Equal(ServingStatus.NotServing, await HealthAsync(client, HealthHandler.SealService));
        Assert.Equal(ServingStatus.Serving, await HealthAsync(client, HealthHandler.TokenService));
        var status = await client.Status.GetStatusAsync(new(), DirectCaller.Soon);
        Assert.Equal((V1.SealState.Sealed, (uint)given, 2u, false), (status.Seal.State, status.Seal.Given, status.Seal.Needed, status.Ready));

        var (code, detail) = await DirectCaller.RefusalAsync(client.Keys.GetKeyAsync(new(), DirectCaller.Soon).ResponseAsync);
        Assert.Equal((StatusCode.Unavailable, "SEALED"), (code, detail.Reason));
        Assert.Contains($"{given} of 2 operators", detail.Message, StringComparison.Ordinal);
        Assert.Contains("mpcsigner-node unseal", detail.NextStep, StringComparison.Ordinal);
        // Streams as well; and whoever is no client learns as little as from an open node.
        Assert.Equal("SEALED", (await DirectCaller.RefusalAsync(client.CreateAsync(new()))).Detail.Reason);
        using var administrator = new DirectCaller(_cluster, node, _cluster.AdministratorCertificate);
        Assert.Equal(V1.SealState.Sealed, (await administrator.Status.GetStatusAsync(new(), DirectCaller.Soon)).Seal.State);
        using var stranger = _cluster.Authority.Issue("stranger");
        using var foreign = new DirectCaller(_cluster, node, stranger);
        await Assert.ThrowsAsync<RpcException>(async () => await foreign.Health.CheckAsync(new(), DirectCaller.Soon));

        await using var library = _cluster.NewClient();
        var state = (await library.GetStatusAsync()).First(s => s.Node.Name == node.Name);
        Assert.Equal((true, false, NodeSeal.Sealed), (state.Reachable, state.Ready, state.Seal));
        Assert.Contains("unseal", state.Problem, StringComparison.Ordinal);
    }

    private async Task AssertRefusalsAsync(TestNode node)
    {
        var mistyped = Path.Combine(_cluster.Folder, "mistyped.share");
        var text = File.ReadAllText(_cluster.ShareOf(node, 1));
        WritePrivate(mistyped, text[..^1] + (text[^1] == '0' ? '1' : '0'));
        Assert.Equal((ExitCode.ShareRefused, "Unreadable", 0), await GiveAsync(node, mistyped));
        Assert.Equal((ExitCode.ShareRefused, "OtherNode", 0), await GiveAsync(node, _cluster.ShareOf(_cluster["b"], 1)));
        var open = Path.Combine(_cluster.Folder, "open.share");
        File.WriteAllText(open, text);
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(ExitCode.PassphraseUnavailable, (await GiveAsync(node, open)).Code);
        Assert.True(node.IsRunning);
    }

    private static void WritePrivate(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task SignAsync(MpcSignerClient client, SigningKey key, byte content)
    {
        byte[] message = [content];
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(message) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, message, result.Signature.Span));
    }

    /// <summary>Shares are in the operators' files alone: neither in the nodes' folders nor in what they said.</summary>
    private void AssertNoShareIsLeft()
    {
        foreach (var node in _cluster.Nodes)
        {
            var texts = Directory.GetFiles(node.Directory).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)).Select(path => System.Text.Encoding.Latin1.GetString(ReadShared(path))).Append(node.Log).ToList();
            foreach (var number in (int[])[1, 2, 3])
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_cluster.ShareOf(node, number)));
                foreach (var group in File.ReadAllText(_cluster.ShareOf(node, number)).Split('-')[5..])
                    Assert.All(texts, text => Assert.DoesNotContain(group, text, StringComparison.Ordinal));
            }
        }
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
