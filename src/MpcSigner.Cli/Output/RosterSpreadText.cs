using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Output;

/// <summary>IN FORCE, or PARTIAL k of m: design §5.</summary>
internal static class RosterSpreadText
{
    public static object Describe(RosterStanding standing) => new
    {
        Standing = standing.InForce ? "in_force" : "partial", standing.Version, standing.Hash, standing.Nodes, standing.Needed, standing.Holders,
        Lacking = standing.Lacking.Select(l => new { l.Node, l.Problem }),
    };

    public static void Print(TextWriter text, RosterStanding standing)
    {
        text.WriteLine(standing.InForce
            ? $"IN FORCE: version {standing.Version} ({standing.Hash}) at {standing.Holders.Count} of {standing.Nodes} nodes"
            : $"PARTIAL {standing.Holders.Count} of {standing.Nodes}: version {standing.Version} ({standing.Hash}) is in force at {standing.Needed} nodes");
        foreach (var (node, problem) in standing.Lacking)
            text.WriteLine($"  {node} lacks it: {problem}");
        if (standing.Lacking.Count > 0)
            text.WriteLine("Run the same command again once they answer; a node that was down also asks the others by itself.");
    }
}
