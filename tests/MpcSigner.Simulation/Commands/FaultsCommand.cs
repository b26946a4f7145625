using System.Diagnostics;
using MpcSigner.Simulation.Planted;

namespace MpcSigner.Simulation.Commands;

/// <summary>faults: plants each fault in a copy and says after how many histories it is found.</summary>
internal static class FaultsCommand
{
    public const string Verb = "faults";

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        var atMost = (int)arguments.Number("--max-histories", 500);
        var only = arguments.Text("--only");
        var watch = Stopwatch.StartNew();
        using var build = new PlantedBuild();
        Console.WriteLine($"built with {PlantedBuild.Faults.Count} faults in {watch.Elapsed.TotalSeconds:0.0} s");
        var missed = 0;
        foreach (var fault in PlantedBuild.Faults.Where(fault => only is null || fault.Name == only))
        {
            var finding = Search(build, fault, atMost);
            Console.WriteLine(finding);
            missed += finding.IsExpected ? 0 : 1;
        }
        return missed == 0 ? RunCommand.Held : RunCommand.Broke;
    }

    /// <summary>Histories in which the fault shows first under another promise are passed over.</summary>
    private static PlantedFinding Search(PlantedBuild build, Fault fault, int atMost)
    {
        var finding = PlantedFinding.Of(build, fault, atMost);
        while (!finding.IsExpected && finding.Histories > 0 && finding.Seed < (ulong)atMost)
            finding = PlantedFinding.Of(build, fault, atMost, finding.Seed + 1);
        return finding;
    }
}
