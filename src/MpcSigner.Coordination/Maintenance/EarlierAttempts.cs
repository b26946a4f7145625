using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Ends, at this node, every earlier attempt at the generation that an order makes: afterwards the node has signed ABORT of each, durably (spec §10 "Attempts").</summary>
/// <remarks>An attempt that is PENDING here may be certified elsewhere: its parties are asked first, and a certificate ends the later order instead.</remarks>
internal sealed class EarlierAttempts(
    Rooms rooms, MaintenanceBook book, MaintenanceCase later, IReadOnlyList<AttemptRow> earlier, Action<IReadOnlyList<OwnAbort>> settled, Action<ServiceError> refused) : IDisposable
{
    /// <summary>How long an earlier attempt that is in doubt may take to be settled.</summary>
    private const int MaxLooks = 8;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly List<OwnAbort> _aborts = [];
    private int _next;
    private int _looks;
    private bool _over;

    public void Begin()
    {
        if (earlier.Count > ReadyMessage.MaxAborts)
        {
            Refuse(new(Reason.BadOrder, $"The keys have {earlier.Count} earlier attempts together; one order may have {ReadyMessage.MaxAborts}.", "Order fewer keys at once."));
            return;
        }
        Next();
    }

    private void Next()
    {
        while (!_over && _next < earlier.Count)
        {
            var attempt = earlier[_next];
            if (book.Find(attempt.Order) is { } open)
            {
                End(open);
                return; // goes on when that order stands still
            }
            if (attempt.State != MaintenanceState.Aborted)
            {
                // Open orders are all in memory: this one ended since it was read, or it has made the generation.
                Refuse(attempt.State is MaintenanceState.Begun or MaintenanceState.Acknowledged ? Busy(attempt.Order) : Certified(attempt));
                return;
            }
            _aborts.Add(new(attempt.Order, (AbortKind)attempt.AbortKind, MaintenanceAnswers.Abort(rooms.Context, attempt.Order, (AbortKind)attempt.AbortKind)));
            _next++;
        }
        if (_over)
            return;
        _over = true;
        settled(_aborts);
    }

    private void End(MaintenanceOrder open)
    {
        switch (open.Phase)
        {
            case MaintenancePhase.Aborted:
                _aborts.Add(new(open.Hash, open.AbortKind, open.OwnAbort));
                _next++;
                Next();
                break;
            case MaintenancePhase.Active or MaintenancePhase.Erasing or MaintenancePhase.Done:
                Refuse(Certified(earlier[_next]));
                break;
            case MaintenancePhase.Beginning or MaintenancePhase.Begun:
            case MaintenancePhase.Acknowledged when open.HasSession || open.Settlement.IsUpheld:
                Refuse(Busy(open.Hash));
                break;
            case MaintenancePhase.Acknowledged when later.IsScheduled:
                Refuse(new(Reason.KeyPending, $"An earlier attempt (order {open.Hash}) is PENDING at node {rooms.Context.NameOf(rooms.Context.Self)}; a schedule abandons nothing.",
                    "Let the nodes reach each other, or have administrators order the next attempt."));
                break;
            case MaintenancePhase.Acknowledged:
                // Whether a certificate exists is asked before this node signs that it will never activate.
                open.SeekCertificate(() => open.Settlement.WhenWritten(() => Abandon(open)));
                break;
            default:
                WhenStill(open);
                break;
        }
    }

    /// <summary>An attempt that a member refuses is the members' to settle, if they do it soon: what one of them abandons on the administrators' word another may have in use.</summary>
    private void Abandon(MaintenanceOrder open)
    {
        if (_over)
            return;
        if (open.Phase != MaintenancePhase.Acknowledged || open.Settlement.IsUpheld)
        {
            End(open);
        }
        else if (open.IsRefused && ++_looks < MaxLooks)
        {
            rooms.Context.StartTimer(Look, () =>
            {
                if (!_over)
                    End(open);
            });
        }
        else
        {
            open.AbandonByOrder($"attempt {later.Action.Attempt} (order {later.Hash}) takes its place");
            End(open);
        }
    }

    /// <summary>A commit is on its way: judged again when it has come.</summary>
    private void WhenStill(MaintenanceOrder open) => open.WhenStill(() =>
    {
        if (!_over)
            End(open);
    });

    private static ServiceError Certified(AttemptRow attempt) => new(Reason.WrongGeneration,
        $"Attempt {attempt.Attempt} (order {attempt.Order}) has its certificate: the generation is in use.", "Make the order from the key's record as it is now, or roll that attempt back.");

    private static ServiceError Busy(Digest32 order) => new(Reason.KeyBusy, $"An earlier attempt (order {order}) is not over.", "Try again in a moment.");

    private void Refuse(ServiceError error)
    {
        if (_over)
            return;
        _over = true;
        refused(error);
    }

    public void Dispose() => _over = true;
}
