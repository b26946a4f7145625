using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Cheats that try a few bits of their partner's (spec §5.2, §6, §18.3): nothing comes of a right guess, and a wrong one is a failed check.</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class GuessTests(ManyPairsFixture fixture) : IClassFixture<ManyPairsFixture>
{
    private static readonly PairRow Nothing = new(default, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>No pair more often than a day allows to fail; a and b are tried once besides.</summary>
    private static readonly string[] Tried = ["d", "c", "d", "c", "d", "c", "b", "a", "b", "a"];

    private HostileCluster Cluster => fixture.Cluster;

    /// <summary>A guess of four bits: right once in sixteen times, and then the cheater's own machine, which knows nothing of it, cannot go on.</summary>
    [Fact]
    [Trait("row", "T07@presign")]
    public async Task A_guess_at_a_block_costs_the_setup_unless_it_is_right()
    {
        foreach (var honest in Cluster.Honest.Take(2))
        {
            var (key, alive) = await Cluster.BeginOverSetupAsync("T07@presign", honest);
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
            await Cluster.EndOverSetupAsync(key, honest, alive, isRight, FaultKind.BadOtExtension);
        }
    }

    /// <summary>Of a level's two corrections the peer uses one. Where the other was changed, its leaves are what they must be and the setup serves; else it is never used.</summary>
    [Fact]
    [Trait("row", "T04@setup")]
    public async Task A_changed_correction_that_the_peer_does_not_use_changes_nothing()
    {
        var passed = 0;
        foreach (var name in Tried.TakeWhile(_ => passed == 0))
        {
            var honest = Cluster.Nodes[name];
            var key = await Cluster.PairKeyAsync(honest, KeySuite.EcdsaSecp256k1);
            await Cluster.RestartAsync(honest);
            var before = await Cluster.PairAsync(honest) ?? Nothing;
            await Cluster.BeginAsync("T04@setup");
            var refused = await DirectRefusal.TryOfAsync(Cluster.Nodes, honest.Name, key);
            var isUnused = (await Cluster.BlamesAsync()).Count == 0;
            Assert.True(isUnused || refused is not null, "a signature was made although the proof failed");
            Assert.Equal([honest.Name], Cluster.End());
            var after = (await Cluster.PairAsync(honest))!;
            await Cluster.AssertBlamesAsync(isUnused ? null : FaultKind.BadSeedProof, [honest.Name]);
            Assert.Equal(before.Failures + (isUnused ? 0u : 1u), after.Failures);
            Assert.Equal((before.DeadSendingEpoch, before.DeadReceivingEpoch), (after.DeadSendingEpoch, after.DeadReceivingEpoch));
            await Cluster.SignsAsync(key, honest); // over that setup, or over an honest one in its place
            var made = (await Cluster.PairAsync(honest))!;
            Assert.Equal(isUnused, (made.SendingEpoch, made.ReceivingEpoch) == (after.SendingEpoch, after.ReceivingEpoch));
            passed += isUnused ? 1 : 0;
        }
        Assert.True(passed > 0, $"of {Tried.Length} changed corrections, each used with probability ½, the peers used all");
    }
}
