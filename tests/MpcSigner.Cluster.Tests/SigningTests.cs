using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Cluster.Tests;

public class SigningTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static readonly CreateKeysRequest RawKey = new() { Threshold = 2, Nodes = 3, Use = KeyUse.TransactionsAndRaw };

    [Fact]
    public async Task A_key_is_made_by_three_nodes_and_signs_by_two()
    {
        await using var client = fixture.Cluster.NewClient();
        var key = Assert.Single(await client.CreateKeysAsync(RawKey));
        Assert.Equal(KeyStanding.Active, key.Standing);
        Assert.Equal(["a", "b", "c"], key.Holders.Select(h => h.NodeName).Order());

        byte[] message = [1, 2, 3];
        var result = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(message) });
        Assert.True(Ed25519Signature.Verify(key.PublicKey.Span, message, result.Signature.Span));
        Assert.Equal(2, result.Signers.Distinct().Count());
    }
}
