using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Jobs;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Schedules;

/// <summary>One instance of one schedule at this node: which keys are due, which of them this node begins, what is in the way.</summary>
/// <remarks>Nothing of it is durable: whether a key has been refreshed since the instance began stands in its row, so a new process goes on where the old one was.</remarks>
internal sealed class ScheduleWatch(Rooms rooms, OrderRunner run, StepKeys stepKeys, RosterSchedule schedule, Digest32 roster, uint index, ScheduleSlots slots)
{
    private readonly MachineContext _context = rooms.Context;
    private readonly HashSet<KeyId> _givenUp = [];
    private readonly HashSet<KeyId> _running = [];
    private IReadOnlySet<KeyId> _pending = new HashSet<KeyId>();
    private DueKeys _due = new();
    private SortedSet<string> _missing = [];
    private bool _scanning;
    private bool _over;
    private string _reported = "";

    public uint Index => index;

    public Digest32 Roster => roster;

    public RosterSchedule Schedule => schedule;

    /// <summary>Keys that were due and not refreshed yet, as last seen.</summary>
    public int Left { get; private set; }

    /// <summary>Every selected key has been refreshed, or was made, since the instance began.</summary>
    public bool IsMet { get; private set; }

    /// <summary>Empty while nothing is in the way.</summary>
    public string Problem { get; private set; } = "";

    private DateTimeOffset Began => ScheduleClock.Begin(schedule, index);

    /// <summary>Looks once at all keys that the schedule selects, and begins what is this node's to begin.</summary>
    public void Tend()
    {
        if (_scanning || _over || IsMet || !slots.IsFree)
            return;
        _scanning = true;
        _due = new();
        _pending = rooms.Maintenance.PendingKeys;
        _missing = [];
        var (left, later) = (0, 0);
        new KeyScan(_context, schedule, row =>
        {
            switch (Look(row))
            {
                case Turn.Now:
                    left++;
                    break;
                case Turn.Later:
                    later++;
                    break;
                case Turn.Over:
                    break;
            }
            return !_over;
        }, whole => OnScanned(whole, left, later)).Begin();
    }

    /// <summary>A newer instance has begun, or the roster has changed: what is left is not made up for.</summary>
    /// <param name="passed">The instance's time is over; false: another roster goes on with it, or drops the schedule.</param>
    public void End(bool passed)
    {
        _over = true;
        if (passed && Left > 0)
            Report($"instance {index} of schedule {schedule.Name} ended with {Left} keys not refreshed{(Problem.Length == 0 ? "" : $": {Problem}")}", durable: true);
    }

    private enum Turn
    {
        /// <summary>Refreshed, or made, since the instance began.</summary>
        Over = 1,
        Now = 2,
        Later = 3,
    }

    private Turn Look(KeyRow row)
    {
        if (row.CreatedAt >= Began || row.Record.Find(_context.Self) is null)
            return Turn.Over;
        var turn = ScheduleClock.Turn(schedule, index, row.Record.KeyId);
        var now = _context.Now.Wall;
        if (turn > now)
            return Turn.Later;
        var before = row.Record.Parties.Where(party => party.Nid.Value.CompareTo(_context.Self.Value) < 0).ToArray();
        foreach (var party in row.Record.Parties)
        {
            if (party.Nid != _context.Self && !IsUsable(party.Nid))
                _missing.Add(_context.NameOf(party.Nid));
        }
        var mine = !before.Any(party => IsUsable(party.Nid)) || now >= turn + before.Length * _context.Settings.Schedules.TakeOver;
        var possible = row.Record.Parties.All(party => party.Nid == _context.Self || IsUsable(party.Nid));
        // What is PENDING here waits for its end, and keeps no others waiting.
        if (mine && possible && !_pending.Contains(row.Record.KeyId) && !_givenUp.Contains(row.Record.KeyId) && !_running.Contains(row.Record.KeyId) && _due.Count < DueKeys.MaxCount && stepKeys.AreFree([row.Record.KeyId]))
            _due.Add(row);
        return Turn.Now;
    }

    private bool IsUsable(NodeId nid) => rooms.Peers.Find(nid) is { } peer && rooms.Peers.IsUsable(peer);

    private void OnScanned(bool whole, int left, int later)
    {
        _scanning = false;
        if (_over)
            return;
        Left = left;
        IsMet = whole && left + later == 0;
        Problem = _missing.Count != 0 ? $"nodes are missing: {string.Join(", ", _missing)}"
            : _givenUp.Count != 0 ? $"{_givenUp.Count} keys could not be refreshed"
            : "";
        if (Problem.Length != 0 && Left > 0)
            Report($"instance {index} of schedule {schedule.Name} waits with {Left} keys: {Problem}", durable: false);
        foreach (var batch in _due.Batches)
        {
            if (slots.IsFree)
                Run(batch);
        }
        _due = new();
    }

    private void Run(IReadOnlyList<KeyRow> batch)
    {
        slots.Take();
        KeyId[] keys = [.. batch.Select(row => row.Record.KeyId)];
        _running.UnionWith(keys);
        stepKeys.Take(keys, () => new OrderAttempts(
            _context, rooms.Orders, run,
            [.. ScheduleGate.AttemptsOf(schedule, index).Select(attempt => Once(() => ScheduledOrders.Compose(_context, schedule.Name, index, attempt, batch)))],
            tried: 0, (_, _, durable) => durable(), end => OnEnded(batch, keys, end)).Begin());
    }

    /// <summary>An order that is asked after again is the same one.</summary>
    private static Func<SignedOrder> Once(Func<SignedOrder> compose)
    {
        SignedOrder? made = null;
        return () => made ??= compose();
    }

    private void OnEnded(IReadOnlyList<KeyRow> batch, KeyId[] keys, StepEnd end)
    {
        stepKeys.Release(keys);
        slots.Release();
        _running.ExceptWith(keys);
        if (end is StepEnd.Failed failed)
        {
            // One key that is not as the others must not keep a thousand from being refreshed. Too few nodes is no key's fault: looked at again.
            if (failed.Refusal is { Reason: Reason.TooFewNodes or Reason.NotReady or Reason.KeyBusy or Reason.KeyPending or Reason.Overloaded or Reason.Sealed or Reason.TokenLost })
                return;
            if (batch.Count > 1 && failed.Refusal is { } refusal && refusal.Reason is not (Reason.StaleAttempt or Reason.IssuedBeforeRestore) && !_over && slots.IsFree)
            {
                Run([.. batch.Take(batch.Count / 2)]);
                return; // the other half is due still, and comes with the next look
            }
            if (batch.Count == 1 || failed.Refusal is null or { Reason: Reason.StaleAttempt or Reason.IssuedBeforeRestore })
                _givenUp.UnionWith(keys);
            Report($"schedule {schedule.Name} could not refresh {keys.Length} keys, the first {keys[0]}: {failed.Why}", durable: true);
        }
        Tend();
    }

    private void Report(string what, bool durable)
    {
        if (string.Equals(what, _reported, StringComparison.Ordinal))
            return;
        _reported = what;
        _context.Observe(new Observation.ScheduleUnmet(schedule.Name, what));
        if (durable)
            _context.Commit(new Batch().Log(AuditKind.ScheduleUnmet, default, default, Journal.Text(what)));
    }
}
