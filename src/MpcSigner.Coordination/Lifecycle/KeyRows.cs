using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Dkg;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>The rows of the keys that a finished key generation leaves at a party.</summary>
internal static class KeyRows
{
    /// <summary>PENDING, in key order.</summary>
    public static IReadOnlyList<KeyRow> Pending(Order order, DkgResult result, MachineContext context)
    {
        var rows = new KeyRow[result.Records.Count];
        for (var k = 0; k < rows.Length; k++)
        {
            rows[k] = new(
                result.Records[k], result.RecordHashes[k], order.Hash, (ushort)k, order.Request.Client.Id,
                order.Action.Labels.Count == 0 ? "" : order.Action.Labels[k], order.Action.Usage, KeyState.Pending, OrderBatches.FirstAttempt,
                context.Setup.Instance, default, context.Now.Wall);
        }
        return rows;
    }
}
