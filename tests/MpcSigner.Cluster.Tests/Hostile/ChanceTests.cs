using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A sender of the vector OLE that uses another input in one row and is consistent in all else (spec §7.4, §18.3): where it passes nobody is blamed and no setup dies, where it fails it is as any failed check.</summary>
[Trait("tier", "hostile")]
[Collection(OneAtATime.Name)]
public class ChanceTests(ManyPairsFixture fixture) : IClassFixture<ManyPairsFixture>
{
    /// <summary>As often as a day allows to fail.</summary>
    private const int TriesAPair = 3;

    private HostileCluster Cluster => fixture.Cluster;

    /// <summary>The choice bit of the row decides. Where it is 0 the signature is made, and verifies: nothing that anybody computes with has changed.</summary>
    [Fact]
    [Trait("row", "T13@presign")]
    public async Task Another_input_in_one_row_passes_for_one_of_two_choice_bits()
    {
        var (passed, failed) = (0, 0);
        foreach (var honest in Enumerable.Repeat(Cluster.Honest, TriesAPair).SelectMany(nodes => nodes))
        {
            if (passed > 0 && failed > 0)
                break;
            var (key, alive) = await Cluster.BeginOverSetupAsync("T13-one@presign", honest);
            var refused = await DirectRefusal.TryOfAsync(Cluster.Nodes, honest.Name, key);
            var isRight = (await Cluster.BlamesAsync()).Count == 0;
            Assert.True(isRight || refused is not null, "a signature was made although the check failed");
            await Cluster.EndOverSetupAsync(key, honest, alive, isRight, FaultKind.BadVectorOle);
            (passed, failed) = (passed + (refused is null ? 1 : 0), failed + (isRight ? 0 : 1));
        }
        Assert.True(passed > 0 && failed > 0, $"{passed} passed and {failed} failed: each with probability ½");
    }
}
