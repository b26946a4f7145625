using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Signers and coordinators that cheat in FROST (spec §19).</summary>
[Trait("tier", "hostile")]
[Trait("row", "F-BadSignatureShare")]
[Trait("row", "F-ReusedCommitment")]
[Collection(OneAtATime.Name)]
public class FrostTests(HostileFixture fixture) : IClassFixture<HostileFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    /// <summary>A key that cannot do without the cheater: nothing is signed, and what is its fault is blamed.</summary>
    [Theory]
    [InlineData("share@frost", KeySuite.Ed25519, FaultKind.BadSignatureShare)]
    [InlineData("share@frost", KeySuite.SchnorrSecp256k1, FaultKind.BadSignatureShare)]
    [InlineData("share@frost", KeySuite.Taproot, FaultKind.BadSignatureShare)]
    [InlineData("share-signature@frost", KeySuite.SchnorrSecp256k1, FaultKind.BadIdentitySignature)]
    [InlineData("share-unsigned@frost", KeySuite.Taproot, FaultKind.BadIdentitySignature)]
    [InlineData("share-order@frost", KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [InlineData("share-order@frost", KeySuite.SchnorrSecp256k1, FaultKind.MalformedMessage)]
    [InlineData("share-nonces@frost", KeySuite.Ed25519, FaultKind.BadSignatureShare)]
    [InlineData("share-nonces@frost", KeySuite.Taproot, FaultKind.BadSignatureShare)]
    [InlineData("share-malformed@frost", KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [InlineData("hiding@frost", KeySuite.Ed25519, null)]
    [InlineData("binding@frost", KeySuite.Taproot, null)]
    [InlineData("identity@frost", KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [InlineData("identity@frost", KeySuite.SchnorrSecp256k1, FaultKind.MalformedMessage)]
    [InlineData("small-order@frost", KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [Trait("row", "R01"), Trait("row", "R04"), Trait("row", "R08"), Trait("row", "R09"), Trait("row", "R18"), Trait("row", "R19"), Trait("row", "R20"), Trait("row", "R21")]
    public async Task A_signer_that_cheats_is_blamed_and_nothing_is_signed(string cheat, KeySuite suite, FaultKind? kind)
    {
        var honest = Cluster.Honest.First();
        await Cluster.ReadmittedAsync(honest);
        var key = await Cluster.PairKeyAsync(honest, suite);
        await Cluster.RejectsSigningAsync(cheat, key, honest, kind);
        await Cluster.ReadmittedAsync(honest);
        await Cluster.SignsAsync(key, honest);
    }

    /// <summary>The second time the coordinator knows them.</summary>
    [Fact]
    [Trait("row", "R24")]
    public async Task A_signer_that_gives_its_commitments_twice_is_blamed()
    {
        var honest = Cluster.Honest.First();
        await Cluster.ReadmittedAsync(honest);
        var key = await Cluster.PairKeyAsync(honest, KeySuite.Ed25519);
        await Cluster.BeginAsync("reused@frost");
        await Cluster.SignsAsync(key, honest);
        Assert.Equal("TOO_FEW_NODES", (await DirectRefusal.OfAsync(Cluster.Nodes, honest.Name, key)).Reason);
        Cluster.End();
        await Cluster.AssertBlamesAsync(FaultKind.ReusedCommitment, [honest.Name]);
        await Cluster.SignsAsync(key, honest);
    }

    /// <summary>A key that can do without it is signed with within the same request.</summary>
    [Theory]
    [InlineData(KeySuite.Ed25519)]
    [InlineData(KeySuite.Taproot)]
    public async Task Another_quorum_signs_where_there_is_one(KeySuite suite)
    {
        var honest = Cluster.Honest.First();
        await Cluster.RestartAsync(honest); // with no strikes against anybody: they order the choice
        await using var client = Cluster.ClientAt(honest);
        var key = Assert.Single(await client.CreateKeysAsync(Cluster.Request(2, 1, suite)));
        await Cluster.BeginAsync("share@frost");
        // Turns differ: within a few requests the cheater is chosen.
        for (var i = 0; i < 8 && (await Cluster.BlamesAsync()).Count == 0; i++)
        {
            var signed = await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
            Assert.Equal(Cluster.Honest.Select(node => node.Name), signed.Signers.Order());
        }
        Cluster.End();
        await Cluster.AssertBlamesAsync(FaultKind.BadSignatureShare, [honest.Name]);
    }

    /// <summary>Its question is refused, the nonces kept, and nothing leaves the signer.</summary>
    [Theory]
    [InlineData("list-order@frost", KeySuite.Ed25519)]
    [InlineData("list-short@frost", KeySuite.SchnorrSecp256k1)]
    [InlineData("list-duplicate@frost", KeySuite.Taproot)]
    [InlineData("other-nonces@frost", KeySuite.Ed25519)]
    [InlineData("other-message@frost", KeySuite.Taproot)]
    [Trait("row", "R05"), Trait("row", "R07")]
    public async Task A_coordinators_question_that_is_not_in_order_is_refused(string cheat, KeySuite suite)
    {
        var honest = Cluster.Honest.First();
        await Cluster.ReadmittedAsync(honest);
        var key = await Cluster.PairKeyAsync(honest, suite);
        await Cluster.BeginAsync(cheat);
        var (reason, message) = await DirectRefusal.OfAsync(Cluster.Nodes, Cluster.Cheater.Name, key);
        Assert.True(reason is "TOO_FEW_NODES" or "PEER_FAULT" or "DEADLINE_EXCEEDED", $"{reason}: {message}");
        Cluster.End();
        Assert.DoesNotContain(await Cluster.SeenAsync(honest), entry => entry.Kind == AuditKind.ShareReleased);
        Assert.Empty(await Cluster.BlamesAsync());
        await Cluster.SignsAsync(key, Cluster.Cheater);
    }

    /// <summary>Two answers of one nonce, or of one presignature, would give the signer's share away: exactly one ever leaves.</summary>
    [Theory]
    [InlineData("asked-twice@frost", KeySuite.Ed25519)]
    [InlineData("asked-at-once@frost", KeySuite.Taproot)]
    [InlineData("T25a@online", KeySuite.EcdsaSecp256k1)]
    [InlineData("T25b@online", KeySuite.EcdsaP256)]
    [Trait("row", "T25a@online")]
    [Trait("row", "T25b@online"), Trait("row", "R10")]
    public async Task A_second_question_on_the_same_material_is_refused(string cheat, KeySuite suite)
    {
        var honest = Cluster.Honest.First();
        await Cluster.ReadmittedAsync(honest);
        var key = await Cluster.PairKeyAsync(honest, suite);
        await Cluster.BeginAsync(cheat);
        await Cluster.SignsAsync(key, Cluster.Cheater);
        await Cluster.DoneAsync(1);
        Assert.All(Cluster.End(), answer => Assert.True(answer is "NotSigned" or "Refused" or "AlreadySigned", answer));
        Assert.Single(await Cluster.SeenAsync(honest), entry => entry.Kind == AuditKind.ShareReleased);
        Assert.Empty(await Cluster.BlamesAsync());
        await Cluster.SignsAsync(key, Cluster.Cheater);
    }
}
