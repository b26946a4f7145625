using System.Diagnostics;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Planted;

namespace MpcSigner.Simulation.Commands;

/// <summary>run: history after history from a seed on, until time, number or the first failure ends it.</summary>
internal static class RunCommand
{
    public const string Verb = "run";

    /// <summary>Exit codes: all held; a promise was broken; wrong use.</summary>
    public const int Held = 0;
    public const int Broke = 1;
    public const int Misused = 2;

    /// <summary>Failures whose whole history is printed.</summary>
    private const int MaxTold = 3;

    /// <summary>What a failing history may take to be made small.</summary>
    private static readonly TimeSpan ShrinkingTime = TimeSpan.FromSeconds(60);

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        if (arguments.Has("--help"))
        {
            Console.WriteLine($"run [--minutes M] [--max-histories N] [--seed S] [--until-failure] [--whole] {Selection.Usage} [--workers W] [--fault NAME [--leaking]]");
            return Misused;
        }
        if (arguments.Text("--fault") is { } fault && !TryPlant(fault))
        {
            Console.WriteLine("this build has no planted faults: see the command faults");
            return Misused;
        }
        History.CountsSecrets = !arguments.Has("--leaking");
        if (arguments.Number("--workers", 1) is > 1 and <= Workers.Most and var workers)
            return Workers.Run([Verb, .. args], (int)workers);
        var selection = new Selection(arguments);
        var series = new Series(arguments.Number("--seed", 1), arguments.Number("--max-histories", ulong.MaxValue), TimeSpan.FromMinutes(arguments.Real("--minutes", 1)),
            selection, arguments.Number(Workers.Stride, 1));
        var watch = Stopwatch.StartNew();
        var failures = 0;
        foreach (var outcome in series.Run())
        {
            if (outcome.Holds)
                continue;
            failures++;
            Console.WriteLine(Report.Describe(outcome, series.Count, selection));
            if (failures <= MaxTold && !arguments.Has("--whole"))
            {
                var smallest = Report.Shrunk(outcome, ShrinkingTime);
                Console.WriteLine(string.Join('\n', smallest.Lines));
                Console.WriteLine(Report.Describe(smallest, series.Count, selection));
            }
            if (arguments.Has("--until-failure"))
                break;
        }
        Console.WriteLine(Report.Summary(series, failures, watch.Elapsed));
        return failures == 0 ? Held : Broke;
    }

    /// <summary>Only a build from patched source knows the switch.</summary>
    internal static bool TryPlant(string fault)
    {
        var field = typeof(Protocols.Rounds.Outbox).Assembly.GetType(PlantedBuild.Switch)?.GetField("Name");
        field?.SetValue(null, fault);
        return field is not null;
    }
}
