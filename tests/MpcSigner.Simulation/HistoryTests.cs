using MpcSigner.Core.Keys;
using MpcSigner.Simulation.Commands;
using MpcSigner.Simulation.Histories;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Histories of whole clusters, as many as the budget holds; <c>run</c> goes on where this ends.</summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const ulong FirstSeed = 1;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    [Fact]
    public void Histories_hold_for_the_budget()
    {
        var series = new Series(FirstSeed, ulong.MaxValue, Budget);
        var failures = new List<string>();
        var modes = new HashSet<Mode>();
        var started = DateTime.UtcNow;
        foreach (var outcome in series.Run())
        {
            modes.Add(outcome.Plan.Mode);
            if (!outcome.Holds)
            {
                failures.Add(Report.Describe(outcome, series.Count));
                failures.AddRange(History.Run(outcome.Seed, chronicled: true).Lines);
                break;
            }
        }
        var summary = Report.Summary(series, failures.Count, DateTime.UtcNow - started);
        output.WriteLine(summary);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        // A run that reached nothing would hold as well.
        Assert.True(modes.Count >= 3 && series.Rotations > 0 && series.Keys > 0 && series.Signatures > 0 && series.Crashes > 0 && series.Refusals > 0, summary);
    }

    [Theory]
    [InlineData(4)] // a dealer with two faces
    [InlineData(8)] // honest
    [InlineData(11)] // honest, 2 of 4, losses
    [InlineData(15)] // a coordinator that asks twice
    [InlineData(30)] // ECDSA
    [InlineData(269)] // refreshes and reshares
    [InlineData(197)] // a disk that goes back
    public void A_seed_is_lived_again_exactly(ulong seed)
    {
        var first = History.Run(seed, chronicled: true);
        var second = History.Run(seed, chronicled: true);
        Assert.Equal(first.Lines, second.Lines);
        Assert.Equal(first.Digest, second.Digest);
        Assert.True(first.Lines.Count > 50);
        Assert.NotEqual(first.Digest, History.Run(seed + 1, chronicled: true).Digest);
    }

    /// <summary>Seeds that broke a promise once.</summary>
    [Theory]
    [InlineData(169)] // two co-signers' streams broke, and nobody was asked any more to book for the third
    public void A_seed_that_broke_a_promise_holds(ulong seed)
    {
        var outcome = History.Run(seed);
        Assert.True(outcome.Holds, outcome.Detail);
    }

    /// <summary>Each cheat reaches its victims: else the promises that it tries would be kept by nobody's doing.</summary>
    [Theory]
    [InlineData(Mode.TwoFacedDealer, "has another face for")]
    [InlineData(Mode.TwoFacedDealer, "holds evidence that convicts")] // two honest nodes' views of one session
    [InlineData(Mode.CoordinatorAsksTwice, "a second time")]
    [InlineData(Mode.SilentAfterRound3, "keeps its Ack from")]
    [InlineData(Mode.AcknowledgesToHalf, "keeps its Ack from")]
    [InlineData(Mode.LyingCoordinator, "lies to")]
    [InlineData(Mode.OldGeneration, "an old certificate")]
    [InlineData(Mode.SessionRunTwice, "opens a session with")]
    [Trait("row", "T21a"), Trait("row", "T21b"), Trait("row", "T22@refresh"), Trait("row", "T22@reshare"), Trait("row", "T22@recovery")]
    [Trait("row", "T23a@refresh"), Trait("row", "T23a@reshare"), Trait("row", "T23b@refresh"), Trait("row", "T23b@reshare"), Trait("row", "T25a")]
    [Trait("row", "T26g@dkg"), Trait("row", "R10")]
    public void A_cheat_is_played(Mode mode, string trace)
    {
        var played = 0;
        for (var seed = FirstSeed; played < 2; seed++)
        {
            Assert.True(seed < FirstSeed + 1_000, $"{mode} was played {played} times");
            if (Plan.Draw(Plan.SourceOf(seed)).Mode != mode)
                continue;
            var outcome = History.Run(seed, chronicled: true);
            Assert.True(outcome.Holds, $"seed {seed}: {outcome.Detail}");
            played += outcome.Lines.Any(line => line.Contains(trace, StringComparison.Ordinal)) ? 1 : 0;
        }
    }

    /// <summary>What administrators and operators err about is reached, and nothing of it breaks a promise.</summary>
    [Theory]
    [InlineData("two reshares of")]
    [InlineData("and is not told")]
    public void An_error_of_people_is_lived_through(string trace)
    {
        var met = 0;
        for (var seed = FirstSeed; met < 3; seed++)
        {
            Assert.True(seed < FirstSeed + 1_000, $"'{trace}' was met {met} times");
            if (Plan.Draw(Plan.SourceOf(seed)) is not { Mode: Mode.Honest, Suite: Suite.FrostEd25519, Rotation: not null })
                continue;
            var outcome = History.Run(seed, chronicled: true);
            Assert.True(outcome.Holds, $"seed {seed}: {outcome.Detail}");
            met += outcome.Lines.Any(line => line.Contains(trace, StringComparison.Ordinal)) ? 1 : 0;
        }
    }
}
