using MpcSigner.Client;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A signer that cheats in presigning and online signing (spec §15, §18.3): whom its partner blames, which setups die, and that nothing is signed.</summary>
[Trait("tier", "hostile")]
[Trait("row", "T06a@presign")]
[Trait("row", "T06b@presign")]
[Trait("row", "T06c@presign")]
[Trait("row", "T06d@presign")]
[Trait("row", "T08@presign")]
[Trait("row", "T10@presign")]
[Trait("row", "T11a@presign")]
[Trait("row", "T11b@presign")]
[Trait("row", "T12a@presign")]
[Trait("row", "T12b@presign")]
[Trait("row", "T12c@presign")]
[Trait("row", "T13@presign")]
[Trait("row", "T14@presign")]
[Trait("row", "T15a@presign")]
[Trait("row", "T15b@presign")]
[Trait("row", "T15c@presign")]
[Trait("row", "T16@presign")]
[Trait("row", "T17@presign")]
[Trait("row", "T18a@online")]
[Trait("row", "T18b@online")]
[Trait("row", "F-BadOtExtension")]
[Trait("row", "F-BadVectorOle")]
[Trait("row", "F-BadOleInput")]
[Trait("row", "F-SetupIdMismatch")]
[Trait("row", "F-PublicKeySumMismatch")]
[Trait("row", "F-InvalidSignature")]
[Trait("row", "F-ReplyToOtherRequest")]
[Trait("row", "C01")]
[Trait("row", "C03")]
[Trait("row", "C05")]
[Trait("row", "C10")]
[Collection(OneAtATime.Name)]
public class PresignTests(ManyPairsFixture fixture) : IClassFixture<ManyPairsFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    /// <summary>A failed check condemns both directions, durably; a restart does not forget it, and the next setup is another one. Of each pair three a day are made again.</summary>
    [Theory]
    [InlineData("T06a@presign", "a", FaultKind.BadOtExtension)]
    [InlineData("T06b@presign", "b", FaultKind.BadOtExtension)]
    [InlineData("T06c@presign", "c", FaultKind.BadOtExtension)]
    [InlineData("T06d@presign", "d", FaultKind.BadOtExtension)]
    [InlineData("T12a@presign", "a", FaultKind.BadVectorOle)]
    [InlineData("T12b@presign", "b", FaultKind.BadVectorOle)]
    [InlineData("T12c@presign", "c", FaultKind.BadVectorOle)]
    [InlineData("T13@presign", "c", FaultKind.BadVectorOle)]
    [InlineData("T14@presign", "d", FaultKind.BadOleInput)]
    [InlineData("T15a@presign", "d", FaultKind.BadOleInput)]
    [InlineData("T15b@presign", "a", FaultKind.BadOleInput)]
    [InlineData("T15c@presign", "b", FaultKind.BadOleInput)]
    public async Task A_failed_check_kills_the_setup_for_good(string cheat, string partner, FaultKind kind)
    {
        var honest = Cluster.Nodes[partner];
        await Cluster.ReadmittedAsync(honest);
        var key = await Cluster.PairKeyAsync(honest, KeySuite.EcdsaSecp256k1);
        await Cluster.SignsAsync(key, honest);
        var alive = (await Cluster.PairAsync(honest))!;
        Assert.True(alive.DeadSendingEpoch < alive.SendingEpoch && alive.DeadReceivingEpoch < alive.ReceivingEpoch);

        await Cluster.RejectsSigningAsync(cheat, key, honest, kind);
        var dead = (await Cluster.PairAsync(honest))!;
        Assert.Equal((alive.SendingEpoch, alive.ReceivingEpoch), (dead.DeadSendingEpoch, dead.DeadReceivingEpoch));
        Assert.Equal((alive.Failures + 1, alive.FailuresOnDay + 1), (dead.Failures, dead.FailuresOnDay));

        await Cluster.ReadmittedAsync(honest);
        Assert.Equal(dead, await Cluster.PairAsync(honest));
        await Cluster.SignsAsync(key, honest);
        var next = (await Cluster.PairAsync(honest))!;
        Assert.Equal((alive.SendingEpoch + 1, alive.ReceivingEpoch + 1), (next.SendingEpoch, next.ReceivingEpoch));
        Assert.Equal((dead.DeadSendingEpoch, dead.DeadReceivingEpoch), (next.DeadSendingEpoch, next.DeadReceivingEpoch));
    }

    /// <summary>Everything else leaves the setup alive: what is a peer's fault is blamed, and what may be anybody's is not.</summary>
    [Theory]
    [InlineData("T08@presign", "c", null)]
    [InlineData("F-ContextMismatch@presign", "c", null)]
    [InlineData("F-MalformedMessage@presign", "c", FaultKind.MalformedMessage)]
    [InlineData("T10@presign", "c", null)]
    [InlineData("T11a@presign", "c", FaultKind.BadOpening)]
    [InlineData("T11b@presign", "d", FaultKind.BadOpening)]
    [InlineData("T16@presign", "c", null)]
    [InlineData("T17@presign", "c", null)]
    [InlineData("F-READY@presign", "c", null)]
    [InlineData("T18a@online", "d", null)]
    [InlineData("T18b@online", "d", null)]
    [InlineData("F-ReplyToOtherRequest@online", "d", FaultKind.ReplyToOtherRequest)]
    [InlineData("F-MalformedMessage@online", "d", FaultKind.MalformedMessage)]
    public async Task Nothing_else_kills_a_setup(string cheat, string partner, FaultKind? kind)
    {
        var honest = Cluster.Nodes[partner];
        await Cluster.ReadmittedAsync(honest);
        var key = await Cluster.PairKeyAsync(honest, KeySuite.EcdsaP256);
        await Cluster.SignsAsync(key, honest);
        var alive = (await Cluster.PairAsync(honest))!;

        await Cluster.RejectsSigningAsync(cheat, key, honest, kind);
        var after = (await Cluster.PairAsync(honest))!;
        Assert.Equal((alive.DeadSendingEpoch, alive.DeadReceivingEpoch, alive.Failures), (after.DeadSendingEpoch, after.DeadReceivingEpoch, after.Failures));

        await Cluster.ReadmittedAsync(honest);
        await Cluster.SignsAsync(key, honest);
    }
}
