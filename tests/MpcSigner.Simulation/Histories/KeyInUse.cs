using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

/// <summary>Keys as all honest disks together know them: of each the newest certified record.</summary>
internal static class KeyInUse
{
    /// <summary>In a fixed order. Of two attempts at one generation the later counts.</summary>
    public static IReadOnlyList<KeyRow> Of(World world) =>
    [
        .. world.Honest.SelectMany(node => node.Store.Keys).Where(row => row.State == KeyState.Active).GroupBy(row => row.Record.KeyId)
            .Select(rows => rows.OrderByDescending(row => row.Record.Generation).ThenByDescending(row => row.Attempt).First()).OrderBy(row => row.Record.KeyId.Value),
    ];

    /// <summary>The node can sign with this very record.</summary>
    public static bool Holds(SimulatedNode node, KeyRow key) =>
        node.Store.Keys.FirstOrDefault(row => row.RecordHash == key.RecordHash) is { State: KeyState.Active } && HasShare(node, key.Record);

    private static bool HasShare(SimulatedNode node, KeyRecord record)
    {
        using var share = node.Store.OpenShare(record.KeyId, record.Generation);
        return share is not null;
    }

    /// <summary>Every t parties of a record.</summary>
    public static IEnumerable<IReadOnlyList<KeyParty>> Quorums(KeyRecord record)
    {
        for (var set = 0; set < 1 << record.Parties.Count; set++)
        {
            if (int.PopCount(set) == record.Threshold)
                yield return [.. record.Parties.Where((_, i) => (set >> i & 1) != 0)];
        }
    }
}
