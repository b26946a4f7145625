using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>One row of each protocol; all the others are in the tier <c>hostile</c>.</summary>
public class SelectionTests(HostileRotation rotation) : IClassFixture<HostileRotation>
{
    private HostileCluster Hostile => rotation.Hostile;

    [Fact]
    [Trait("row", "T26f@dkg")]
    public Task A_bad_share_of_a_new_key() => Hostile.RejectsCreationAsync("T26f@dkg", Hostile.Cheater, 1, KeySuite.Ed25519, FaultKind.BadDealtShare);

    [Fact]
    [Trait("row", "T28h@dkg")]
    public async Task A_relay_that_forges_senders()
    {
        await Hostile.BeginAsync("T28h@dkg");
        await using var client = Hostile.ClientAt(Hostile.Cheater);
        Assert.Single(await client.CreateKeysAsync(Hostile.Request(2)));
        Hostile.End();
        Assert.Empty(await Hostile.BlamesAsync());
    }

    [Theory]
    [InlineData("share@frost", "b", KeySuite.Ed25519, FaultKind.BadSignatureShare, false)]
    [InlineData("T12c@presign", "a", KeySuite.EcdsaSecp256k1, FaultKind.BadVectorOle, true)]
    [InlineData("T18b@online", "b", KeySuite.EcdsaP256, null, false)]
    [Trait("row", "T12c@presign")]
    [Trait("row", "T18b@online")]
    public async Task A_signer_that_cheats(string cheat, string partner, KeySuite suite, FaultKind? kind, bool isDead)
    {
        var honest = Hostile.Nodes[partner];
        await Hostile.ReadmittedAsync(honest);
        var key = await Hostile.PairKeyAsync(honest, suite);
        await Hostile.SignsAsync(key, honest);
        await Hostile.RejectsSigningAsync(cheat, key, honest, kind);
        var pair = await Hostile.PairAsync(honest);
        Assert.Equal(isDead, pair is { DeadSendingEpoch: > 0 } && (pair.SendingEpoch, pair.ReceivingEpoch) == (pair.DeadSendingEpoch, pair.DeadReceivingEpoch));
        await Hostile.ReadmittedAsync(honest);
        await Hostile.SignsAsync(key, honest);
    }

    [Fact]
    [Trait("row", "T27c@refresh")]
    public async Task A_bad_share_of_a_new_generation()
    {
        var key = Assert.Single(await rotation.CreateAsync(KeySuite.Ed25519, 1));
        await rotation.RejectsAsync("T26f@refresh", key, () => rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "c"), FaultKind.BadDealtShare);
    }
}
