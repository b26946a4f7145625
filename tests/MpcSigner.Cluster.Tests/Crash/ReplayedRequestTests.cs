using System.Security.Cryptography;
using Google.Protobuf;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>A client's request, byte for byte, at every node, one after the other and all at once, and in a cluster that it is not for: one signing, of which all logs tell.</summary>
[Collection(SharedCluster.Name)]
[Trait("row", "X-replay-client")]
public class ReplayedRequestTests(ClusterFixture fixture)
{
    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task A_request_replayed_at_every_node_gets_the_signature_on_record_and_no_second_signing()
    {
        var key = await Keys.RawAsync(Cluster);
        byte[] payload = "replayed"u8.ToArray();
        var body = DirectCaller.Body(Cluster);
        body.Sign = new() { KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = V1.PayloadKind.Raw, Payload = ByteString.CopyFrom(payload) };
        var request = await DirectCaller.SignAsync(body, Cluster.ClientOptions().Signer);
        var hash = new Digest32(SHA256.HashData(request.Body.Span));

        var signature = await SignAsync("a", request);
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, payload, signature));
        var released = await NodeLog.CountAsync(Cluster, AuditKind.ShareReleased, hash);
        Assert.Equal(2, released); // one share of each of two signers

        foreach (var node in Cluster.Nodes)
            Assert.Equal(signature, await SignAsync(node.Name, request));
        var together = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => SignAsync(Cluster.Nodes[i % 3].Name, request)));
        Assert.All(together, again => Assert.Equal(signature, again));
        Assert.Equal(released, await NodeLog.CountAsync(Cluster, AuditKind.ShareReleased, hash));
    }

    /// <summary>The first time everywhere at once: several coordinators may come through, each with a signature over the one digest, and what a node has answered it answers again.</summary>
    [Fact]
    public async Task A_request_given_to_all_nodes_at_once_is_signed_over_one_digest_and_under_no_nonce_twice()
    {
        var key = await Keys.RawAsync(Cluster);
        var body = DirectCaller.Body(Cluster);
        body.Sign = new() { KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = V1.PayloadKind.Raw, Payload = ByteString.CopyFrom("at once"u8) };
        var request = await DirectCaller.SignAsync(body, Cluster.ClientOptions().Signer);
        var first = await Task.WhenAll(Cluster.Nodes.Select(node => TrySignAsync(node.Name, request)));
        foreach (var (node, answered) in Cluster.Nodes.Zip(first))
        {
            var signature = await SignAsync(node.Name, request);
            Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, "at once"u8, signature));
            Assert.Equal(answered ?? signature, signature);
            Assert.Equal(signature, await SignAsync(node.Name, request));
        }
        // However many attempts there were, no nonce answered two of them: each has an R of its own, the same at both of its signers.
        var released = new List<string>();
        foreach (var node in Cluster.Nodes)
        {
            var own = (await NodeLog.ReadAsync(Cluster, node)).Where(entry => entry.Kind == AuditKind.ShareReleased && entry.Request == new Digest32(SHA256.HashData(request.Body.Span)))
                .Select(entry => Convert.ToHexString(entry.Detail.Span)).ToArray();
            Assert.Equal(own.Length, own.Distinct().Count());
            released.AddRange(own);
        }
        Assert.All(released.GroupBy(nonce => nonce), shares => Assert.InRange(shares.Count(), 1, 2));
    }

    [Fact]
    public async Task A_request_of_another_cluster_is_refused_at_every_node()
    {
        var key = await Keys.RawAsync(Cluster);
        var body = DirectCaller.Body(Cluster);
        body.ClusterId = ByteString.CopyFrom(Enumerable.Repeat((byte)7, 32).ToArray());
        body.Sign = new() { KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = V1.PayloadKind.Raw, Payload = ByteString.CopyFrom("elsewhere"u8) };
        var request = await DirectCaller.SignAsync(body, Cluster.ClientOptions().Signer);
        foreach (var node in Cluster.Nodes)
        {
            using var caller = new DirectCaller(Cluster, node, Cluster.ClientCertificate);
            Assert.Equal("WRONG_CLUSTER", (await DirectCaller.RefusalAsync(caller.SignAsync(request))).Detail.Reason);
        }
        Assert.Equal(0, await NodeLog.CountAsync(Cluster, AuditKind.ShareReleased, new Digest32(SHA256.HashData(request.Body.Span))));
    }

    private async Task<byte[]> SignAsync(string node, V1.SignedRequest request)
    {
        using var caller = new DirectCaller(Cluster, Cluster[node], Cluster.ClientCertificate);
        return (await caller.SignAsync(request)).Signature.ToByteArray();
    }

    private async Task<byte[]?> TrySignAsync(string node, V1.SignedRequest request)
    {
        try
        {
            return await SignAsync(node, request);
        }
        catch (Grpc.Core.RpcException e)
        {
            Assert.NotEqual(Grpc.Core.StatusCode.Internal, e.StatusCode); // refused, not broken
            return null;
        }
    }
}
