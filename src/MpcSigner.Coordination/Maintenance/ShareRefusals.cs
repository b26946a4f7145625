using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>The refusals of a node that knows a key's record and holds no share of it.</summary>
internal static class ShareRefusals
{
    /// <summary>It is a party: its share is older than the key.</summary>
    public static ServiceError Behind(MachineContext context, KeyRow row) => Behind(context.NameOf(context.Self), row);

    /// <inheritdoc cref="Behind(MachineContext, KeyRow)"/>
    public static ServiceError Behind(string name, KeyRow row) => new(Reason.ShareBehind,
        row.Record.Generation == 0
            ? $"Node {name} has lost its share of key {row.Record.KeyId}, which is at generation 0."
            : $"Key {row.Record.KeyId} is at generation {row.Record.Generation}; node {name} has no share newer than generation {row.Record.Generation - 1}.",
        "Recover this node's shares.");
}
