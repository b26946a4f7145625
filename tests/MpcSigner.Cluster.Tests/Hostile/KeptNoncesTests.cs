using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A FROST coordinator that asks a wrong question and then the right one over the same nonces (spec §19.3): the first is refused, the nonces are kept, and exactly one share leaves.</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class KeptNoncesTests(HostileRotation rotation) : IClassFixture<HostileRotation>
{
    private const string OutOfOrder = "The coordinator's request is not in order (Malformed).";

    private HostileCluster Hostile => rotation.Hostile;

    /// <summary>Of two signers of three: one that is not asked can stand in another's place. The key has been renewed once, so that it has a generation before.</summary>
    [Theory]
    [InlineData("kept-list-order@frost", KeySuite.Ed25519, OutOfOrder)]
    [InlineData("kept-duplicate@frost", KeySuite.SchnorrSecp256k1, OutOfOrder)]
    [InlineData("kept-own-missing@frost", KeySuite.Ed25519, "The material named in the question was made for other signers.")]
    [InlineData("kept-own-missing@frost", KeySuite.Taproot, "The material named in the question was made for other signers.")]
    [InlineData("kept-generation@frost", KeySuite.Ed25519, "The material named in the question was made for another key or another generation of it.")]
    [InlineData("kept-generation@frost", KeySuite.Taproot, "The material named in the question was made for another key or another generation of it.")]
    [Trait("row", "R05"), Trait("row", "R06"), Trait("row", "R07"), Trait("row", "R25")]
    public async Task A_wrong_question_is_refused_and_the_nonces_answer_the_right_one(string cheat, KeySuite suite, string refusal)
    {
        var key = Assert.Single(await rotation.CreateAsync(suite, 1));
        await Hostile.SignsAsync(key, Hostile.Cheater);
        await rotation.CompleteAsync(await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "a"), "a");
        await rotation.InUseAsync(key, 1, "a", "b", "c");

        await Hostile.BeginAsync(cheat);
        await Hostile.SignsAsync(key, Hostile.Cheater);
        Assert.Equal(1, await Hostile.DoneAsync(1)); // one question alone was asked wrong: the one behind it was answered
        Assert.Equal([refusal], Hostile.End());
        Assert.Equal(1, await ReleasedAsync());
        Assert.Empty(await Hostile.BlamesAsync());
        await rotation.SignsAsync(key);
    }

    private async Task<int> ReleasedAsync()
    {
        var released = 0;
        foreach (var node in Hostile.Honest)
            released += (await Hostile.SeenAsync(node)).Count(entry => entry.Kind == AuditKind.ShareReleased);
        return released;
    }
}

/// <summary>Nonces that a signer made for one coordinator, and another coordinator that has learnt of them from it (spec §19.3, §19.4).</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class OthersNoncesTests(AccompliceFixture fixture) : IClassFixture<AccompliceFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    /// <summary>b has nonces of a, keeps its question back and tells c; c asks with them in vain; then b is answered with them.</summary>
    [Theory]
    [InlineData(KeySuite.Ed25519)]
    [InlineData(KeySuite.Taproot)]
    [Trait("row", "R26")]
    public async Task Another_coordinators_nonces_are_refused_and_answer_their_own(KeySuite suite)
    {
        var (signer, accomplice) = (Cluster.Honest.Single(), Cluster.Accomplice);
        await using var client = Cluster.ClientAt(accomplice);
        var key = Assert.Single(await client.CreateKeysAsync(Cluster.Request(3, 1, suite)));
        await Cluster.BeginAsync("told-nonces@frost", accomplice);
        var kept = client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
        await Cluster.DoneAsync(1, accomplice);
        await Wait.UntilAsync(() => Task.FromResult(Cluster.Told(accomplice).Any(told => told.StartsWith(Cluster.NidOf(signer), StringComparison.Ordinal))),
            TimeSpan.FromSeconds(20), () => $"nothing of node {signer.Name} was told: {string.Join("; ", Cluster.Told(accomplice))}");
        var told = Assert.Single(Cluster.Told(accomplice), told => told.StartsWith(Cluster.NidOf(signer), StringComparison.Ordinal));

        await Cluster.BeginAsync($"kept-others-nonces@frost {told}");
        await Cluster.SignsAsync(key, Cluster.Cheater);
        Assert.Equal(1, await Cluster.DoneAsync(1));
        Assert.Equal(["The material named in the question is unknown to this node."], Cluster.End());
        Assert.Equal(1, (await Cluster.SeenAsync(signer)).Count(entry => entry.Kind == AuditKind.ShareReleased));
        Assert.False(kept.IsCompleted, "the question that is kept back was answered");

        Cluster.Want("", accomplice);
        await kept;
        Assert.Single(Cluster.Told(accomplice), again => again.StartsWith(Cluster.NidOf(signer), StringComparison.Ordinal)); // no other nonces were needed
        Assert.Equal(2, (await Cluster.SeenAsync(signer)).Count(entry => entry.Kind == AuditKind.ShareReleased));
        Assert.Empty(await Cluster.BlamesAsync());
        await Cluster.SignsAsync(key, signer);
    }
}
