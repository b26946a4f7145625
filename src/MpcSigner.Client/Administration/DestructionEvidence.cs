using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Administration;

/// <summary>Judges what nodes attest of a destruction, and says what they cannot attest: removed nodes, and copies made before.</summary>
internal static class DestructionEvidence
{
    /// <summary>The order as its own bytes say it.</summary>
    public static OrderSummary ReadOrder(Roster roster, RosterNode from, V1.Destruction shown) =>
        SignedOrderMapping.TryRead(shown.Signed, out var signed, out _) && OrderSummaries.TryRead(signed) is { Action: "destroy", NotBefore: not null } summary
            && shown.Order.Length == Digest32.Size && summary.Order == Convert.ToHexStringLower(shown.Order.Span)
            ? summary
            : throw Failures.NotVerified($"Node {from.Name} sent a destruction whose order does not hash to the id it is shown under.");

    public static DestructionStatus Judge(Roster roster, OrderSummary order, IReadOnlyList<(RosterNode Node, V1.Destruction Destruction)> shown, Survey survey)
    {
        _ = Digest32.TryParse(order.Order, out var hash);
        var nodes = roster.Nodes.Select(node =>
        {
            var word = shown.FirstOrDefault(s => s.Node.Nid == node.Nid).Destruction;
            return (Node: node, State: StateOf(word), Attested: word is { State: V1.DestructionState.Destroyed } && Verifies(roster, node, hash, word.Attestation.Span));
        }).ToList();
        var attested = nodes.Where(n => n.Attested).Select(n => n.Node.Nid).ToHashSet();
        var cancelled = shown.Any(s => s.Destruction.State == V1.DestructionState.Cancelled);
        var holders = HoldersOf(survey);
        var remains = cancelled ? [] : holders.SelectMany(h => RemainsAt(roster, h.Key, h.Value, attested.Contains(h.Key))).ToList();
        return new()
        {
            Order = order.Order,
            Keys = order.Keys,
            NotBefore = order.NotBefore!.Value,
            Nodes = [.. nodes.Select(n => new DestructionAtNode(n.Node.Name, n.State, n.Attested))],
            Complete = !cancelled && holders.Count > 0 && holders.Keys.All(attested.Contains),
            Remains = remains,
        };
    }

    private static string StateOf(V1.Destruction? shown) => shown?.State switch
    {
        V1.DestructionState.Waiting => "waiting",
        V1.DestructionState.Destroyed => "destroyed",
        V1.DestructionState.Cancelled => "cancelled",
        _ => "unknown",
    };

    private static bool Verifies(Roster roster, RosterNode node, Digest32 order, ReadOnlySpan<byte> attestation) =>
        Ed25519Signature.Verify(node.IdentityKey.Span, LifecycleDigests.Destroyed(roster.Cluster, order, node.Nid).ToArray(), attestation);

    /// <summary>Every node that was a party of one of the keys in any certified generation, with those generations.</summary>
    private static SortedDictionary<NodeId, SortedSet<uint>> HoldersOf(Survey survey)
    {
        var holders = new SortedDictionary<NodeId, SortedSet<uint>>();
        foreach (var record in survey.Keys.SelectMany(k => k.Generations))
        {
            foreach (var party in record.Parties)
            {
                if (!holders.TryGetValue(party.Nid, out var generations))
                    holders[party.Nid] = generations = [];
                generations.Add(record.Generation);
            }
        }
        return holders;
    }

    private static IEnumerable<ShareRemains> RemainsAt(Roster roster, NodeId nid, SortedSet<uint> generations, bool attested)
    {
        var name = Names.Of(roster, nid);
        var which = generations.Count == 1 ? $"generation {generations.Min}" : $"generations {string.Join(", ", generations)}";
        if (roster.Find(nid) is null)
            yield return new(name, [.. generations], "removed-node", $"Node {name} has left the roster and attests nothing; it held shares of {which}. Its disks and backups must be destroyed by whoever has them.");
        else if (!attested)
            yield return new(name, [.. generations], "no-attestation", $"Node {name} has not attested that its shares of {which} are gone.");
        if (roster.Find(nid) is not null)
            yield return new(name, [.. generations], "backups", $"Copies of node {name}'s folder made before the destruction hold its sealed shares of {which}; with its passphrase they can be opened.");
    }
}
