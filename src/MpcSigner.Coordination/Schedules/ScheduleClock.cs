using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Coordination.Schedules;

/// <summary>When a schedule's instances begin and when within one a key's turn comes: the same at every node.</summary>
internal static class ScheduleClock
{
    /// <summary>The newest instance that has begun; null before the first. Older ones are not made up for.</summary>
    public static uint? Newest(RosterSchedule schedule, DateTimeOffset now)
    {
        if (now < schedule.From || schedule.Every <= TimeSpan.Zero)
            return null;
        var index = (now - schedule.From).Ticks / schedule.Every.Ticks;
        return index <= uint.MaxValue ? (uint)index : null;
    }

    public static DateTimeOffset Begin(RosterSchedule schedule, uint index) => schedule.From + schedule.Every * index;

    public static DateTimeOffset Turn(RosterSchedule schedule, uint index, KeyId key) =>
        Begin(schedule, index) + ScheduleStatements.Delay(schedule.Name, index, key, schedule.Jitter);
}
