using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Commands;

/// <summary>replay SEED: one history, line by line; with --shrink the smallest that breaks the same promise.</summary>
internal static class ReplayCommand
{
    public const string Verb = "replay";

    private static readonly TimeSpan ShrinkingTime = TimeSpan.FromMinutes(5);

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        if (args.Length == 0 || !ulong.TryParse(args[0], out var seed))
        {
            Console.WriteLine($"replay SEED {Selection.Usage} [--shrink] [--fault NAME]");
            return RunCommand.Misused;
        }
        if (arguments.Text("--fault") is { } fault && !RunCommand.TryPlant(fault))
            return RunCommand.Misused;
        History.CountsSecrets = !arguments.Has("--leaking");
        var selection = new Selection(arguments);
        var plan = selection.PlanOf(seed) ?? Plan.Draw(seed);
        var outcome = History.Run(seed, chronicled: true, plan);
        if (!outcome.Holds && arguments.Has("--shrink"))
            outcome = Report.Shrunk(outcome, ShrinkingTime);
        foreach (var line in outcome.Lines)
            Console.WriteLine(line);
        Console.WriteLine($"digest {outcome.Digest}");
        if (outcome.Holds)
            return RunCommand.Held;
        Console.WriteLine(Report.Describe(outcome, 1, selection));
        return RunCommand.Broke;
    }
}
