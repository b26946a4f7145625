using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Jobs;
using MpcSigner.Coordination.Machine;

namespace MpcSigner.Coordination.Schedules;

/// <summary>The schedules of the roster in force: at each look, the newest instance of each, and what of it is this node's to begin.</summary>
internal sealed class ScheduleBook(Rooms rooms, OrderRunner run, StepKeys stepKeys)
{
    private readonly MachineContext _context = rooms.Context;
    private readonly SortedDictionary<string, ScheduleWatch> _watches = new(StringComparer.Ordinal);
    private readonly ScheduleSlots _slots = new(rooms.Context.Settings.Schedules.MaxAtOnce);

    /// <summary>By name.</summary>
    public IReadOnlyList<ScheduleStatus> Status =>
        [.. _watches.Values.Select(watch => new ScheduleStatus(watch.Schedule.Name, watch.Index, ScheduleClock.Begin(watch.Schedule, watch.Index + 1), watch.IsMet, watch.Left, watch.Problem))];

    public void Begin() => _context.StartTimer(_context.Settings.Schedules.Interval, () =>
    {
        Tend();
        Begin();
    });

    private void Tend()
    {
        var (roster, now) = (_context.Roster, _context.Now.Wall);
        foreach (var name in _watches.Keys.Where(name => roster.Schedules.All(schedule => schedule.Name != name)).ToArray())
        {
            _watches[name].End(passed: false);
            _watches.Remove(name);
        }
        foreach (var schedule in roster.Schedules)
        {
            if (ScheduleClock.Newest(schedule, now) is not { } index)
                continue;
            if (_watches.TryGetValue(schedule.Name, out var watch) && (watch.Index != index || watch.Roster != roster.Hash))
            {
                watch.End(passed: watch.Index != index);
                watch = null;
            }
            if (watch is null)
                _watches[schedule.Name] = watch = new(rooms, run, stepKeys, schedule, roster.Hash, index, _slots);
            watch.Tend();
        }
    }
}
