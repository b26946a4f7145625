using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Commands;

/// <summary>replay SEED: one history, line by line.</summary>
internal static class ReplayCommand
{
    public const string Verb = "replay";

    public static int Run(string[] args)
    {
        if (args.Length == 0 || !ulong.TryParse(args[0], out var seed))
        {
            Console.WriteLine("replay SEED");
            return RunCommand.Misused;
        }
        var outcome = History.Run(seed, chronicled: true);
        foreach (var line in outcome.Lines)
            Console.WriteLine(line);
        Console.WriteLine($"digest {outcome.Digest}");
        if (outcome.Holds)
            return RunCommand.Held;
        Console.WriteLine(Report.Describe(outcome, 1));
        return RunCommand.Broke;
    }
}
