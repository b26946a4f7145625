using System.Globalization;
using MpcSigner.Fuzz.Doors;
using MpcSigner.Fuzz.Engine;
using Xunit;

namespace MpcSigner.Fuzz;

/// <summary>Every door with as many inputs as the budget holds; <c>run</c> goes on where this ends.</summary>
public sealed class EveryDoorTests(ITestOutputHelper output)
{
    private const ulong Seed = 1;

    /// <summary>At a door of ordinary speed.</summary>
    private const int Inputs = 3_000;

    /// <summary>Of one door, should the machine be slow.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    public static TheoryData<string> Names => [.. AllDoors.List.Select(door => door.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_door_answers_whatever_comes(string name)
    {
        var door = AllDoors.Find(name)!;
        var inputs = Math.Max(door.EpisodeLength, (int)(Inputs * door.Share));
        var result = Fuzzer.Run(door, Seed, inputs, Budget);
        Say(result.ToString());
        Assert.True(result.Findings.Count == 0, string.Join('\n', result.Findings.Select(finding => finding.Describe())));
        // A door that refuses everything is tried at its first check only.
        Assert.True(result.Inputs > 0 && (result.Accepted > 0 || !door.AcceptsSeeds), result.ToString());
    }

    /// <summary>For whoever runs one test, and for tests/run.sh, which names the file.</summary>
    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("MPCSIGNER_COSTS") is { Length: > 0 } costs)
            File.AppendAllText(costs, string.Create(CultureInfo.InvariantCulture, $"door: {line}\n"));
    }
}
