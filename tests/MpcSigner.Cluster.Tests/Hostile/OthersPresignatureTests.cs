using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Presignatures that are made ahead, and a member that would use one which it did not initiate (spec §18.3).</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class OthersPresignatureTests(MadeAheadFixture fixture) : IClassFixture<MadeAheadFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    /// <summary>It knows every T2 and has a channel to the other member: the presignature is the initiator's all the same, and stays good.</summary>
    [Fact]
    [Trait("row", "T24@online")]
    public async Task A_member_cannot_use_anothers_presignature()
    {
        TestNode[] signers = [.. Cluster.Honest.Take(2), Cluster.Cheater];
        var coordinator = signers[0];
        await using var client = Cluster.ClientAt(coordinator);
        var key = Assert.Single(await client.CreateKeysAsync(Cluster.Request(3, 1, KeySuite.EcdsaSecp256k1, signers)));
        await Cluster.BeginAsync("T24@online");
        const int signatures = 5;
        for (var i = 0; i < signatures; i++)
            Assert.Equal(signers.Select(node => node.Name).Order(), (await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) })).Signers.Order());
        await Cluster.DoneAsync(1);
        Assert.All(Cluster.End(), answer => Assert.Equal("Refused", answer));
        Assert.Empty(await Cluster.BlamesAsync());
        Assert.Equal(signatures, (await Cluster.SeenAsync(signers[1])).Count(entry => entry.Kind == AuditKind.ShareReleased));
    }
}
