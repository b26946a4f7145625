using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Bookings;

/// <summary>Answers peers that ask for a booking or a verdict: authenticates, decodes and decides from the request's own bytes.</summary>
internal sealed class PeerDesk(Rooms rooms)
{
    private readonly MachineContext _context = rooms.Context;

    public void Book(CallId call, NodeId peer, PeerCall.Book ask)
    {
        if (!TryOpen(call, peer, ask.Request, ask.Clock, out var request))
            return;
        rooms.Ledger.Claim(request, entry => OnBookClaimed(call, entry), error => Refuse(call, error));
    }

    public void Judge(CallId call, NodeId peer, PeerCall.Judge ask)
    {
        if (!TryOpen(call, peer, ask.Request, ask.Clock, out var request))
            return;
        rooms.Ledger.Claim(request, entry => OnJudgeClaimed(call, entry), error => Refuse(call, error));
    }

    private bool TryOpen(
        CallId call, NodeId peer, SignedRequest signed, DateTimeOffset clock, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AuthenticatedRequest? request)
    {
        request = null;
        var error = rooms.Peers.JudgeClock(peer, clock);
        if (error is null && rooms.Gate.TryAuthenticate(signed, Door.Peer, _context.Now.Wall, out request, out error))
            return true;
        Refuse(call, error!);
        return false;
    }

    private void OnBookClaimed(CallId call, RequestEntry entry)
    {
        var request = entry.Request;
        // A node that holds no share of the key books all the same: the choice is the cluster's, not the key's.
        var rule = "no share of the key here: booked without a verdict";
        ServiceError? denial = null;
        if (request.Body.Action is RequestAction.CreateKeys)
            denial = CreationCase.TryJudge(_context, request, out var creation, out var why) ? Allowed(creation.Rule) : why;
        else if (entry.Key is { State: KeyState.Active } key && key.Record.Find(_context.Self) is not null)
            denial = SigningCase.TryJudge(_context, request, key, out var signing, out var why) ? Allowed(signing.Rule) : why;
        if (denial is not null)
        {
            Deny(entry, denial, () => Refuse(call, denial));
            return;
        }
        if (entry.IsBooked)
        {
            rooms.Ledger.Release(entry);
            Booked(call, entry);
            return;
        }
        var batch = new Batch()
            .Log(AuditKind.RequestReceived, request.BodyHash, request.Key, Journal.Text(request.Client.Name))
            .Log(AuditKind.Allowed, request.BodyHash, request.Key, Journal.Text(rule))
            .Log(AuditKind.Booked, request.BodyHash, request.Key, request.Scope.ToArray());
        entry.Book(batch);
        if (entry.Row is null)
            entry.Put(batch, RequestState.Ready);
        rooms.Ledger.Commit(entry, batch, () => Booked(call, entry));
        rooms.Ledger.Release(entry);

        ServiceError? Allowed(string by)
        {
            rule = by;
            return null;
        }
    }

    private void Booked(CallId call, RequestEntry entry) => _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Booked(
        BookingAcks.Own(_context, entry.Request), entry.Request.Body.Action is RequestAction.Sign ? entry.DurableResult : default)));

    private void OnJudgeClaimed(CallId call, RequestEntry entry)
    {
        var request = entry.Request;
        ServiceError? denial = null;
        if (request.Body.Action is RequestAction.CreateKeys)
            _ = CreationCase.TryJudge(_context, request, out _, out denial);
        else
            _ = SigningCase.TryJudge(_context, request, entry.Key, out _, out denial);
        if (denial is null)
        {
            rooms.Ledger.Release(entry);
            _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Judged(true, null)));
            return;
        }
        Deny(entry, denial, () => _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Judged(false, denial))));
    }

    /// <summary>The denial is in the log before anybody hears of it.</summary>
    private void Deny(RequestEntry entry, ServiceError denial, Action durable)
    {
        var batch = new Batch().Log(AuditKind.Denied, entry.Request.BodyHash, entry.Request.Key, Journal.Text(denial.Message));
        rooms.Ledger.Commit(entry, batch, durable);
        rooms.Ledger.Release(entry);
    }

    private void Refuse(CallId call, ServiceError error) => _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Refused(error)));
}
