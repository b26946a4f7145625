using MpcSigner.Simulation.Commands;
using MpcSigner.Simulation.Planted;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Faults of the kind that a simulation exists for, each found by it, under the promise that it breaks.</summary>
public sealed class PlantedFaultTests(PlantedFaultTests.Found found, ITestOutputHelper output) : IClassFixture<PlantedFaultTests.Found>
{
    private const int AtLeast = 20;

    public static TheoryData<string> Names => [.. PlantedBuild.Faults.Select(fault => fault.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Finds(string name)
    {
        var finding = found.Findings[name];
        output.WriteLine(finding.ToString());
        Assert.True(finding.IsExpected, finding.ToString());
    }

    [Fact]
    public void Finds_nothing_in_the_same_build_without_a_fault()
    {
        Assert.True(found.WithoutFault.ExitCode == RunCommand.Held, found.WithoutFault.Output);
        Assert.True(PlantedBuild.Faults.Count >= AtLeast);
    }

    /// <summary>One build of all faults; two processes at a time, as many as there are cores. Each begins with the seed that is known to find its fault.</summary>
    public sealed class Found
    {
        /// <summary>Some ten times what each takes from there.</summary>
        private const int Budget = 60;

        public Found()
        {
            using var build = new PlantedBuild();
            var built = build;
            Findings = PlantedBuild.Faults.AsParallel().WithDegreeOfParallelism(2).Select(fault => PlantedFinding.Of(built, fault, Budget, fault.Seed)).ToDictionary(finding => finding.Fault.Name);
            WithoutFault = build.Run(fault: null, atMost: 10);
        }

        public IReadOnlyDictionary<string, PlantedFinding> Findings { get; }

        public (int ExitCode, string Output) WithoutFault { get; }
    }
}
