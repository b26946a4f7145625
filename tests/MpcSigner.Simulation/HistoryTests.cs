using System.Globalization;
using System.Text.RegularExpressions;
using MpcSigner.Simulation.Commands;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Histories of whole clusters, as many as the budget holds; <c>run</c> goes on where this ends.</summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    /// <summary>Processes: as many as there are cores.</summary>
    private const int Processes = 2;
    /// <summary>With the lies beside it a minute and more; the whole module stays within two.</summary>
    private const string Minutes = "0.85";

    /// <summary>What a run must have reached: one that reached nothing would hold as well.</summary>
    private static readonly string[] Reached =
    [
        "keys", "signatures", "refusals", "crashes", "refreshes and reshares", "recoveries", "lies", "partitions", "clock jumps", "disks that went back",
    ];

    [Fact]
    public void Histories_hold_for_the_budget()
    {
        var (worst, printed) = Workers.Collect([RunCommand.Verb, "--minutes", Minutes, "--until-failure"], Processes);
        Assert.True(worst == RunCommand.Held, printed);
        string[] summaries = [.. printed.Split('\n').Where(line => Regex.IsMatch(line, "^[0-9]+ histories in"))];
        Assert.Equal(Processes, summaries.Length);
        foreach (var summary in summaries)
            output.WriteLine(summary);
        foreach (var what in Reached)
            Assert.True(summaries.Sum(summary => Count(summary, what)) > 0, $"no {what}: {printed}");
    }

    private static int Count(string summary, string what) => int.Parse(Regex.Match(summary, $"([0-9]+) {what}").Groups[1].Value, CultureInfo.InvariantCulture);
}
