using System.Globalization;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Schedules;

/// <summary>The order of a schedule's instance, composed by the node that begins it: no signature, every other node finds the same schedule in its own roster.</summary>
internal static class ScheduledOrders
{
    /// <summary>It is begun at once, or composed anew.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <param name="keys">1..1,000 of equal suite, threshold and parties.</param>
    public static SignedOrder Compose(MachineContext context, string schedule, uint index, uint attempt, IReadOnlyList<KeyRow> keys)
    {
        var record = keys[0].Record;
        var issued = DateTimeOffset.FromUnixTimeMilliseconds(context.Now.Wall.ToUnixTimeMilliseconds()); // as precise as its encoding
        var refresh = new MaintenanceAction.Refresh(
            record.Suite, attempt,
            [.. keys.OrderBy(key => key.Record.KeyId.Value).Select(key => new OrderedKey(key.Record.KeyId, key.Record.Generation, key.RecordHash))],
            record.Threshold, [.. record.Parties.Select(party => (party.Pid, party.Nid))])
        {
            Schedule = new ScheduleInstance(context.Roster.Hash, schedule, index),
        };
        var name = string.Create(CultureInfo.InvariantCulture, $"schedule/{schedule}/{index}/{attempt}");
        return new(context.Setup.Encoder.Encode(new(context.Roster.Cluster, name, issued, issued + Life, "", refresh)), []);
    }
}
