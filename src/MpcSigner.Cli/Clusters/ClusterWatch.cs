using MpcSigner.Client;

namespace MpcSigner.Cli.Clusters;

/// <summary>Whether a cluster is whole: every node ready, and seen by every other.</summary>
internal static class ClusterWatch
{
    public static bool IsWhole(IReadOnlyList<NodeState> states) =>
        states.All(s => s.Ready && s.Problem is null && states.Where(o => o != s).All(o => s.Peers.Any(p => p.NodeId == o.Node.Id && p.Reachable && p.Problem.Length == 0)));

    /// <summary>What keeps it from being whole, for people.</summary>
    public static IEnumerable<string> Missing(IReadOnlyList<NodeState> states)
    {
        foreach (var state in states)
        {
            if (!state.Reachable || state.Problem is not null)
                yield return $"{state.Node.Name}: {state.Problem}";
            else if (!state.Ready)
                yield return $"{state.Node.Name}: not ready";
            foreach (var peer in state.Peers.Where(p => !p.Reachable || p.Problem.Length > 0))
                yield return $"{state.Node.Name} does not work with {peer.Name}: {(peer.Problem.Length > 0 ? peer.Problem : "not reachable")}";
        }
    }
}
