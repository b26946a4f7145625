using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Cheats;
using MpcSigner.Simulation.Histories;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Each cheat reaches its victims, and what people err about is lived through: else the promises that these try would be kept by nobody's doing.</summary>
public sealed class CheatTests
{
    private const ulong Seeds = 4_000;

    [Theory]
    [InlineData(Conduct.TwoFacedDealer, ProtocolKind.Dkg, "has another face for")]
    [InlineData(Conduct.TwoFacedDealer, ProtocolKind.Dkg, "holds evidence that convicts")] // two honest nodes' views of one session
    [InlineData(Conduct.CoordinatorAsksTwice, ProtocolKind.Frost, "a second time")]
    [InlineData(Conduct.CoordinatorAsksTwice, ProtocolKind.Presign, "a second time")]
    [InlineData(Conduct.SilentAfterRound3, ProtocolKind.Refresh, "keeps its Ack from")]
    [InlineData(Conduct.AcknowledgesToHalf, ProtocolKind.Refresh, "keeps its Ack from")]
    [InlineData(Conduct.TwoWords, ProtocolKind.Refresh, "says that it never acknowledged")]
    [InlineData(Conduct.LyingCoordinator, ProtocolKind.Reshare, "lies to")]
    [InlineData(Conduct.OldGeneration, ProtocolKind.Refresh, "an old certificate")]
    [InlineData(Conduct.SessionRunTwice, ProtocolKind.Refresh, "opens a session with")]
    [InlineData(Conduct.BentShare, ProtocolKind.Frost, "uses another share")]
    [InlineData(Conduct.BentShare, ProtocolKind.Presign, "uses another share")]
    [InlineData(Conduct.FalseResults, ProtocolKind.Frost, "tells of a result that is none")]
    [Trait("row", "T16")]
    [Trait("row", "T21a")]
    [Trait("row", "T22@refresh")]
    [Trait("row", "T23a@refresh")]
    [Trait("row", "T23b@refresh")]
    [Trait("row", "T25a")]
    [Trait("row", "T25b")]
    [Trait("row", "T26g@dkg")]
    [Trait("row", "R10")]
    public void Every_cheat_is_played(Conduct conduct, ProtocolKind protocol, string trace) => Meets(seed => FocusedPlans.Cheating(conduct, protocol, seed), trace);

    [Theory]
    [InlineData(RelayTrick.Drop)]
    [InlineData(RelayTrick.Reorder)]
    [InlineData(RelayTrick.Duplicate)]
    [InlineData(RelayTrick.Swap)]
    [InlineData(RelayTrick.Replay)]
    [InlineData(RelayTrick.Delay)]
    [InlineData(RelayTrick.Forge)]
    public void Every_trick_of_a_relay_is_played(RelayTrick trick) => Meets(seed =>
    {
        var plan = FocusedPlans.Cheating(Conduct.HostileRelay, ProtocolKind.Reshare, seed);
        return plan with { Cheaters = [plan.Cheaters[0] with { Row = trick.ToString() }] };
    }, $"as a relay: {trick}");

    [Theory]
    [InlineData("two reshares of")]
    [InlineData("and is not told")]
    [InlineData("has its clock set by")]
    public void An_error_of_people_is_lived_through(string trace) =>
        Meets(seed => Plan.Draw(seed) is { IsHonest: true, Suite: Suite.FrostEd25519 } plan && (plan.Rotation is not null || plan.Jumps > 0) ? plan : null, trace);

    /// <param name="planOf">Null: the seed is passed over.</param>
    private static void Meets(Func<ulong, Plan?> planOf, string trace)
    {
        for (var seed = 1ul; seed < Seeds; seed++)
        {
            if (planOf(seed) is not { } plan)
                continue;
            var outcome = History.Run(seed, chronicled: true, plan);
            Assert.True(outcome.Holds, $"seed {seed}: {outcome.Broken}: {outcome.Detail}");
            if (outcome.Lines.Any(line => line.Contains(trace, StringComparison.Ordinal)))
                return;
        }
        Assert.Fail($"'{trace}' was never met");
    }
}
