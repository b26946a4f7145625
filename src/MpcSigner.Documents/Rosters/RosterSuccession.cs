using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Documents.Rosters;

/// <summary>What a version owes to the members of the one before: ids stay, and no identity key is forgotten, since what it signed still counts on certificates.</summary>
internal static class RosterSuccession
{
    public static RosterRefusal? Judge(Roster before, Roster next)
    {
        var former = next.FormerNodes.ToDictionary(node => node.Nid);
        foreach (var left in before.FormerNodes)
        {
            if (!former.TryGetValue(left.Nid, out var now) || now.Name != left.Name || !SameKeys(now.IdentityKeys, left.IdentityKeys))
            {
                return new(RosterFault.FormerNodeChanged, $"Node {left.Name} ({left.Nid}), which has left, is missing or changed under former_nodes.",
                    "Keep former_nodes as they are and only add to them. A node that comes back is a new one, with a new identity key.");
            }
        }
        foreach (var node in before.Nodes)
        {
            if (JudgeNode(node, next.Find(node.Nid), former.GetValueOrDefault(node.Nid)) is { } refusal)
                return refusal;
        }
        return JudgeNewcomers(before, next) ?? JudgeClients(before, next);
    }

    private static RosterRefusal? JudgeNode(RosterNode node, RosterNode? now, FormerNode? left)
    {
        ReadOnlyMemory<byte>[] all = [.. node.FormerIdentityKeys, node.IdentityKey];
        if (now is not null)
        {
            var expected = now.IdentityKey.Span.SequenceEqual(node.IdentityKey.Span) ? node.FormerIdentityKeys : all;
            return SameKeys(now.FormerIdentityKeys, expected) ? null : new(RosterFault.KeyHistoryChanged,
                $"The former identity keys of node {node.Name} ({node.Nid}) are not those it had before{(expected.Count > node.FormerIdentityKeys.Count ? ", with the one that is replaced at the end" : "")}.",
                $"Write former_identity_keys: [{string.Join(", ", expected.Select(Hex))}]");
        }
        if (left is null)
            return new(RosterFault.NodeVanished, $"Node {node.Name} ({node.Nid}) is gone, but not listed under former_nodes.", "List it there with all its identity keys: what it signed must still be verifiable.");
        return SameKeys(left.IdentityKeys, all) ? null : new(RosterFault.KeyHistoryChanged,
            $"Node {node.Name} ({node.Nid}) leaves, but not with the identity keys it had.", $"Write identity_keys: [{string.Join(", ", all.Select(Hex))}]");
    }

    private static RosterRefusal? JudgeNewcomers(Roster before, Roster next)
    {
        foreach (var node in next.Nodes)
        {
            if (before.Find(node.Nid) is null && node.FormerIdentityKeys.Count != 0)
            {
                return new(RosterFault.NewNodeWithPast, $"Node {node.Name} ({node.Nid}) is new, but has former identity keys.",
                    "A new node begins with one identity key, whose SHA-256 is its nid.");
            }
        }
        var known = before.Nodes.Select(node => node.Nid).Concat(before.FormerNodes.Select(node => node.Nid)).ToHashSet();
        return next.FormerNodes.FirstOrDefault(node => !known.Contains(node.Nid)) is { } stranger
            ? new(RosterFault.FormerNodeChanged, $"Node {stranger.Name} ({stranger.Nid}) is listed under former_nodes, but was never in the cluster.", "Leave it out.")
            : null;
    }

    private static RosterRefusal? JudgeClients(Roster before, Roster next)
    {
        var known = before.Clients.Select(client => client.Id).ToHashSet();
        foreach (var client in next.Clients)
        {
            if (!known.Contains(client.Id) && client.Id != new ClientId(SHA256.HashData(client.SigningKey.Span)))
            {
                return new(RosterFault.ForeignClientId, $"Client {client.Name} is new, but its id {client.Id} is not the SHA-256 of its key.",
                    "Write the hash of its key. Only a client of the version before keeps its id under a new key.");
            }
        }
        return null;
    }

    private static bool SameKeys(IReadOnlyList<ReadOnlyMemory<byte>> a, IReadOnlyList<ReadOnlyMemory<byte>> b) =>
        a.Count == b.Count && a.Zip(b).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));

    private static string Hex(ReadOnlyMemory<byte> key) => Convert.ToHexStringLower(key.Span);
}
