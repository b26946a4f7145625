using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Commands;
using Xunit;

namespace MpcSigner.Simulation;

/// <summary>Every lie of the book reaches a victim in a calm cluster, and what must follow does: else the promises that it tries would be kept by nobody's doing.</summary>
public sealed class LieTests(LieTests.Told told) : IClassFixture<LieTests.Told>
{
    public static IEnumerable<TheoryDataRow<string>> Rows => LieBook.All.Select(lie => lie.MatrixRow is { } id ? new TheoryDataRow<string>(lie.Row).WithTrait("row", id) : new(lie.Row));

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_lie_is_judged(string row)
    {
        var line = Assert.Single(told.Lines, line => line.StartsWith($"{row}: ", StringComparison.Ordinal));
        Assert.StartsWith($"{row}: {LiesCommand.Judged} {LieBook.Find(row).Verdict} ", line, StringComparison.Ordinal);
    }

    /// <summary>All of them, told by two processes: as many as there are cores.</summary>
    public sealed class Told
    {
        public Told() => Lines = Workers.Collect([LiesCommand.Verb], 2).Output.Split('\n');

        public IReadOnlyList<string> Lines { get; }
    }
}
