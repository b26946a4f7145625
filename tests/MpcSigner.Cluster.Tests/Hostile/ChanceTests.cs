using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Cheats in presigning that pass by chance and are consistent in all else (spec §6, §7.4, §18.3): where one passes nobody is blamed and no setup dies, where it fails it is as any failed check.</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class ChanceTests(ManyPairsFixture fixture) : IClassFixture<ManyPairsFixture>
{
    /// <summary>No pair is tried more often than a day allows to fail.</summary>
    private const int TriesAPair = 2;

    private HostileCluster Cluster => fixture.Cluster;

    /// <summary>A guess of four bits: right once in sixteen times, and then the cheater's own machine, which knows nothing of it, cannot go on.</summary>
    [Fact]
    [Trait("row", "T07@presign")]
    public async Task A_guess_at_a_block_costs_the_setup_unless_it_is_right()
    {
        foreach (var honest in Cluster.Honest.Take(2))
        {
            var (key, alive) = await BeginAsync("T07@presign", honest);
            Assert.NotNull(await DirectRefusal.TryOfAsync(Cluster.Nodes, honest.Name, key));
            var isRight = (await Cluster.BlamesAsync()).Count == 0;
            if (isRight)
            {
                // Its partner went on to round 2.
                Assert.Contains(await NodeLog.ReadAsync(Cluster.Nodes, Cluster.Cheater), entry => entry.Kind == AuditKind.PeerFault
                    && System.Text.Encoding.UTF8.GetString(entry.Detail.Span).StartsWith($"{honest.Name} ", StringComparison.Ordinal)
                    && System.Text.Encoding.UTF8.GetString(entry.Detail.Span).Contains(nameof(FaultKind.BadVectorOle), StringComparison.Ordinal));
                await Cluster.RestartAsync(Cluster.Cheater);
            }
            await EndAsync(key, honest, alive, isRight, FaultKind.BadOtExtension);
        }
    }

    /// <summary>The choice bit of the row decides. Where it is 0 the signature is made, and verifies: nothing that anybody computes with has changed.</summary>
    [Fact]
    [Trait("row", "T13@presign")]
    public async Task Another_input_in_one_row_passes_for_one_of_two_choice_bits()
    {
        var (passed, failed) = (0, 0);
        foreach (var honest in Enumerable.Repeat(Cluster.Honest.Reverse(), TriesAPair).SelectMany(nodes => nodes))
        {
            if (passed > 0 && failed > 0)
                break;
            var (key, alive) = await BeginAsync("T13-one@presign", honest);
            var isSigned = await DirectRefusal.TryOfAsync(Cluster.Nodes, honest.Name, key) is null;
            await EndAsync(key, honest, alive, isSigned, FaultKind.BadVectorOle);
            (passed, failed) = (passed + (isSigned ? 1 : 0), failed + (isSigned ? 0 : 1));
        }
        Assert.True(passed > 0 && failed > 0, $"{passed} passed and {failed} failed: each with probability ½");
    }

    private async Task<(SigningKey Key, PairRow Alive)> BeginAsync(string cheat, TestNode honest)
    {
        await Cluster.ReadmittedAsync(honest);
        var key = await Cluster.PairKeyAsync(honest, KeySuite.EcdsaSecp256k1);
        await Cluster.SignsAsync(key, honest);
        var alive = (await Cluster.PairAsync(honest))!;
        await Cluster.BeginAsync(cheat);
        return (key, alive);
    }

    private async Task EndAsync(SigningKey key, TestNode honest, PairRow alive, bool isRight, FaultKind kind)
    {
        Assert.Equal([honest.Name], Cluster.End());
        await Cluster.AssertBlamesAsync(isRight ? null : kind, [honest.Name]);
        var after = (await Cluster.PairAsync(honest))!;
        Assert.Equal(
            isRight ? (alive.DeadSendingEpoch, alive.DeadReceivingEpoch, alive.Failures) : (alive.SendingEpoch, alive.ReceivingEpoch, alive.Failures + 1),
            (after.DeadSendingEpoch, after.DeadReceivingEpoch, after.Failures));
        await Cluster.ReadmittedAsync(honest);
        await Cluster.SignsAsync(key, honest);
    }
}
