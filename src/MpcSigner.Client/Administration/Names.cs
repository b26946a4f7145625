using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Client.Administration;

/// <summary>Nodes and administrators by the names that people use.</summary>
internal static class Names
{
    /// <exception cref="MpcSignerException">BAD_PARTICIPANTS: the roster has no such node.</exception>
    public static RosterNode Node(Roster roster, string name) => roster.Nodes.FirstOrDefault(n => n.Name == name)
        ?? throw new MpcSignerException(FailureKind.Invalid, "BAD_PARTICIPANTS", $"The roster has no node {name}.",
            $"Its nodes are {string.Join(", ", roster.Nodes.Select(n => n.Name))}.", []);

    /// <summary>The name of a node, present or former; for one that the roster does not know, the beginning of its id.</summary>
    public static string Of(Roster roster, NodeId nid) =>
        roster.Find(nid)?.Name ?? roster.FormerNodes.FirstOrDefault(n => n.Nid == nid)?.Name ?? nid.ToString()[..8] + "…";

    public static string Of(Roster roster, IEnumerable<NodeId> nids) => string.Join(", ", nids.Select(n => Of(roster, n)));

    public static string Of(Roster roster, AdministratorId id) => roster.Find(id)?.Name ?? id.ToString()[..8] + "…";
}
