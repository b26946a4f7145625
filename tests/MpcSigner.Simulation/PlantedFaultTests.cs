using MpcSigner.Simulation.Commands;
using MpcSigner.Simulation.Planted;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Eleven faults of the kind that a simulation exists for, each found by it, under the promise that it breaks.</summary>
public sealed class PlantedFaultTests(PlantedBuild build, ITestOutputHelper output) : IClassFixture<PlantedBuild>
{
    /// <summary>Some ten times what each takes.</summary>
    private const int Budget = 300;

    [Theory]
    [InlineData("nonce-not-removed")]
    [InlineData("ack-before-durable")]
    [InlineData("echo-skipped")]
    [InlineData("share-before-decision")]
    [InlineData("idempotency-after-signing")]
    [InlineData("activated-without-all-acks")]
    [InlineData("new-share-acknowledged-early")]
    [InlineData("attempt-without-aborts")]
    [InlineData("old-share-erased-early")]
    [InlineData("retired-share-used")]
    [InlineData("session-run-twice")]
    public void Finds(string name)
    {
        var finding = PlantedFinding.Of(build, build.Faults.Single(fault => fault.Name == name), Budget);
        output.WriteLine(finding.ToString());
        Assert.True(finding.IsExpected, finding.ToString());
    }

    [Fact]
    public void Finds_nothing_in_the_same_build_without_a_fault()
    {
        var (code, text) = build.Run(fault: null, atMost: 30);
        Assert.True(code == RunCommand.Held, text);
        Assert.Equal(32, build.Faults.Count);
    }
}
