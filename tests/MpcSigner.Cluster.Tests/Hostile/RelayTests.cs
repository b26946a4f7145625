using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A coordinator that is a bad relay, or says different things to different parties (spec §4, §18.3): no setup dies of it, and nobody is blamed.</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class RelayTests(SplitViewsFixture fixture) : IClassFixture<SplitViewsFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    /// <param name="comesThrough">Whether the session ends well all the same.</param>
    [Theory]
    [InlineData("T28a@dkg", false)]
    [InlineData("T28b@dkg", true)]
    [InlineData("T28c@dkg", true)]
    [InlineData("T28e@dkg", true)]
    [InlineData("T28f@dkg", true)]
    [InlineData("T28g@dkg", false)]
    [InlineData("T28h@dkg", true)]
    [Trait("row", "T28a@dkg")]
    [Trait("row", "T28b@dkg")]
    [Trait("row", "T28c@dkg")]
    [Trait("row", "T28e@dkg")]
    [Trait("row", "T28f@dkg")]
    [Trait("row", "T28g@dkg")]
    [Trait("row", "T28h@dkg")]
    public async Task A_creation_through_a_bad_relay_ends_and_blames_nobody(string cheat, bool comesThrough)
    {
        var before = await Cluster.KeysAsync();
        await Cluster.BeginAsync(cheat);
        await using var client = Cluster.ClientAt(Cluster.Cheater);
        var creation = client.CreateKeysAsync(Cluster.Request(3));
        if (comesThrough)
            Assert.Single(await creation);
        else
            await Assert.ThrowsAsync<MpcSignerException>(() => creation);
        Cluster.End();
        Assert.Empty(await Cluster.BlamesAsync());
        if (!comesThrough)
            Assert.Equal(before, await Cluster.KeysAsync());
        Assert.Single(await client.CreateKeysAsync(Cluster.Request(3)));
    }

    /// <summary>Each session gets what is another's: neither opens anything of it.</summary>
    [Fact]
    [Trait("row", "T28d@dkg")]
    public async Task Two_creations_whose_envelopes_are_swapped_end_and_blame_nobody()
    {
        await Cluster.BeginAsync("T28d@dkg");
        await using var client = Cluster.ClientAt(Cluster.Cheater);
        Task<IReadOnlyList<SigningKey>>[] both = [client.CreateKeysAsync(Cluster.Request(3)), client.CreateKeysAsync(Cluster.Request(3))];
        foreach (var creation in both)
            await Assert.ThrowsAsync<MpcSignerException>(() => creation);
        Cluster.End();
        Assert.Empty(await Cluster.BlamesAsync());
        Assert.Single(await client.CreateKeysAsync(Cluster.Request(3)));
    }

    /// <summary>Every signer is needed, and all speak through the cheater.</summary>
    [Theory]
    [InlineData("T28a@presign", false)]
    [InlineData("T28b@presign", true)]
    [InlineData("T28c@presign", true)]
    [InlineData("T28e@presign", true)]
    [InlineData("T28f@presign", true)]
    [InlineData("T28g@presign", false)]
    [InlineData("T28h@presign", true)]
    [InlineData("T09@presign", false)]
    [InlineData("T20a@presign", false)]
    [InlineData("T20b@presign", false)]
    [InlineData("T20c@presign", false)]
    [InlineData("T20-count@presign", false)]
    [InlineData("T19a@online", false)]
    [InlineData("T19b@online", false)]
    [InlineData("T19c@online", false)]
    [InlineData("T19d@online", false)]
    [Trait("row", "T28a@presign")]
    [Trait("row", "T28b@presign")]
    [Trait("row", "T28c@presign")]
    [Trait("row", "T28e@presign")]
    [Trait("row", "T28f@presign")]
    [Trait("row", "T28g@presign")]
    [Trait("row", "T28h@presign")]
    [Trait("row", "T09@presign")]
    [Trait("row", "T20a@presign")]
    [Trait("row", "T20b@presign")]
    [Trait("row", "T20c@presign")]
    [Trait("row", "T19a@online")]
    [Trait("row", "T19b@online")]
    [Trait("row", "T19c@online")]
    [Trait("row", "T19d@online")]
    public async Task Presigning_through_a_bad_relay_kills_no_setup_and_blames_nobody(string cheat, bool comesThrough)
    {
        TestNode[] signers = [.. Cluster.Honest.Take(2), Cluster.Cheater];
        await using var client = Cluster.ClientAt(Cluster.Cheater);
        var key = Assert.Single(await client.CreateKeysAsync(Cluster.Request(3, 1, KeySuite.EcdsaSecp256k1, signers)));
        await Cluster.SignsAsync(key, Cluster.Cheater); // the setups are there
        await Cluster.BeginAsync(cheat);
        if (comesThrough)
            await Cluster.SignsAsync(key, Cluster.Cheater);
        else
            await DirectRefusal.OfAsync(Cluster.Nodes, Cluster.Cheater.Name, key);
        Cluster.End();
        Assert.Empty(await Cluster.BlamesAsync());
        foreach (var node in Cluster.Honest.Take(2))
        {
            var pair = await Cluster.PairAsync(node);
            Assert.Equal((0ul, 0ul, 0u), (pair?.DeadSendingEpoch ?? 0, pair?.DeadReceivingEpoch ?? 0, pair?.Failures ?? 0));
        }
        await Cluster.SignsAsync(key, Cluster.Cheater);
    }

    /// <summary>While the first runs, when it is over, and after a restart.</summary>
    [Fact]
    [Trait("row", "T22@dkg")]
    public async Task A_session_is_not_run_twice_under_one_id()
    {
        var member = Cluster.Honest.First();
        await Cluster.BeginAsync("T22@dkg");
        await using var client = Cluster.ClientAt(Cluster.Cheater);
        Assert.Single(await client.CreateKeysAsync(Cluster.Request(2, 1, KeySuite.Ed25519, member, Cluster.Cheater)));
        await Cluster.DoneAsync(2);
        await Cluster.RestartAsync(member);
        await Cluster.DoneAsync((await Cluster.DoneAsync(0)) + 2);
        Assert.All(Cluster.End(), answer => Assert.Equal("refused: The session's id was used before.", answer));
        Assert.Empty(await Cluster.BlamesAsync());
    }
}
