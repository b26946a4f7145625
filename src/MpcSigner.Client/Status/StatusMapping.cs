using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Status;

/// <summary>A node's word about itself. Nothing here is verified; it decides nothing but what is shown.</summary>
internal static class StatusMapping
{
    /// <summary>Characters of a sentence that is shown.</summary>
    private const int MaxTextLength = 512;

    public static NodeState Read(ClusterNode node, Roster roster, V1.NodeStatus status) => new()
    {
        Node = node,
        Reachable = true,
        Ready = status.Ready,
        RosterHash = status.RosterHash.Length == Digest32.Size ? Convert.ToHexStringLower(status.RosterHash.Span) : "",
        RosterVersion = status.Roster?.Version ?? 0,
        Problem = ProblemOf(roster, status),
        Seal = SealOf(status),
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

    private static string? ProblemOf(Roster roster, V1.NodeStatus status)
    {
        if (SealOf(status) is NodeSeal.Sealed or NodeSeal.TokenLost)
            return $"{Bounded(status.Seal.Detail)} {Bounded(status.Seal.NextStep)}".Trim();
        return status.RosterHash.Span.SequenceEqual(roster.Hash.ToArray()) ? null : "it works with another roster than this client";
    }

    private static NodeSeal SealOf(V1.NodeStatus status) => status.Seal?.State switch
    {
        V1.SealState.Unsealed => NodeSeal.Unsealed,
        V1.SealState.Sealed => NodeSeal.Sealed,
        V1.SealState.TokenLost => NodeSeal.TokenLost,
        _ => NodeSeal.Unknown, // also a word of a later release
    };

    private static string Bounded(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength];

    public static NodeState Silent(ClusterNode node, string problem) => new() { Node = node, Reachable = false, Ready = false, Problem = problem };

    public static ClusterNode Of(RosterNode node) => new(node.Nid.ToString(), node.Name, node.Address);

    /// <summary>The roster's name of a node; for one it does not know, its id.</summary>
    public static string Name(Roster roster, ReadOnlySpan<byte> nid) =>
        nid.Length == NodeId.Size ? roster.Find(new NodeId(nid))?.Name ?? Convert.ToHexStringLower(nid) : "";
}
