using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Jobs;

/// <summary>Runs an order at this node, to its outcome.</summary>
internal delegate void OrderRunner(AuthenticatedOrder order, Action<MaintenanceOutcome> ended);

/// <summary>Tries the orders of one step, one after the other, until one has done it or none may.</summary>
/// <remarks>
/// A higher attempt is begun only when the one before is durably aborted here or by another member, or was refused because a higher one has been begun. What was refused for a reason
/// that may pass costs no attempt: the same order is tried again, in ever longer intervals, for a bounded time.
/// </remarks>
internal sealed class OrderAttempts(
    MachineContext context, OrderGate gate, OrderRunner run, IReadOnlyList<Func<SignedOrder>> orders, int tried, OrderAttempts.Noted noted, Action<StepEnd> ended)
{
    private readonly JobSettings _settings = context.Settings.Jobs;
    private TimeSpan? _refusedSince;
    private TimeSpan? _pendingSince;
    private TimeSpan _wait = context.Settings.Jobs.FirstWait;
    private Token? _timer;
    private int _next = tried;
    private string _why = "";
    private ServiceError? _refusal;
    private bool _hasTried;
    private bool _stopping;
    private bool _over;

    /// <summary>Progress that must be durable before the next order is begun.</summary>
    /// <param name="tried">How many orders were begun or refused for good.</param>
    /// <param name="why">For people.</param>
    public delegate void Noted(int tried, string why, Action durable);

    public void Begin() => TryNext();

    /// <summary>No further order is begun. One that runs, runs to its end; of one that a former process began the end is looked up.</summary>
    public void Stop()
    {
        _stopping = true;
        if (_timer is null)
            return;
        context.StopTimer(ref _timer);
        End(new StepEnd.Stopped(_why));
    }

    private void TryNext()
    {
        if (_over)
            return;
        if (_stopping)
        {
            LookUp();
            return;
        }
        while (_next < orders.Count)
        {
            var signed = orders[_next]();
            if (!gate.TryAuthenticateEver(signed, out var order, out var error))
            {
                FailUnlessDone(signed, new(error.Reason, $"Roster version {context.Roster.Version}, in force by now, does not stand behind this order any more: {error.Message}",
                    "Compose orders anew for the keys that are not done, and have them signed by administrators of the roster in force."));
                return;
            }
            if (StepTerms.Deals((MaintenanceAction)order.Body.Action, context.Self))
            {
                Try(signed, order);
                return;
            }
            _why = _why.Length == 0 ? "this node deals in none of the orders that are left" : _why;
            _next++;
        }
        EndUnlessMade(new StepEnd.Failed(_why, _refusal));
    }

    private void Try(SignedOrder signed, AuthenticatedOrder order)
    {
        if (gate.TryAuthenticate(signed, Door.Client, context.Now.Wall, out var inForce, out var error))
        {
            _hasTried = true;
            run(inForce, OnOutcome);
            return;
        }
        FailUnlessDone(signed, error);
    }

    /// <summary>An order whose time is over, or whose signers may sign no more, begins nothing; but what it has done before is done, and what is PENDING has its end.</summary>
    private void FailUnlessDone(SignedOrder signed, ServiceError error)
    {
        if (!gate.TryIdentify(signed, out var hash))
        {
            Fail(error);
            return;
        }
        Read(hash, state =>
        {
            switch (state)
            {
                case MaintenanceState.Active or MaintenanceState.Done:
                    End(new StepEnd.Completed());
                    break;
                case MaintenanceState.Acknowledged:
                    End(new StepEnd.Pending(StepTexts.Of(error)));
                    break;
                case null or MaintenanceState.Begun or MaintenanceState.Aborted:
                    Fail(error);
                    break;
            }
        });
    }

    /// <summary>What a former process may have begun is not run again, but has an end that people ask for.</summary>
    private void LookUp()
    {
        if (_hasTried || _next >= orders.Count || !gate.TryIdentify(orders[_next](), out var order))
        {
            End(new StepEnd.Stopped(_why));
            return;
        }
        Read(order, state => End(state switch
        {
            MaintenanceState.Active or MaintenanceState.Done => new StepEnd.Completed(),
            MaintenanceState.Acknowledged => new StepEnd.Pending("PENDING when the job was stopped"),
            _ => new StepEnd.Stopped(_why),
        }));
    }

    private void Read(Digest32 order, Action<MaintenanceState?> read) => context.Read(
        [new StoreQuery.FindMaintenance(order)], answers => read(((StoreAnswer.Maintenance)answers[0]).Row?.State), _ => Again(Refusals.Storage()));

    private void OnOutcome(MaintenanceOutcome outcome)
    {
        if (outcome is not MaintenanceOutcome.Pending)
            _pendingSince = null;
        if (outcome is not MaintenanceOutcome.Refused)
            _refusedSince = null;
        switch (outcome)
        {
            case MaintenanceOutcome.Completed:
                End(new StepEnd.Completed());
                break;
            case MaintenanceOutcome.Aborted aborted:
                OnAborted(aborted);
                break;
            case MaintenanceOutcome.Refused { Error.Reason: Reason.StaleAttempt } stale:
                (_why, _refusal) = (StepTexts.Of(stale.Error), stale.Error);
                noted(++_next, _why, TryNext);
                break;
            case MaintenanceOutcome.Refused refused when MayPass(refused.Error.Reason):
                Again(refused.Error);
                break;
            case MaintenanceOutcome.Refused refused:
                Fail(refused.Error);
                break;
            case MaintenanceOutcome.Pending pending:
                OnPending(pending);
                break;
            default:
                throw new InvalidOperationException("an outcome of no known kind");
        }
    }

    private void OnAborted(MaintenanceOutcome.Aborted aborted)
    {
        (_why, _refusal) = (StepTexts.Cut($"attempt {_next + 1} was aborted: {aborted.Why}"), null);
        noted(++_next, _why, () =>
        {
            if (aborted.MayRetry && _next < orders.Count)
                Wait(_settings.FirstWait);
            else
                End(new StepEnd.Failed(_why, null));
        });
    }

    /// <summary>
    /// Asked after again for a while, since most end within seconds; then it is the caller's to come back to. Where a member has signed ABORT no time will
    /// help: the next attempt is begun, which asks for the certificate once more before it abandons this one.
    /// </summary>
    private void OnPending(MaintenanceOutcome.Pending pending)
    {
        if (pending.IsRefused && !_stopping && HasNextHere())
        {
            (_why, _refusal, _pendingSince) = (StepTexts.Cut($"attempt {_next + 1} was aborted by a member: {pending.Why}"), null, null);
            noted(++_next, _why, () => Wait(_settings.FirstWait));
            return;
        }
        var why = StepTexts.Cut($"PENDING: {pending.Why}");
        _pendingSince ??= context.Now.Elapsed;
        if (_stopping || context.Now.Elapsed - _pendingSince.Value >= _settings.WaitForPending)
        {
            End(new StepEnd.Pending(why));
            return;
        }
        Note(why);
    }

    private void Again(ServiceError error)
    {
        _refusal = error;
        _refusedSince ??= context.Now.Elapsed;
        if (context.Now.Elapsed - _refusedSince.Value >= _settings.WaitForNodes)
            Fail(error);
        else
            Note(StepTexts.Of(error));
    }

    /// <summary>Waits with the reason durable, since somebody watches.</summary>
    private void Note(string why)
    {
        if (string.Equals(why, _why, StringComparison.Ordinal))
        {
            WaitLonger();
            return;
        }
        _why = why;
        noted(_next, why, WaitLonger);
    }

    private void WaitLonger()
    {
        var wait = _wait;
        _wait = _wait * 2 < _settings.LongestWait ? _wait * 2 : _settings.LongestWait;
        Wait(wait);
    }

    private void Wait(TimeSpan wait)
    {
        if (_stopping)
        {
            End(new StepEnd.Stopped(_why));
            return;
        }
        _timer = context.StartTimer(wait, () =>
        {
            _timer = null;
            TryNext();
        });
    }

    private void Fail(ServiceError error) => EndUnlessMade(new StepEnd.Failed(StepTexts.Of(error), error));

    /// <summary>The order before this one may have been left PENDING, and been certified since.</summary>
    private void EndUnlessMade(StepEnd end)
    {
        if (_next == 0 || _next > orders.Count || !gate.TryIdentify(orders[_next - 1](), out var before))
        {
            End(end);
            return;
        }
        Read(before, state => End(state switch
        {
            MaintenanceState.Active or MaintenanceState.Done => new StepEnd.Completed(),
            MaintenanceState.Acknowledged => new StepEnd.Pending("an attempt before this one is PENDING"),
            _ => end,
        }));
    }

    /// <summary>Whether administrators have signed a later order in which this node deals: a schedule abandons nothing.</summary>
    private bool HasNextHere() => orders.Skip(_next + 1).Any(make => make() is { Signatures.Count: > 0 } signed && gate.TryAuthenticateEver(signed, out var order, out _)
        && StepTerms.Deals((MaintenanceAction)order.Body.Action, context.Self));

    private void End(StepEnd end)
    {
        if (_over)
            return;
        _over = true;
        context.StopTimer(ref _timer);
        ended(end);
    }

    /// <summary>The world's reasons: nothing was begun, and the same order may be taken later.</summary>
    private static bool MayPass(Reason reason) => reason is Reason.TooFewNodes or Reason.DeadlineExceeded or Reason.ClockSkew or Reason.VersionMismatch
        or Reason.PolicyMismatch or Reason.RosterMismatch or Reason.NotReady or Reason.Overloaded or Reason.KeyPending or Reason.StorageUnavailable
        or Reason.SealUnavailable or Reason.SupersededInstance or Reason.KeyBusy or Reason.Sealed or Reason.TokenLost;
}
