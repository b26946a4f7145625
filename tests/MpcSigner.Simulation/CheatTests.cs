using MpcSigner.Core.Keys;
using MpcSigner.Simulation.Histories;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Each cheat reaches its victims, and what people err about is lived through: else the promises that these try would be kept by nobody's doing.</summary>
public sealed class CheatTests
{
    private const ulong Seeds = 4_000;
    private const int Times = 2;

    [Theory]
    [InlineData(Conduct.TwoFacedDealer, "has another face for")]
    [InlineData(Conduct.CoordinatorAsksTwice, "a second time")]
    [InlineData(Conduct.SilentAfterRound3, "keeps its Ack from")]
    [InlineData(Conduct.AcknowledgesToHalf, "keeps its Ack from")]
    [InlineData(Conduct.LyingCoordinator, "lies to")]
    [InlineData(Conduct.OldGeneration, "an old certificate")]
    [InlineData(Conduct.SessionRunTwice, "opens a session with")]
    [InlineData(Conduct.BentShare, "uses another share")]
    [InlineData(Conduct.FalseResults, "tells of a result that is none")]
    [InlineData(Conduct.HostileRelay, "as a relay")]
    [Trait("row", "T23")]
    [Trait("row", "T21")]
    [Trait("row", "T22")]
    [Trait("row", "T25")]
    [Trait("row", "T16")]
    [Trait("row", "T28")]
    public void Every_cheat_is_played(Conduct conduct, string trace) => Meets(plan => plan.Has(conduct), trace);

    [Theory]
    [InlineData("two reshares of")]
    [InlineData("and is not told")]
    [InlineData("has its clock set by")]
    public void An_error_of_people_is_lived_through(string trace) =>
        Meets(plan => plan is { IsHonest: true, Suite: Suite.FrostEd25519 } && (plan.Rotation is not null || plan.Jumps > 0), trace);

    private static void Meets(Func<Plan, bool> fits, string trace)
    {
        var met = 0;
        for (var seed = 1ul; met < Times; seed++)
        {
            Assert.True(seed < Seeds, $"'{trace}' was met {met} times");
            if (!fits(Plan.Draw(seed)))
                continue;
            var outcome = History.Run(seed, chronicled: true);
            Assert.True(outcome.Holds, $"seed {seed}: {outcome.Broken}: {outcome.Detail}");
            met += outcome.Lines.Any(line => line.Contains(trace, StringComparison.Ordinal)) ? 1 : 0;
        }
    }
}
