using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using Xunit;

namespace MpcSigner.Cluster.Tests;

/// <summary>Rosters that change under running nodes, with real documents, files and connections.</summary>
public class LiveRosterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static async Task<Dictionary<string, string>> RunAsync(params string[] args)
    {
        var (code, output, error) = await NodeProgram.RunAsync(args);
        Assert.True(code == 0, $"{string.Join(' ', args)} ended with {code}: {error}");
        return JsonSerializer.Deserialize<Dictionary<string, string>>(output)!;
    }

    /// <summary>Writes the next version, has the administrator sign it, gives it to one node, and waits until all hold it.</summary>
    private static async Task<Roster> ApplyAsync(TestCluster cluster, MpcSignerAdministrator administrator, Roster before, Func<Roster, Roster> change, string at)
    {
        var bytes = RosterDocument.Write(change(before) with { Version = before.Version + 1, Predecessor = before.Hash, NamedCluster = before.Cluster });
        Assert.True(RosterDocument.TryParse(bytes, out var next, out var errors), string.Join('\n', errors));
        await administrator.ApplyRosterAsync(at, bytes, [cluster.Sign(DocumentKind.Roster, bytes, before.Cluster)]);
        await Wait.UntilAsync(
            () => Task.FromResult(cluster.Nodes.Where(n => n.IsRunning).All(n => n.Log.Contains($"version {next.Version} of the roster is adopted", StringComparison.Ordinal))),
            Patience, () => $"version {next.Version} did not reach all nodes\n{cluster.Logs}");
        return next;
    }

    private static Func<Roster, Roster> Changed(string name, Func<RosterNode, RosterNode> change) =>
        roster => roster with { Nodes = [.. roster.Nodes.Select(node => node.Name == name ? change(node) : node)] };

    [Fact]
    public async Task A_TLS_key_and_an_identity_rotate_under_signing_load_without_a_restart()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = cluster.NewClient();
        await using var administrator = cluster.NewAdministrator();
        var key = Assert.Single(await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Use = KeyUse.TransactionsAndRaw }));
        var b = cluster["b"];
        using var enough = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var signed = 0;
        var load = Enumerable.Range(0, 3).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var message = SHA256.HashData(BitConverter.GetBytes(1_000 * i + worker));
                try
                {
                    var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(message) });
                    if (Ed25519Signature.Verify(key.PublicKey.Span, message, result.Signature.Span))
                        Interlocked.Increment(ref signed);
                    else
                        failures.Enqueue("a signature that does not verify");
                }
                catch (Exception e)
                {
                    failures.Enqueue(e.ToString());
                }
                await Task.Delay(20);
            }
        })).ToArray();

        // Both keys are made while the node runs, and said again when asked again.
        var certificate = await RunAsync("cert", "new", "--config", b.ConfigPath, "--authority-cert", cluster.Authority.CertificatePath, "--authority-key", cluster.Authority.KeyPath);
        var identity = await RunAsync("identity", "new", "--config", b.ConfigPath);
        Assert.Equal(identity["identity_key"], (await RunAsync("identity", "new", "--config", b.ConfigPath))["identity_key"]);
        Assert.True(Digest32.TryParse(certificate["tls_pin"], out var pin));
        var former = cluster.Roster.Nodes.First(n => n.Name == "b");
        var second = await ApplyAsync(cluster, administrator, cluster.Roster, Changed("b", node => node with
        {
            TlsPins = [.. node.TlsPins, pin],
            IdentityKey = Convert.FromHexString(identity["identity_key"]),
            FormerIdentityKeys = [node.IdentityKey],
        }), at: "a");

        await RunAsync("cert", "use", "--config", b.ConfigPath);
        await Wait.UntilAsync(() => Task.FromResult(b.Log.Contains("new connections show another TLS certificate", StringComparison.Ordinal)), Patience, () => b.Log);
        await ApplyAsync(cluster, administrator, second, Changed("b", node => node with { TlsPins = [pin] }), at: "c");
        await Task.Delay(TimeSpan.FromSeconds(5));
        await enough.CancelAsync();
        await Task.WhenAll(load);

        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(3)) + "\n" + cluster.Logs);
        Assert.True(signed > 50, $"{signed} signatures");
        Assert.Contains("signs with another identity key", b.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(b.Directory, "identity.next.sealed")));
        Assert.All(cluster.Nodes, node => Assert.DoesNotContain("cheated", node.Log, StringComparison.Ordinal));

        // A restart goes by the newest roster, under which the former keys would be refused.
        Assert.Equal(0, await b.StopAsync());
        await b.StartAsync();
        await cluster["a"].KillAsync();
        await cluster.WaitForPeersAsync("c", "b");
        var last = SHA256.HashData("last"u8);
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(last) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, last, result.Signature.Span));
        Assert.NotEqual(former.IdentityKey.ToArray(), Convert.FromHexString(identity["identity_key"]));
    }
}
