using System.Globalization;

namespace MpcSigner.Simulation.Histories;

/// <summary>A plan's parts by name, each of which can be left out: losses, slowness, deaths, crash:0, cut:1, jump:0, order:1, sign:3, operation:2, disk, rotation, cheater:0, node:1.</summary>
public static class PlanParts
{
    /// <summary>Everything that is in the plan and could be left out of it, the largest first.</summary>
    public static IEnumerable<string> Of(Plan plan)
    {
        if (plan.Rotation is { } rotation)
        {
            yield return "rotation";
            if (rotation.LosesDisk)
                yield return "disk";
        }
        if (plan.LossPerMille > 0)
            yield return "losses";
        if (plan.SlowPerMille > 0)
            yield return "slowness";
        if (plan.Deaths > 0)
            yield return "deaths";
        for (var i = plan.Nodes - 1; i > plan.Threshold; i--)
            yield return $"node:{i}";
        foreach (var (kind, count) in Counted(plan))
        {
            for (var i = count - 1; i >= 0; i--)
            {
                if (plan.Has(kind, i))
                    yield return $"{kind}:{i}";
            }
        }
    }

    /// <summary>The plan without these parts; what is numbered keeps its numbers.</summary>
    /// <exception cref="FormatException">No such part.</exception>
    public static Plan Without(Plan plan, IEnumerable<string> parts)
    {
        HashSet<string> without = [.. plan.Without];
        foreach (var part in parts)
        {
            without.Add(part);
            plan = part switch
            {
                "rotation" => plan with { Rotation = null },
                "disk" => plan with { Rotation = plan.Rotation is { } rotation ? rotation with { LosesDisk = false } : null },
                "losses" => plan with { LossPerMille = 0 },
                "slowness" => plan with { SlowPerMille = 0 },
                "deaths" => plan with { Deaths = 0 },
                _ when part.StartsWith("node:", StringComparison.Ordinal) => WithNodes(plan, int.Parse(part.AsSpan(5), CultureInfo.InvariantCulture)),
                _ when Counted(plan).Any(counted => part.StartsWith($"{counted.Kind}:", StringComparison.Ordinal)) => plan,
                _ => throw new FormatException($"a plan has no part '{part}'"),
            };
        }
        return plan with { Without = without };
    }

    private static Plan WithNodes(Plan plan, int nodes) =>
        nodes < plan.Nodes ? plan with { Nodes = nodes, Cheaters = [.. plan.Cheaters.Where(cheater => cheater.Node < nodes)] } : plan;

    private static IEnumerable<(string Kind, int Count)> Counted(Plan plan) =>
    [
        ("crash", plan.Crashes), ("cut", plan.Partitions), ("jump", plan.Jumps), ("operation", plan.Rotation?.Operations ?? 0), ("cheater", plan.Cheaters.Count),
        ("sign", plan.Signatures), ("order", plan.Orders),
    ];
}
