using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tests.Pkcs11;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode.Unsealing;

/// <summary>A node whose identity and sealing key are in a token that goes away and comes back, in a cluster that works on.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class TokenLossTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _rules = Path.Combine(SoftToken.Folder, "loss.rules");
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        Rules();
        var label = SoftToken.NewLabel("loss");
        var module = FaultyModule.LibraryPath;
        // Children see .NET's environment, the library in this process that of C.
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", SoftToken.Configuration);
        Environment.SetEnvironmentVariable("FAULTY_INNER", SoftToken.LibraryPath);
        Environment.SetEnvironmentVariable("FAULTY_CONTROL", _rules);
        var pin = Path.Combine(SoftToken.Folder, "loss.pin");
        PrivateFile.Create(pin, SoftToken.PinBytes);
        _cluster = await TestCluster.CreateAsync(seals: (name, _) => name != "a" ? null : new(
            ["--seal", "hsm", "--hsm-module", module, "--hsm-token", label, "--hsm-pin-file", pin, "--hsm-identity", "yes"],
            $"hsm: {{ module: {module}, token: {label}, pin: {{ file: {pin} }}, identity: true, timeout: 5s }}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Environment.SetEnvironmentVariable("FAULTY_CONTROL", null);
    }

    private void Rules(params string[] rules)
    {
        File.WriteAllText(_rules + ".new", string.Concat(rules.Select(rule => rule + "\n")));
        File.Move(_rules + ".new", _rules, overwrite: true);
    }

    private static async Task SignAsync(MpcSignerClient client, SigningKey key, byte content)
    {
        byte[] message = [content];
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(message) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, message, result.Signature.Span));
    }

    private static async Task<NodeState> StateOfA(MpcSignerClient client) => (await client.GetStatusAsync()).First(s => s.Node.Name == "a");

    [Fact]
    public async Task A_lost_token_ends_the_machine_and_another_begins_when_it_is_back()
    {
        var a = _cluster["a"];
        await Task.WhenAll(_cluster.Nodes.Select(n => n.StartAsync()));
        await _cluster.WaitUntilReadyAsync();
        await using var client = _cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Use = KeyUse.TransactionsAndRaw }));
        await SignAsync(client, key, 1);
        Assert.Contains("random bytes of token", a.Log, StringComparison.Ordinal);
        var (before, process) = (await StateOfA(client), a.ProcessId);
        Assert.Equal(NodeSeal.Unsealed, before.Seal);

        Rules("gone");
        byte content = 1;
        await Wait.UntilAsync(async () =>
        {
            await SignAsync(client, key, ++content); // whichever it asks first, the others sign
            return (await StateOfA(client)).Seal == NodeSeal.TokenLost && a.Log.Contains("calls are refused until the token answers", StringComparison.Ordinal);
        }, Patience, () => $"a does not miss its token\n{_cluster.Logs}");
        var lost = await StateOfA(client);
        Assert.Equal((true, false), (lost.Reachable, lost.Ready));
        Assert.Contains("does not answer", lost.Problem, StringComparison.Ordinal);
        await SignAsync(client, key, 100);
        Assert.Equal(process, a.ProcessId);
        Assert.True(a.IsRunning);

        Rules();
        await _cluster.WaitUntilReadyAsync();
        var after = await StateOfA(client);
        Assert.Equal((NodeSeal.Unsealed, before.StartCounter + 1), (after.Seal, after.StartCounter));
        Assert.NotEqual(before.Instance, after.Instance);
        Assert.Equal(process, a.ProcessId);
        await _cluster["b"].KillAsync();
        await SignAsync(client, key, 101);
        Assert.DoesNotContain("critical", a.Log, StringComparison.OrdinalIgnoreCase);

        // At a start it is waited for as well.
        Assert.Equal(0, await a.StopAsync());
        Rules("gone");
        await a.StartSealedAsync();
        Assert.Equal(NodeSeal.TokenLost, (await StateOfA(client)).Seal);
        Rules();
        await Wait.UntilAsync(async () => (await StateOfA(client)).Ready, Patience, () => $"a does not begin\n{a.Log}");
        await SignAsync(client, key, 102);
    }
}
