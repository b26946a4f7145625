using System.Diagnostics;
using MpcSigner.Simulation.Planted;

namespace MpcSigner.Simulation.Commands;

/// <summary>faults: plants each fault in a copy and says after how many histories it is found.</summary>
internal static class FaultsCommand
{
    public const string Verb = "faults";

    public static int Run(string[] args)
    {
        var atMost = (int)new Arguments(args).Number("--max-histories", 500);
        var watch = Stopwatch.StartNew();
        using var build = new PlantedBuild();
        Console.WriteLine($"built with {PlantedBuild.Faults.Count} faults in {watch.Elapsed.TotalSeconds:0.0} s");
        var missed = 0;
        foreach (var fault in PlantedBuild.Faults)
        {
            var finding = PlantedFinding.Of(build, fault, atMost);
            Console.WriteLine(finding);
            missed += finding.IsExpected ? 0 : 1;
        }
        return missed == 0 ? RunCommand.Held : RunCommand.Broke;
    }
}
