using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Commands;
using Xunit;

namespace MpcSigner.Cluster.Tests.BadInput;

/// <summary>One node run as two processes: from the same folder the second does not start; from a copied one the peers tell the two apart.</summary>
public class SameNodeTwiceTests
{
    [Fact]
    [Trait("row", "X-two-copies")]
    public async Task Rejects_a_second_process_of_a_node()
    {
        await using var cluster = await TestCluster.StartAsync();
        var (exit, _, error) = await NodeProgram.RunAsync("run", "--config", cluster["a"].ConfigPath);
        Assert.True((ExitCode)exit == ExitCode.StoreInUse, error);
        Assert.Contains($"process {cluster["a"].ProcessId}", error, StringComparison.Ordinal);

        var key = await Keys.RawAsync(cluster);
        await using var copy = CopiedNode.Of(cluster, cluster["a"]);
        await copy.StartAsync();

        // The copy counts one start more: to its peers it is the node now, and the process it was copied from is not.
        await Wait.UntilAsync(
            async () => (await StatusAsync(cluster, "b"))!.Peers.First(p => p.Name == "a") is { Problem: var problem, Reachable: var reachable } && (!reachable || problem.Length > 0),
            TimeSpan.FromSeconds(15), () => "the peers never noticed two processes of one node\n" + cluster.Logs);
        await using var client = MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = "a" });
        using var superseded = new DirectCaller(cluster, cluster["a"], cluster.ClientCertificate);
        await Wait.UntilAsync(
            async () => (await StatusAsync(cluster, "a"))!.Peers.All(p => p.Problem.Contains("newer process", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(15), () => "the superseded process was not told\n" + cluster.Logs);

        // The cluster goes on without either; the client finds who can.
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(new byte[] { 1 }) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, [1], result.Signature.Span));
        Assert.DoesNotContain("a", result.Signers);
    }

    private static async Task<NodeState?> StatusAsync(TestCluster cluster, string name)
    {
        await using var client = cluster.NewClient();
        return (await client.GetStatusAsync()).FirstOrDefault(s => s.Node.Name == name && s.Reachable);
    }
}
