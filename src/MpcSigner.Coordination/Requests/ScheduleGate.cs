using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Requests;

/// <summary>Whether a refresh without signatures rests on a schedule of the roster in force, and in its time.</summary>
internal static class ScheduleGate
{
    /// <summary>Attempts at one instance; a key that cannot be refreshed in so many waits for the next instance, or for administrators.</summary>
    public const uint MaxAttempts = 3;

    /// <summary>Attempts are numbered from here on by the second: for 45 years.</summary>
    private static readonly DateTimeOffset s_epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string AskAdministrators = "Have administrators sign the order, or wait for the schedule's next time.";

    public static bool TryFind(
        Roster roster, MaintenanceAction.Refresh refresh, ScheduleInstance instance,
        [NotNullWhen(true)] out RosterSchedule? schedule, [NotNullWhen(false)] out ServiceError? error)
    {
        schedule = null;
        if (instance.Roster != roster.Hash)
        {
            error = new(Reason.NotScheduled, $"The order rests on a schedule of roster {instance.Roster}; in force is version {roster.Version}, {roster.Hash}.",
                "Make the order anew from the roster in force.");
            return false;
        }
        schedule = roster.Schedules.FirstOrDefault(known => string.Equals(known.Name, instance.Schedule, StringComparison.Ordinal));
        if (schedule is null)
        {
            error = new(Reason.NotScheduled, $"The roster in force has no schedule {instance.Schedule}.", AskAdministrators);
            return false;
        }
        error = JudgeSelection(schedule, refresh, instance.Index);
        return error is null;
    }

    /// <summary>The attempts of an instance at a key's generation: 3·s + 1 to 3·s + 3, s the seconds from 2025 to the instance's begin. So none is in the way of a later instance's, of this schedule, another, or this one changed.</summary>
    public static IReadOnlyList<uint> AttemptsOf(RosterSchedule schedule, uint index)
    {
        var before = Int128.Max(0, (Begin(schedule, index) - s_epoch.UtcTicks) / TimeSpan.TicksPerSecond) * MaxAttempts;
        return before + MaxAttempts > uint.MaxValue ? [] : [.. Enumerable.Range(1, (int)MaxAttempts).Select(attempt => (uint)before + (uint)attempt)];
    }

    /// <summary>Instance i may begin from its time on, and until every key's time of instance i + 1 is there: from + (i + 1)·every + jitter.</summary>
    /// <param name="tolerance">By how much the clock of the node that began it may differ from ours.</param>
    public static ServiceError? JudgeWindow(RosterSchedule schedule, uint index, DateTimeOffset now, TimeSpan tolerance)
    {
        var end = Begin(schedule, index) + schedule.Every.Ticks + schedule.Jitter.Ticks;
        return JudgeBegun(schedule, index, now, tolerance) ?? (now.UtcTicks - (Int128)tolerance.Ticks >= end
            ? new(Reason.NotScheduled, $"Instance {index} of schedule {schedule.Name} is over: a newer one is due; this node has {Refusals.Time(now)}.", "Begin the newest instance instead.")
            : null);
    }

    /// <summary>Whether the instance may have begun, whenever that was.</summary>
    public static ServiceError? JudgeBegun(RosterSchedule schedule, uint index, DateTimeOffset now, TimeSpan tolerance) => now.UtcTicks + (Int128)tolerance.Ticks < Begin(schedule, index)
        ? new(Reason.NotScheduled, $"Instance {index} of schedule {schedule.Name} is not due yet; this node has {Refusals.Time(now)}.", AskAdministrators)
        : null;

    /// <summary>In ticks. 128 bits: an index is any u32, and so the product leaves the calendar.</summary>
    private static Int128 Begin(RosterSchedule schedule, uint index) => schedule.From.UtcTicks + (Int128)index * schedule.Every.Ticks;

    private static ServiceError? JudgeSelection(RosterSchedule schedule, MaintenanceAction.Refresh refresh, uint index)
    {
        if (!AttemptsOf(schedule, index).Contains(refresh.Attempt))
            return new(Reason.NotScheduled, $"Attempt {refresh.Attempt} is none of the {MaxAttempts} of instance {index}.", AskAdministrators);
        if (schedule.Keys.Count == 0)
            return null;
        var named = schedule.Keys.ToHashSet();
        return refresh.Keys.Where(key => !named.Contains(key.Key)).Select(key => (ServiceError?)new ServiceError(
            Reason.NotScheduled, $"Schedule {schedule.Name} does not name key {key.Key}.", AskAdministrators)).FirstOrDefault();
    }
}
