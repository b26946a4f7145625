using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Status;

/// <summary>A node's word about itself. Nothing here is verified; it decides nothing but what is shown.</summary>
internal static class StatusMapping
{
    public static NodeState Read(ClusterNode node, Roster roster, V1.NodeStatus status) => new()
    {
        Node = node,
        Reachable = true,
        Ready = status.Ready,
        RosterHash = status.RosterHash.Length == Digest32.Size ? Convert.ToHexStringLower(status.RosterHash.Span) : "",
        RosterVersion = status.Roster?.Version ?? 0,
        Problem = status.RosterHash.Span.SequenceEqual(roster.Hash.ToArray()) ? null : "it works with another roster than this client",
        Version = status.Version,
        Instance = Convert.ToHexStringLower(status.Instance.Span),
        StartCounter = status.StartCounter,
        PolicyHash = Convert.ToHexStringLower(status.PolicyHash.Span),
        OpenOrders = (int)Math.Min(status.OpenOrders, int.MaxValue),
        LiveSessions = (int)Math.Min(status.LiveSessions, int.MaxValue),
        Peers = [.. status.Peers.Take(Roster.MaxNodes).Select(p => new PeerView(
            Convert.ToHexStringLower(p.Nid.Span), p.Name, p.Reachable,
            p.HasClockDifferenceMs ? TimeSpan.FromMilliseconds(Math.Clamp(p.ClockDifferenceMs, int.MinValue, int.MaxValue)) : null, p.Problem))],
    };

    public static NodeState Silent(ClusterNode node, string problem) => new() { Node = node, Reachable = false, Ready = false, Problem = problem };

    public static ClusterNode Of(RosterNode node) => new(node.Nid.ToString(), node.Name, node.Address);

    /// <summary>The roster's name of a node; for one it does not know, its id.</summary>
    public static string Name(Roster roster, ReadOnlySpan<byte> nid) =>
        nid.Length == NodeId.Size ? roster.Find(new NodeId(nid))?.Name ?? Convert.ToHexStringLower(nid) : "";
}
