using MpcSigner.Client;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A node that cheats in a pair setup (spec §5, §18.3): it never becomes ACTIVE, and an honest one is made afterwards.</summary>
[Trait("tier", "hostile")]
[Trait("row", "T01a@setup")]
[Trait("row", "T01b@setup")]
[Trait("row", "T01c@setup")]
[Trait("row", "T02@setup")]
[Trait("row", "T03a@setup")]
[Trait("row", "T03b@setup")]
[Trait("row", "T03c@setup")]
[Trait("row", "T05@setup")]
[Trait("row", "F-InvalidBaseOtPoint")]
[Trait("row", "F-BadSeedProof")]
[Trait("row", "C11")]
[Collection(OneAtATime.Name)]
public class SetupTests(ManyPairsFixture fixture) : IClassFixture<ManyPairsFixture>
{
    private HostileCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData("T01a@setup", "a", FaultKind.InvalidBaseOtPoint)]
    [InlineData("T01b@setup", "b", FaultKind.InvalidBaseOtPoint)]
    [InlineData("T01c@setup", "c", FaultKind.MalformedMessage)]
    [InlineData("T02@setup", "d", FaultKind.InvalidBaseOtPoint)]
    [InlineData("T03a@setup", "a", FaultKind.BadSeedProof)]
    [InlineData("T03b@setup", "b", FaultKind.BadSeedProof)]
    [InlineData("T03c@setup", "c", FaultKind.BadSeedProof)]
    [InlineData("T05@setup", "d", null)]
    public async Task A_setup_in_which_a_node_cheats_is_never_used(string cheat, string partner, FaultKind? kind)
    {
        var honest = Cluster.Nodes[partner];
        var key = await Cluster.PairKeyAsync(honest, KeySuite.EcdsaSecp256k1);
        if (await Cluster.PairAsync(honest) is { } earlier && earlier.SendingEpoch > 0)
            await Cluster.RestartAsync(honest); // a process of its own: its setups are made anew
        var before = await Cluster.PairAsync(honest);

        await Cluster.RejectsSigningAsync(cheat, key, honest, kind);
        var after = (await Cluster.PairAsync(honest))!;
        Assert.Equal((before?.Failures ?? 0) + (kind is null ? 0u : 1u), after.Failures);

        await Cluster.SignsAsync(key, honest);
        var made = (await Cluster.PairAsync(honest))!;
        Assert.True(made.SendingEpoch > after.SendingEpoch && made.ReceivingEpoch > after.ReceivingEpoch, $"{after} {made}");
        Assert.True(made.DeadSendingEpoch < made.SendingEpoch && made.DeadReceivingEpoch < made.ReceivingEpoch, $"{made}");
    }
}
