using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>What follows when another generation of keys comes into use at this node: nothing made for an older one is used again, and flows under way go on with the new record (spec §10 "Common").</summary>
internal static class GenerationSwitch
{
    /// <summary>The order's new generation is ACTIVE, durably.</summary>
    public static void Activated(Rooms rooms, MaintenanceCase order) =>
        Drop(rooms, [.. order.Terms.Keys.Select(key => (key.Key, key.Generation))]);

    /// <summary>Back in use is the generation before.</summary>
    public static void RolledBack(Rooms rooms, MaintenanceCase order) =>
        Drop(rooms, [.. order.Terms.Keys.Select(key => (key.Key, key.Generation + 1))]);

    /// <summary>The recovered node has the generation in use again; whatever it had opened of it before is not its share.</summary>
    public static void Recovered(Rooms rooms, MaintenanceCase order) =>
        Drop(rooms, [.. order.Terms.Keys.Select(key => (key.Key, key.Generation))]);

    /// <summary>Certified records were learned: their older generations are out of use.</summary>
    public static void Learned(Rooms rooms, IEnumerable<(KeyId Key, uint Generation)> older) => Drop(rooms, [.. older]);

    /// <summary>The keys are not used any more, in any generation.</summary>
    public static void Stopped(Rooms rooms, IReadOnlyList<KeyId> keys, IReadOnlyList<(KeyId Key, uint Generation)> shares) => Drop(rooms, [.. keys], shares);

    private static void Drop(Rooms rooms, IReadOnlyList<(KeyId Key, uint Generation)> gone) =>
        Drop(rooms, [.. gone.Select(share => share.Key)], gone);

    private static void Drop(Rooms rooms, HashSet<KeyId> keys, IReadOnlyList<(KeyId Key, uint Generation)> gone)
    {
        rooms.Ledger.KeysChanged(keys);
        rooms.Stock.KeysChanged(keys);
        rooms.Holdings.KeysChanged(keys);
        if (gone.Count > 0)
            rooms.Context.Do(new NodeEffect.ForgetShares(gone));
    }
}
