using Google.Protobuf;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Wire.Errors;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>What one node itself answers to a request to sign, where the client library would go on to the next.</summary>
internal static class DirectRefusal
{
    /// <returns>The reason's name and the message.</returns>
    public static async Task<(string Reason, string Message)> OfAsync(TestCluster cluster, string node, SigningKey key) =>
        await TryOfAsync(cluster, node, key) ?? throw new Xunit.Sdk.XunitException($"node {node} has signed");

    /// <inheritdoc cref="OfAsync"/>
    /// <returns>Null where the node has signed.</returns>
    public static async Task<(string Reason, string Message)?> TryOfAsync(TestCluster cluster, string node, SigningKey key)
    {
        using var caller = new DirectCaller(cluster, cluster[node], cluster.ClientCertificate);
        var body = DirectCaller.Body(cluster);
        body.Sign = new() { KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = V1.PayloadKind.Raw, Payload = ByteString.CopyFrom(Messages.Next()) };
        var call = caller.SignAsync(await DirectCaller.SignAsync(body, cluster.ClientOptions().Signer));
        await Task.WhenAny(call);
        if (call.IsCompletedSuccessfully)
            return null;
        var (_, detail) = await DirectCaller.RefusalAsync(call);
        return (detail.Reason, detail.Message);
    }
}
