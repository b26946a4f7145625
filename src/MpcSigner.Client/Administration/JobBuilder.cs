using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Client.Administration;

/// <summary>Steps into jobs: each at a node that takes part in all of its steps, none beyond what a node takes.</summary>
internal static class JobBuilder
{
    /// <summary>As nodes bound it.</summary>
    public const int MaxSteps = 100;

    public const int MaxBytes = 6 << 20;

    /// <param name="coordinator">The node that is to run them where it can; null to choose.</param>
    public static IReadOnlyList<PlannedJob> Build(Roster roster, IEnumerable<PlannedStep> steps, NodeId? coordinator)
    {
        List<PlannedJob> jobs = [];
        foreach (var step in steps)
        {
            // What follows a step is in the same job, whose steps run one after the other; jobs do not wait for each other.
            IReadOnlyList<PlannedStep> unit = step.Then is { } then ? [step, then] : [step];
            var bytes = unit.Sum(s => s.Orders.Sum(o => o.Body.Length));
            IReadOnlyList<NodeId> able = [.. unit.Select(s => s.Coordinators).Aggregate((a, b) => [.. a.Intersect(b)])];
            IEnumerable<FiledStep> filed = unit.Select(s => new FiledStep(s.Orders));
            // The last job goes on while one node can run it all.
            if (jobs.Count > 0 && jobs[^1] is var last && last.Steps.Count + unit.Count <= MaxSteps && last.Bytes + bytes <= MaxBytes
                && last.Coordinators.Intersect(able).ToList() is { Count: > 0 } common)
                jobs[^1] = new(last.Title, common, [.. last.Steps, .. filed], last.Bytes + bytes);
            else
                jobs.Add(new("", able, [.. filed], bytes));
        }
        return [.. jobs.Select(j => j with { Coordinators = [Choose(roster, j.Coordinators, coordinator)] })];
    }

    private static NodeId Choose(Roster roster, IReadOnlyList<NodeId> able, NodeId? coordinator) =>
        coordinator is { } wanted && able.Contains(wanted) ? wanted : able.Where(n => roster.Find(n) is not null).Order().FirstOrDefault(able[0]);
}

/// <param name="Coordinators">Nodes that can run all of it.</param>
internal sealed record PlannedJob(string Title, IReadOnlyList<NodeId> Coordinators, IReadOnlyList<FiledStep> Steps, int Bytes);
