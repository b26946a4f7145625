using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Jobs;

/// <summary>One job at the node that runs it: its steps one after the other, each change durable before what follows from it.</summary>
/// <remarks>A process that dies leaves at most one step Running (and those that were PENDING): the next one begins with them. An order that is done already says so at once.</remarks>
internal sealed class JobRun(MachineContext context, OrderGate gate, OrderRunner run, StepKeys stepKeys, JobRow row, Action<JobRun> ended)
{
    /// <summary>Steps that were left PENDING in this process, and since when.</summary>
    private readonly Dictionary<int, TimeSpan> _pending = [];
    private OrderAttempts? _attempts;
    private Action? _leaveKeys;
    private Token? _timer;
    private bool _over;

    public JobRow Row { get; private set; } = row;

    /// <summary>A running job goes on until it has a reason not to (see <see cref="JobRow.Detail"/>).</summary>
    public bool IsStopping => Row.Detail.Length != 0;

    /// <summary>It has one of the places of those that run.</summary>
    public bool HasBegun { get; private set; }

    public void Begin()
    {
        HasBegun = true;
        Next();
    }

    /// <summary>No further order is begun; durable before <paramref name="durable"/>.</summary>
    /// <param name="why">Not empty.</param>
    public void Stop(string why, Action durable)
    {
        Row = Row with
        {
            Detail = why,
            Steps = [.. Row.Steps.Select(step => step.State == JobStepState.Waiting ? step with { State = JobStepState.Cancelled, Outcome = why } : step)],
        };
        Put(why, () =>
        {
            durable();
            if (_over)
                return;
            if (_attempts is { } attempts)
                attempts.Stop();
            else if (HasBegun ? TakeBackWait() : Row.Steps.All(step => step.State != JobStepState.Running))
                Next();
        });
    }

    /// <summary>Whether the job waits for nothing but keys or time, which is given up.</summary>
    private bool TakeBackWait()
    {
        var waited = _leaveKeys is not null || _timer is not null;
        _leaveKeys?.Invoke();
        _leaveKeys = null;
        context.StopTimer(ref _timer);
        return waited;
    }

    private void Next()
    {
        if (_over)
            return;
        // Left Running by a process that died, then those that wait, in their order.
        var next = IndexOf((step, i) => step.State == JobStepState.Running && !_pending.ContainsKey(i));
        if (next < 0)
            next = IndexOf((step, _) => step.State == JobStepState.Waiting);
        if (next >= 0)
        {
            TakeKeys(next);
            return;
        }
        if (_pending.Count == 0)
        {
            Conclude();
            return;
        }
        // All others are through: back to those that were PENDING. A job that stops leaves them to themselves.
        if (IsStopping)
        {
            foreach (var left in _pending.Keys)
                Set(left, step => step with { State = JobStepState.Failed });
            _pending.Clear();
            Put("PENDING steps are left to themselves", Next);
            return;
        }
        var first = _pending.Keys.Min();
        _timer = context.StartTimer(context.Settings.Jobs.LongestWait, () =>
        {
            _timer = null;
            TakeKeys(first);
        });
    }

    private void TakeKeys(int index)
    {
        var keys = KeysOf(index);
        var granted = false;
        var leave = stepKeys.Take(keys, () =>
        {
            granted = true;
            _leaveKeys = null;
            RunStep(index, keys);
        });
        if (!granted)
            _leaveKeys = leave;
    }

    /// <summary>By the first order that can be read; none where none can, which then fails the step.</summary>
    private IReadOnlyList<KeyId> KeysOf(int index) => context.Setup.Decoder.TryDecode(Row.Steps[index].Orders[0].Body.Span, out var body, out _)
        && body.Action is MaintenanceAction action ? [.. action.Keys.Select(key => key.Key)] : [];

    private void RunStep(int index, IReadOnlyList<KeyId> keys)
    {
        if (Row.Steps[index].State == JobStepState.Running)
        {
            Attempt(index, keys);
            return;
        }
        Set(index, step => step with { State = JobStepState.Running });
        Put($"step {index + 1} of {Row.Steps.Count} begins", () => Attempt(index, keys));
    }

    private void Attempt(int index, IReadOnlyList<KeyId> keys)
    {
        var step = Row.Steps[index];
        _attempts = new(context, gate, run, [.. step.Orders.Select(order => new Func<SignedOrder>(() => order))], step.Tried,
            (tried, why, durable) =>
            {
                Set(index, changed => changed with { Tried = tried, Outcome = why });
                Put($"step {index + 1} of {Row.Steps.Count}: {why}", durable);
            },
            end => OnEnded(index, keys, end));
        if (IsStopping)
            _attempts.Stop();
        _attempts.Begin();
    }

    private void OnEnded(int index, IReadOnlyList<KeyId> keys, StepEnd end)
    {
        _attempts = null;
        if (end is StepEnd.Pending pending)
        {
            var since = _pending.GetValueOrDefault(index, context.Now.Elapsed);
            if (context.Now.Elapsed - since < context.Settings.Jobs.LongestPending)
                _pending[index] = since;
            else
                end = new StepEnd.Failed(StepTexts.Cut($"{pending.Why}. The order ends by itself once its parties can reach each other, or by an operator."), null);
        }
        if (end is not StepEnd.Pending)
            _pending.Remove(index);
        Set(index, step => end switch
        {
            StepEnd.Completed => step with { State = JobStepState.Completed, Outcome = "" },
            StepEnd.Failed failed => step with { State = JobStepState.Failed, Outcome = failed.Why },
            StepEnd.Pending waits => step with { Outcome = waits.Why },
            StepEnd.Stopped stopped => step with { State = JobStepState.Cancelled, Outcome = stopped.Why.Length == 0 ? Row.Detail : stopped.Why },
            _ => throw new InvalidOperationException("an end of no known kind"),
        });
        var now = Row.Steps[index];
        Put($"step {index + 1} of {Row.Steps.Count}: {now.State} {now.Outcome}", () =>
        {
            stepKeys.Release(keys);
            Next();
        });
    }

    private void Conclude()
    {
        _over = true;
        var state = Row.Steps.Any(step => step.State == JobStepState.Cancelled) ? JobState.Cancelled
            : Row.Steps.Any(step => step.State == JobStepState.Failed) ? JobState.Failed
            : JobState.Completed;
        var failed = Row.Steps.Count(step => step.State == JobStepState.Failed);
        Row = Row with { State = state, Detail = Row.Detail.Length != 0 ? Row.Detail : failed == 0 ? "" : $"{failed} of {Row.Steps.Count} steps failed" };
        Put($"{state}", () => ended(this));
    }

    private int IndexOf(Func<JobStep, int, bool> which)
    {
        for (var i = 0; i < Row.Steps.Count; i++)
        {
            if (which(Row.Steps[i], i))
                return i;
        }
        return -1;
    }

    private void Set(int index, Func<JobStep, JobStep> change) =>
        Row = Row with { Steps = [.. Row.Steps.Select((step, i) => i == index ? change(step) : step)] };

    private void Put(string what, Action durable)
    {
        Row = Row with { UpdatedAt = context.Now.Wall };
        context.Observe(new Observation.JobChanged(Row.Job, what));
        context.Commit(new Batch().Write(new StoreWrite.PutJob(Row)).Log(AuditKind.JobChanged, Row.Job, default, Journal.Text(what)), durable);
    }
}
