using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Resharing;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>The rows that an order leaves at a node. Owner, label and usage come from the node's own row, or from the proven creation request.</summary>
internal static class NewRows
{
    /// <summary>PENDING, in key order: of a finished refresh or reshare.</summary>
    public static IReadOnlyList<KeyRow> Pending(MaintenanceCase order, MaintenanceResult result, OpenedKeys keys, IReadOnlyList<ProvenAnchor> anchors, MachineContext context)
    {
        var rows = new KeyRow[result.Records.Count];
        for (var k = 0; k < rows.Length; k++)
        {
            var (owner, label, usage) = keys.Rows[k] is { } old ? (old.Owner, old.Label, old.Usage) : Known(anchors[k]);
            rows[k] = Row(order, result.Records[k], result.RecordHashes[k], k, owner, label, usage, context) with { HasShare = result.Shares is not null };
        }
        return rows;
    }

    /// <summary>ACTIVE once their certificates are in: of an order that this old party hears of afterwards.</summary>
    public static IReadOnlyList<KeyRow> Learned(
        MaintenanceCase order, IReadOnlyList<KeyRecord> records, IReadOnlyList<Digest32> hashes, IReadOnlyList<ProvenAnchor> anchors, MachineContext context)
    {
        var rows = new KeyRow[records.Count];
        for (var k = 0; k < rows.Length; k++)
        {
            var (owner, label, usage) = Known(anchors[k]);
            rows[k] = Row(order, records[k], hashes[k], k, owner, label, usage, context) with { HasShare = false };
        }
        return rows;
    }

    private static (ClientId, string, KeyUsage) Known(ProvenAnchor anchor) => (anchor.Owner, anchor.Label, anchor.Usage);

    private static KeyRow Row(MaintenanceCase order, KeyRecord record, Digest32 hash, int k, ClientId owner, string label, KeyUsage usage, MachineContext context) =>
        new(record, hash, order.Hash, (ushort)k, owner, label, usage, KeyState.Pending, order.Action.Attempt, context.Setup.Instance, default, context.Now.Wall)
        {
            Dealers = order.RecordedDealers,
        };
}
