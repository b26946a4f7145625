using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>An order's keys against this node's own rows: what the order says of a record must be what the node holds, where it holds anything (spec §9 "Authorisation").</summary>
internal static class OrderedKeyJudge
{
    /// <summary>Null when all keys are as the order says; else what is wrong with the first that is not.</summary>
    public static ServiceError? Judge(MachineContext context, MaintenanceCase order, IReadOnlyList<KeyHistory> keys)
    {
        foreach (var key in keys)
        {
            if ((JudgeAttempts(context, order, key) ?? JudgeRow(context, order, key)) is { } error)
                return error;
        }
        return null;
    }

    private static ServiceError? JudgeAttempts(MachineContext context, MaintenanceCase order, KeyHistory key)
    {
        var highest = key.Attempts.Count == 0 ? 0 : key.Attempts.Max(attempt => attempt.Attempt);
        return order.Action.Attempt > highest
            ? null
            : new(Reason.StaleAttempt, $"Node {Name(context)} has begun attempt {highest} at generation {order.Makes(key.Ordered)} of key {key.Ordered.Key}; this is attempt {order.Action.Attempt}.",
                "Order a higher attempt.");
    }

    private static ServiceError? JudgeRow(MachineContext context, MaintenanceCase order, KeyHistory key)
    {
        var ordered = key.Ordered;
        if (key.Row is { State: KeyState.Destroyed })
            return new(Reason.KeyDestroyed, $"Key {ordered.Key} was destroyed.", "Leave it out.");
        if (!order.Deals(context.Self))
            return key.Row is { State: KeyState.Active } row ? JudgeListener(context, ordered, row) : null;
        return JudgeDealer(context, order, key);
    }

    /// <summary>A node that only receives may know nothing, or an older record; never a newer one, or another of the same generation.</summary>
    private static ServiceError? JudgeListener(MachineContext context, OrderedKey ordered, KeyRow row) =>
        row.Record.Generation < ordered.Generation || row.RecordHash == ordered.RecordHash ? null : WrongGeneration(context, ordered, row);

    private static ServiceError? JudgeDealer(MachineContext context, MaintenanceCase order, KeyHistory key)
    {
        var ordered = key.Ordered;
        switch (key.Row)
        {
            case null:
                return new(Reason.UnknownKey, $"Node {Name(context)} knows no such key: {ordered.Key}.", "Check the key id with ListKeys.");
            case { State: KeyState.Pending }:
                return new(Reason.KeyPending, $"Key {ordered.Key} is PENDING at node {Name(context)}.", "Wait until every node has confirmed it.");
            case { } row when row.Record.Generation != ordered.Generation || row.RecordHash != ordered.RecordHash:
                return WrongGeneration(context, ordered, row);
            case { HasShare: false } row:
                return ShareRefusals.Behind(context, row);
            case { } row when !IsAsOrdered(order, row.Record):
                return new(Reason.BadOrder, $"The order names another suite, threshold or other parties than the record of key {ordered.Key}.", "Make the order from the key's record.");
            case { } row:
                return JudgeSchedule(order, row);
        }
    }

    private static bool IsAsOrdered(MaintenanceCase order, KeyRecord record) =>
        record.Suite == order.Terms.Suite && record.Threshold == order.Terms.OldThreshold
        && record.Parties.Select(party => (party.Pid, party.Nid)).SequenceEqual(order.Terms.OldParties);

    /// <summary>A schedule refreshes a key once an instance, and those keys only that it selects.</summary>
    private static ServiceError? JudgeSchedule(MaintenanceCase order, KeyRow row)
    {
        if (order.Order.Schedule is not { } schedule || order.Action is not MaintenanceAction.Refresh { Schedule: { } instance })
            return null;
        if (!order.Order.Selects(row.Record.KeyId, row.Label))
            return new(Reason.NotScheduled, $"Schedule {schedule.Name} does not select key {row.Record.KeyId}.", "Leave it out, or have administrators sign the order.");
        var begin = (Int128)schedule.From.UtcTicks + (Int128)instance.Index * schedule.Every.Ticks;
        return row.CreatedAt.UtcTicks < begin
            ? null
            : new(Reason.NotScheduled, $"Key {row.Record.KeyId} has its generation {row.Record.Generation} since instance {instance.Index} of schedule {schedule.Name} was due.",
                "Wait for the schedule's next time.");
    }

    private static ServiceError WrongGeneration(MachineContext context, OrderedKey ordered, KeyRow row) => new(Reason.WrongGeneration,
        row.Record.Generation == ordered.Generation
            ? $"The order starts from another record of generation {ordered.Generation} of key {ordered.Key} than node {Name(context)} holds."
            : $"The order starts from generation {ordered.Generation} of key {ordered.Key}; node {Name(context)} has generation {row.Record.Generation}.",
        "Make the order from the key's record as it is now.");

    private static string Name(MachineContext context) => context.NameOf(context.Self);
}
