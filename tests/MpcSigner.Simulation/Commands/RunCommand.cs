using System.Diagnostics;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Commands;

/// <summary>run: history after history from a seed on, until time, number or the first failure ends it.</summary>
internal static class RunCommand
{
    public const string Verb = "run";

    /// <summary>Exit codes: all held; a promise was broken; wrong use.</summary>
    public const int Held = 0;
    public const int Broke = 1;
    public const int Misused = 2;

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        if (arguments.Has("--help"))
        {
            Console.WriteLine("run [--minutes M] [--max-histories N] [--seed S] [--until-failure]");
            return Misused;
        }
        var series = new Series(arguments.Number("--seed", 1), arguments.Number("--max-histories", ulong.MaxValue), TimeSpan.FromMinutes(arguments.Real("--minutes", 1)));
        var watch = Stopwatch.StartNew();
        var failures = 0;
        foreach (var outcome in series.Run())
        {
            if (outcome.Holds)
                continue;
            failures++;
            Console.WriteLine(Report.Describe(outcome, series.Count));
            if (arguments.Has("--until-failure"))
                break;
        }
        Console.WriteLine(Report.Summary(series, failures, watch.Elapsed));
        return failures == 0 ? Held : Broke;
    }
}
