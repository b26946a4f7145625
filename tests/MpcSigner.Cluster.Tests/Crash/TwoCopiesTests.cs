using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>A node's folder is copied while it is down, and both are started at once: each peer takes one of the two for the node, and no nonce answers twice, whoever is asked.</summary>
[Trait("row", "X-two-copies")]
[Trait("tier", "crash")]
public class TwoCopiesTests
{
    private static readonly TimeSpan ShownWithin = TimeSpan.FromSeconds(30);

    private const int Requests = 6;

    [Theory]
    [InlineData(KeySuite.Ed25519)]
    [InlineData(KeySuite.EcdsaSecp256k1)]
    public async Task Two_processes_of_one_node_started_at_once_never_answer_under_one_nonce(KeySuite suite)
    {
        await using var cluster = await TestCluster.StartAsync();
        SigningKey key;
        await using (var client = cluster.NewClient())
            key = (await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Suite = suite, Use = KeyUse.TransactionsAndRaw }))[0];
        await cluster["a"].KillAsync();
        await using var copy = CopiedNode.Of(cluster, cluster["a"]);
        await Task.WhenAll(cluster["a"].StartAsync(), copy.StartAsync());

        // Each is asked for its own, both for the same, and the others besides.
        TestNode[] asked = [cluster["a"], copy, cluster["b"], cluster["c"]];
        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).SelectMany(i => asked.Select(async (node, place) =>
        {
            await Task.Delay(300 * i);
            return await TrySignAsync(cluster, node, key, place < 2 ? $"same {i}" : $"other {i} {place}");
        })));
        Assert.Contains(answers, signature => signature is not null); // who is left goes on

        List<string> released = [];
        foreach (var node in asked)
        {
            var own = (await NodeLog.ReadAsync(cluster, node)).Where(entry => entry.Kind == AuditKind.ShareReleased).Select(entry => Convert.ToHexString(entry.Detail.Span)).ToArray();
            Assert.Equal(own.Length, own.Distinct().Count());
            released.AddRange(own);
        }
        // R is one at both signers of one question, and at nobody else.
        Assert.All(released.GroupBy(nonce => nonce), shares => Assert.InRange(shares.Count(), 1, 2));
        // Shown once its next greeting is refused: a peer's own greeting, which goes to the node's address, has said that all is well there.
        var limit = Stopwatch.StartNew();
        while (!(await RefusesAsync(cluster, cluster["a"]) || await RefusesAsync(cluster, copy)))
        {
            Assert.True(limit.Elapsed < ShownWithin, "both processes of one node are in use at all peers");
            await Task.Delay(250);
        }
    }

    /// <summary>Whether a process hears from a peer that another one has taken its place.</summary>
    private static async Task<bool> RefusesAsync(TestCluster cluster, TestNode node)
    {
        using var caller = new DirectCaller(cluster, node, cluster.ClientCertificate);
        var status = await caller.Status.GetStatusAsync(new(), DirectCaller.Soon);
        return status.Peers.Any(peer => peer.Problem.Length > 0);
    }

    private static async Task<byte[]?> TrySignAsync(TestCluster cluster, TestNode node, SigningKey key, string text)
    {
        var body = DirectCaller.Body(cluster);
        body.Sign = new()
        {
            KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = V1.PayloadKind.Raw,
            Payload = ByteString.CopyFrom(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))),
        };
        using var caller = new DirectCaller(cluster, node, cluster.ClientCertificate);
        try
        {
            return (await caller.SignAsync(await DirectCaller.SignAsync(body, cluster.ClientOptions().Signer))).Signature.ToByteArray();
        }
        catch (RpcException e)
        {
            Assert.NotEqual(StatusCode.Internal, e.StatusCode);
            return null;
        }
    }
}
