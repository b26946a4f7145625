using System.Globalization;
using System.Text.RegularExpressions;

namespace MpcSigner.Simulation.Planted;

/// <summary>What the simulation said of a planted fault.</summary>
/// <param name="Histories">How many it took; 0 when it was not found.</param>
/// <param name="Seed">Whose history it was.</param>
/// <param name="Promise">Which promise it saw broken.</param>
public sealed record PlantedFinding(Fault Fault, int Histories, ulong Seed, string Promise, string Output)
{
    public bool IsExpected => Histories > 0 && Promise == Fault.Promise;

    public static PlantedFinding Of(PlantedBuild build, Fault fault, int atMost, ulong seed = 1)
    {
        var (_, output) = build.Run(fault, atMost, seed);
        var match = Regex.Match(output, @"^history (\d+), seed (\d+): BROKE (\S+)", RegexOptions.Multiline);
        return match.Success
            ? new(fault, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), ulong.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), match.Groups[3].Value, output)
            : new(fault, 0, 0, "", output);
    }

    public override string ToString() => IsExpected
        ? $"{Fault.Name}: found after {Histories} {(Fault.Options.Count > 0 ? $"histories {string.Join(' ', Fault.Options)}" : "histories")} by {Promise}, seed {Seed}"
        : $"{Fault.Name}: NOT FOUND as {Fault.Promise}\n{Output}";
}
