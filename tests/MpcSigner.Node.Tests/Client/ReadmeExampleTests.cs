using MpcSigner.Chains.Solana;
using MpcSigner.Client;
using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Node.Tests.Clients;

public sealed class ReadmeExampleTests
{
    private static readonly SolanaAddress Somebody = new("an account of somebody, 32 bytes!"u8[..32]);

    [Fact]
    public async Task Runs_as_it_stands()
    {
        await using var cluster = await FakeCluster.StartAsync();
        byte[]? message = null;
        var result = await ReadmeExample.PayAsync(cluster.WriteClientFolder(),
            key => message = SolanaTransferMessage.Build(new(key.PublicKey.Span), Somebody, 1_000, Somebody));
        Assert.NotNull(result);
        Assert.True(Ed25519Signature.Verify(result.Key.PublicKey.Span, message, result.Signature.Span));
        Assert.Equal(Convert.ToHexString([1, .. result.Signature.Span, .. message!]), Convert.ToHexString(result.SignedTransaction.Span));
    }

    [Fact]
    public async Task Tells_why_it_is_denied()
    {
        await using var cluster = await FakeCluster.StartAsync();
        foreach (var node in cluster.Nodes)
            node.OnSign = (_, _) => throw FakeNode.Error(Reason.PolicyDenied, "no");
        Assert.Null(await ReadmeExample.PayAsync(cluster.WriteClientFolder(), key => SolanaTransferMessage.Build(new(key.PublicKey.Span), Somebody, 1_000, Somebody)));
    }
}
