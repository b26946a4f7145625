using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A party that cheats in key generation (spec §18.3): blamed by those it cheated, no key anywhere, and the others go on.</summary>
public class CreationTests(HostileFixture fixture) : IClassFixture<HostileFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("T26a@dkg", 1, FaultKind.BadOpening)]
    [InlineData("T26b@dkg", 1, FaultKind.MalformedMessage)]
    [InlineData("T26c@dkg", 1, FaultKind.MalformedMessage)]
    [InlineData("T26d@dkg", 1, FaultKind.MalformedMessage)]
    [InlineData("T26f@dkg", 1, FaultKind.BadDealtShare)]
    [InlineData("T26g@dkg", 1, FaultKind.BadOpening)]
    [InlineData("T09@dkg", 1, null)]
    [InlineData("F-BadIdentitySignature@dkg", 1, FaultKind.BadIdentitySignature)]
    [InlineData("F-MalformedMessage@dkg", 1, FaultKind.MalformedMessage)]
    [InlineData("F-ContextMismatch@dkg", 1, null)]
    [InlineData("F-TranscriptEchoMismatch@dkg", 1, null)]
    [InlineData("F-BadShareProof@dkg", 1, FaultKind.BadShareProof)]
    public async Task A_dealer_that_cheats_is_blamed_and_no_key_comes_of_it(string cheat, int count, FaultKind? kind)
    {
        var before = await Cluster.KeysAsync();
        var coordinator = Cluster.Honest.First();
        await Cluster.BeginAsync(cheat);
        await using var client = Cluster.ClientAt(coordinator);
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.CreateKeysAsync(Request(Cluster.Nodes.Nodes, 2, count)));
        var victims = Cluster.End();

        var blames = await Cluster.BlamesAsync();
        if (kind is { } fault)
        {
            Assert.NotEmpty(blames);
            Assert.All(blames, blame => Assert.Equal((Cluster.Cheater.Name, fault), (blame.Of, blame.Kind)));
            Assert.Equal(victims, blames.Select(blame => blame.By).Order());
        }
        else
        {
            Assert.Empty(blames);
        }
        Assert.Equal(before, await Cluster.KeysAsync());

        Assert.Fail($"{refused.Reason}: {refused.Message} {string.Join("; ", refused.Nodes)} | victims {string.Join(",", victims)}");
    }

    private static CreateKeysRequest Request(IEnumerable<TestNode> nodes, int threshold, int count) => new()
    {
        Threshold = threshold,
        Nodes = nodes.Count(),
        NodeNames = [.. nodes.Select(node => node.Name)],
        Count = count,
        Use = KeyUse.TransactionsAndRaw,
    };
}
