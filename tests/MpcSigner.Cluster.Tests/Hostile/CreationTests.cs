using MpcSigner.Client;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A party that cheats in key generation (spec §18.3): blamed by those it cheated and by nobody else, no key anywhere, and the next one is made.</summary>
[Trait("tier", "hostile")]
[Trait("row", "T09@dkg")]
[Trait("row", "T26a@dkg")]
[Trait("row", "T26b@dkg")]
[Trait("row", "T26c@dkg")]
[Trait("row", "T26d@dkg")]
[Trait("row", "T26e@dkg")]
[Trait("row", "T26f@dkg")]
[Trait("row", "T26g@dkg")]
[Trait("row", "T26a@batch")]
[Trait("row", "T26f@batch")]
[Trait("row", "T26g@batch")]
[Trait("row", "F-BadOpening")]
[Trait("row", "F-MalformedMessage")]
[Trait("row", "F-BadProofOfKnowledge")]
[Trait("row", "F-BadDealtShare")]
[Trait("row", "F-BadIdentitySignature")]
[Trait("row", "F-ConflictingMessages")]
[Trait("row", "F-ContextMismatch")]
[Trait("row", "F-CommitmentEchoMismatch")]
[Trait("row", "F-TranscriptEchoMismatch")]
[Trait("row", "F-BadShareProof")]
[Collection(OneAtATime.Name)]
public class CreationTests(HostileFixture fixture) : IClassFixture<HostileFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    /// <param name="coordinator">Honest, or the cheater itself.</param>
    /// <param name="count">Keys of the order: one, or a batch.</param>
    /// <param name="kind">Null: nobody can be blamed.</param>
    [Theory]
    [InlineData("T26a@dkg", "a", 1, KeySuite.Ed25519, FaultKind.BadOpening)]
    [InlineData("T26a@dkg", "c", 3, KeySuite.EcdsaSecp256k1, FaultKind.BadOpening)]
    [InlineData("T26b@dkg", "c", 1, KeySuite.EcdsaP256, FaultKind.MalformedMessage)]
    [InlineData("T26c@dkg", "c", 1, KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [InlineData("T26d@dkg", "c", 1, KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [InlineData("T26d@dkg", "c", 1, KeySuite.Taproot, FaultKind.MalformedMessage)]
    [InlineData("T26e-pid@dkg", "c", 1, KeySuite.Ed25519, FaultKind.BadProofOfKnowledge)]
    [InlineData("T26e-session@dkg", "c", 1, KeySuite.EcdsaSecp256k1, FaultKind.BadProofOfKnowledge)]
    [InlineData("T26f@dkg", "a", 1, KeySuite.SchnorrSecp256k1, FaultKind.BadDealtShare)]
    [InlineData("T26f@dkg", "c", 3, KeySuite.Ed25519, FaultKind.BadDealtShare)]
    [InlineData("T26g@dkg", "c", 1, KeySuite.Ed25519, FaultKind.BadOpening)]
    [InlineData("T26g@dkg", "c", 3, KeySuite.EcdsaP256, FaultKind.BadOpening)]
    [InlineData("T26g-dealings@dkg", "c", 1, KeySuite.Ed25519, null)]
    [InlineData("T09@dkg", "a", 1, KeySuite.Ed25519, null)]
    [InlineData("F-BadIdentitySignature@dkg", "c", 1, KeySuite.Ed25519, FaultKind.BadIdentitySignature)]
    [InlineData("F-MalformedMessage@dkg", "c", 1, KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [InlineData("F-ConflictingMessages@dkg", "c", 1, KeySuite.Ed25519, FaultKind.ConflictingMessages)]
    [InlineData("F-ContextMismatch@dkg", "c", 1, KeySuite.Ed25519, null)]
    [InlineData("F-TranscriptEchoMismatch@dkg", "c", 1, KeySuite.Ed25519, null)]
    [InlineData("F-BadShareProof@dkg", "c", 1, KeySuite.EcdsaSecp256k1, FaultKind.BadShareProof)]
    public Task A_dealer_that_cheats_is_blamed_and_no_key_comes_of_it(string cheat, string coordinator, int count, KeySuite suite, FaultKind? kind) =>
        Cluster.RejectsCreationAsync(cheat, Cluster.Nodes[coordinator], count, suite, kind);

    /// <summary>Its ACK reaches nobody, whatever they ask: the key is PENDING and not used, and ACTIVE once the party speaks.</summary>
    [Fact]
    [Trait("row", "T23a@dkg")]
    public async Task A_party_that_is_silent_after_round_3_leaves_a_key_that_nobody_uses()
    {
        await Cluster.ReadmittedAsync(Cluster.Honest.First());
        await Cluster.BeginAsync("T23a@dkg");
        var before = (await Cluster.KeysAsync()).ToHashSet();
        await using var client = Cluster.ClientAt(Cluster.Honest.First());
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.CreateKeysAsync(Cluster.Request(2)));
        Assert.Equal("KEY_PENDING", refused.Reason);
        Assert.Equal(Cluster.Honest.Select(node => node.Name), Cluster.End());
        var added = (await Cluster.KeysAsync()).Where(key => !before.Contains(key)).ToList();
        Assert.NotEmpty(added);
        Assert.All(added, key => Assert.EndsWith(" Pending", key, StringComparison.Ordinal));
        Assert.Empty(await Cluster.BlamesAsync());
        await Cluster.SettledAsync();
    }

    [Fact]
    [Trait("row", "T23b@dkg")]
    public async Task An_ACK_that_half_of_them_get_makes_the_key_at_all_of_them()
    {
        await Cluster.ReadmittedAsync(Cluster.Honest.First());
        await Cluster.BeginAsync("T23b@dkg");
        await using var client = Cluster.ClientAt(Cluster.Honest.First());
        var key = Assert.Single(await client.CreateKeysAsync(Cluster.Request(2)));
        Assert.Single(Cluster.End());
        await Cluster.SettledAsync();
        foreach (var node in Cluster.Honest)
            Assert.Contains($"{node.Name} {key.Id} Active", await Cluster.KeysAsync());
        Assert.Empty(await Cluster.BlamesAsync());
    }

    /// <summary>An ACK that does not verify is blamed by all, and is none: the key is PENDING and not used until the party gives its true one.</summary>
    [Fact]
    [Trait("row", "F-BadAcknowledgement")]
    public async Task A_bad_ACK_is_blamed_and_makes_no_key()
    {
        await Cluster.ReadmittedAsync(Cluster.Honest.First());
        await Cluster.BeginAsync("F-BadAcknowledgement@dkg");
        var before = (await Cluster.KeysAsync()).ToHashSet();
        await using var client = Cluster.ClientAt(Cluster.Honest.First());
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.CreateKeysAsync(Cluster.Request(2)));
        Assert.Equal("KEY_PENDING", refused.Reason);
        var added = (await Cluster.KeysAsync()).Where(key => !before.Contains(key)).ToList();
        Assert.NotEmpty(added);
        Assert.All(added, key => Assert.EndsWith(" Pending", key, StringComparison.Ordinal));
        await Cluster.AssertBlamesAsync(FaultKind.BadAcknowledgement, Cluster.End());
        await Cluster.SettledAsync();
        Assert.Single(await client.CreateKeysAsync(Cluster.Request(2)));
    }
}
