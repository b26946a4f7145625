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
            var bytes = step.Orders.Sum(o => o.Body.Length);
            // The last job goes on while one node can run it all: the order of steps (recovery, then refresh) stays.
            if (jobs.Count > 0 && jobs[^1] is var last && last.Steps.Count < MaxSteps && last.Bytes + bytes <= MaxBytes
                && last.Coordinators.Intersect(step.Coordinators).ToList() is { Count: > 0 } common)
                jobs[^1] = new(last.Title, common, [.. last.Steps, new(step.Orders)], last.Bytes + bytes);
            else
                jobs.Add(new("", step.Coordinators, [new(step.Orders)], bytes));
        }
        return [.. jobs.Select(j => j with { Coordinators = [Choose(roster, j.Coordinators, coordinator)] })];
    }

    private static NodeId Choose(Roster roster, IReadOnlyList<NodeId> able, NodeId? coordinator) =>
        coordinator is { } wanted && able.Contains(wanted) ? wanted : able.Where(n => roster.Find(n) is not null).Order().FirstOrDefault(able[0]);
}

/// <param name="Coordinators">Nodes that can run all of it.</param>
internal sealed record PlannedJob(string Title, IReadOnlyList<NodeId> Coordinators, IReadOnlyList<FiledStep> Steps, int Bytes);
