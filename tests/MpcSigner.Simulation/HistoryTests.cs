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
        var series = new Series(FirstSeed, ulong.MaxValue, Budget, new Selection(new Arguments([])));
        var failures = new List<string>();
        var conducts = new HashSet<Conduct>();
        var started = DateTime.UtcNow;
        foreach (var outcome in series.Run())
        {
            conducts.UnionWith(outcome.Plan.Cheaters.Select(cheater => cheater.Conduct));
            if (!outcome.Holds)
            {
                failures.Add(Report.Describe(outcome, series.Count, new Selection(new Arguments([]))));
                failures.AddRange(History.Run(outcome.Seed, chronicled: true).Lines);
                break;
            }
        }
        var summary = Report.Summary(series, failures.Count, DateTime.UtcNow - started);
        output.WriteLine(summary);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        // A run that reached nothing would hold as well.
        Assert.True(conducts.Count >= 3 && series.Rotations > 0 && series.Keys > 0 && series.Signatures > 0 && series.Crashes > 0 && series.Refusals > 0, summary);
    }
}
