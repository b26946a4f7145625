using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Histories;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Every lie of the book reaches a victim in a calm cluster, and what must follow does: else the promises that it tries would be kept by nobody's doing.</summary>
public sealed class LieTests
{
    private const int Tries = 40;

    public static IEnumerable<TheoryDataRow<string>> Rows => LieBook.All.Select(lie => new TheoryDataRow<string>(lie.Row).WithTrait("row", lie.Row));

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_lie_is_judged(string row)
    {
        var lie = LieBook.Find(row);
        for (var seed = 1ul; seed <= Tries; seed++)
        {
            var outcome = History.Run(seed, plan: FocusedPlans.Telling(lie, seed));
            Assert.True(outcome.Holds, $"seed {seed}: {outcome.Broken}: {outcome.Detail}");
            if (outcome.Lies.Any(told => told.Victim != told.Liar.Nid))
                return;
        }
        Assert.Fail($"'{row}' was told nobody in {Tries} histories");
    }
}
