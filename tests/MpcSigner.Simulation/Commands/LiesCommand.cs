using System.Diagnostics;
using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Commands;

/// <summary>lies: has every lie of the book told in a calm cluster, and says what came of it, one line a row.</summary>
internal static class LiesCommand
{
    public const string Verb = "lies";

    /// <summary>What a line says of a row that was told and judged as it must be.</summary>
    public const string Judged = "judged";

    private const ulong Tries = 40;

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        if (arguments.Number("--workers", 1) is > 1 and <= Workers.Most and var workers)
            return Workers.Run([Verb, .. args], (int)workers);
        var (first, stride) = ((int)arguments.Number("--first", 0), (int)arguments.Number(Workers.Stride, 1));
        var worst = RunCommand.Held;
        for (var i = first; i < LieBook.All.Count; i += stride)
        {
            var (line, holds) = Tell(LieBook.All[i]);
            Console.WriteLine(line);
            if (!holds)
                worst = RunCommand.Broke;
        }
        return worst;
    }

    private static (string Line, bool Holds) Tell(Lie lie)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var seed = 1ul; seed <= Tries; seed++)
        {
            var outcome = History.Run(seed, plan: FocusedPlans.Telling(lie, seed));
            if (!outcome.Holds)
                return ($"{lie.Row}: seed {seed} BROKE {outcome.Detail}", false);
            if (outcome.Lies.Count > 0)
                return ($"{lie.Row}: {Judged} {lie.Verdict} in {seed} histories, {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds:0.00} s of CPU", true);
        }
        return ($"{lie.Row}: told nobody in {Tries} histories", false);
    }
}
