using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Signing;

/// <summary>A signature at its coordinator: judge, book, try quorum after quorum until one signs or time is up. Liveness only is in its hands.</summary>
/// <remarks>claiming → (answered from the store | denied | running) → completing → over.</remarks>
internal sealed class SigningFlow : ISigningAttemptOwner, IDisposable
{
    /// <summary>It takes a node that is a roster behind about as long to fetch it.</summary>
    private static readonly TimeSpan RosterRetry = TimeSpan.FromMilliseconds(100);

    private readonly Rooms _rooms;
    private readonly RequestCallers _callers;
    private readonly BookingQuorum _bookings;
    private readonly Dictionary<NodeId, NodeReason> _reasons = [];
    private readonly HashSet<NodeId> _failed = [];
    private readonly HashSet<NodeId> _stale = [];
    private readonly TimeSpan _begun;
    private TimeSpan _end;
    private RequestEntry? _entry;
    private SigningCase? _signing;
    private SigningAttempt? _attempt;
    private Token? _deadline;
    private readonly SigningPause _generationPause;
    private readonly SigningPause _rosterPause;
    private bool _greetedAgain;
    private bool _completing;
    private bool _over;
    private int _attempts;

    public SigningFlow(Rooms rooms, AuthenticatedRequest request, RequestCallers callers)
    {
        _rooms = rooms;
        _callers = callers;
        _begun = rooms.Context.Now.Elapsed;
        _generationPause = new(rooms.Context, rooms.Context.Settings.Maintenance.GenerationRetry);
        _rosterPause = new(rooms.Context, RosterRetry);
        Request = request;
        _bookings = new(rooms, request, OnBookingsChanged, signature => AlreadySigned(null, signature));
    }

    public AuthenticatedRequest Request { get; }

    private MachineContext Context => _rooms.Context;

    /// <param name="time">Until the caller wants an answer.</param>
    public void Begin(TimeSpan time)
    {
        _end = _begun + time;
        _deadline = Context.StartTimer(time, OnDeadline);
        _rooms.Ledger.Claim(Request, OnClaimed, Refuse);
    }

    public bool TryGetBookings(out IReadOnlyList<BookingAck> acks)
    {
        acks = _bookings.Acks;
        return _bookings.IsReached;
    }

    public void Signed(SigningAttempt attempt, ReadOnlyMemory<byte> signature)
    {
        _attempt = null;
        if (_over || _completing)
            return;
        foreach (var coSigner in attempt.CoSigners)
        {
            if (_rooms.Peers.Find(coSigner.Nid) is { } peer)
                peer.Strikes = 0; // a success of S clears them (spec §15)
        }
        Complete(signature, [Context.Self, .. attempt.CoSigners.Select(party => party.Nid)]);
    }

    public bool AlreadySigned(SigningAttempt? attempt, ReadOnlyMemory<byte> signature)
    {
        if (_over || _completing)
            return true;
        if (_signing is null || !SignatureCheck.Holds(_signing, signature.Span))
            return false;
        Complete(signature, []);
        return true;
    }

    public void Failed(SigningAttempt attempt, IReadOnlyList<AttemptFailure> failures)
    {
        _attempt = null;
        if (_over || _completing)
            return;
        if (TryPause(failures))
            return;
        foreach (var (reason, materialOnly) in failures)
        {
            _reasons[reason.Node] = reason;
            if (reason.Reason == Reason.RosterMismatch && !_rosterPause.IsUsedUp)
                continue; // whoever is behind catches up: nobody has failed
            // Fresh material is made with the same node once; then it is as if the node had failed.
            if (!materialOnly || !_stale.Add(reason.Node))
                _failed.Add(reason.Node);
        }
        if (failures.Count == 0 || _failed.Contains(Context.Self))
        {
            Fail();
            return;
        }
        if (failures.All(failure => failure.Reason.Reason == Reason.RosterMismatch) && !_rosterPause.IsUsedUp)
        {
            _rosterPause.Begin(Try);
            return;
        }
        _rooms.Counters.FailedOver(Request.Key, [.. failures.Select(failure => failure.Reason)]);
        _greetedAgain = false; // a node whose stream broke counts as silent: it does not sign this, and may be needed to book; once for each that failed
        Try();
    }

    /// <summary>While a new generation comes into use, coordinator and co-signer may be a moment apart (spec §19.3): nobody has failed, and the same is tried again shortly.</summary>
    private bool TryPause(IReadOnlyList<AttemptFailure> failures)
    {
        var apart = failures.Where(failure => failure.Reason.Reason is Reason.WrongGeneration).ToArray();
        if (apart.Length == 0 || _generationPause.IsUsedUp)
            return false;
        foreach (var failure in apart)
        {
            if (failure.Reason.Node != Context.Self)
                _rooms.Generations.Met(Request.Key, failure.Reason.Node);
        }
        _generationPause.Begin(Try);
        return true;
    }

    /// <summary>Another generation came into use since the request was judged: it is judged anew under that record.</summary>
    private bool TryFollowKey()
    {
        if (_entry!.Key is not { } key || key.RecordHash == _signing!.Key.RecordHash)
            return true;
        if (!SigningCase.TryJudge(Context, Request, key, out var renewed, out var denial))
        {
            Refuse(denial);
            return false;
        }
        _signing = renewed;
        return true;
    }

    private void OnClaimed(RequestEntry entry)
    {
        if (_over)
        {
            _rooms.Ledger.Release(entry);
            return;
        }
        _entry = entry;
        if (entry.Row is { State: RequestState.Denied } denied && ServiceErrorEncoding.TryDecode(denied.Result.Span, out var earlier))
        {
            Refuse(earlier);
            return;
        }
        var judged = SigningCase.TryJudge(Context, Request, entry.Key, out _signing, out var denial);
        if (entry.IsCompleted)
        {
            var artefact = _signing is null ? default : SignatureCheck.Artefact(_signing, entry.Result);
            entry.WhenResultDurable(() => Answer(new ClientReply.Signed(entry.Result, artefact, [])));
            return;
        }
        if (!judged)
        {
            Deny(entry, denial!);
            return;
        }
        var batch = new Batch()
            .Log(AuditKind.RequestReceived, Request.BodyHash, Request.Key, Journal.Text(Request.Client.Name))
            .Log(AuditKind.Allowed, Request.BodyHash, Request.Key, Journal.Text(_signing!.Rule))
            .Log(AuditKind.Booked, Request.BodyHash, Request.Key, Request.Scope.ToArray());
        entry.Book(batch).Put(batch, RequestState.Signing);
        _rooms.Ledger.Commit(entry, batch, () =>
        {
            _bookings.AddOwn();
            OnBookingsChanged();
        });
        Try(); // its flush overlaps what is made ready meanwhile
        _rooms.Stock.Used(_signing);
    }

    private void Try()
    {
        if (_over || _completing || _attempt is not null || _rosterPause.IsRunning || _generationPause.IsRunning || !TryFollowKey())
            return;
        var signing = _signing!;
        var coSigners = ChooseCoSigners(signing);
        if (coSigners is null)
        {
            TryLater();
            return;
        }
        _bookings.AskFor(coSigners.Select(party => party.Nid));
        if (_bookings.IsOutOfReach && !_bookings.IsReached)
        {
            TryLater();
            return;
        }
        _attempts++;
        var attempt = _attempt = new(_rooms, signing, coSigners, this);
        attempt.Begin(AttemptTime());
    }

    private IReadOnlyList<KeyParty>? ChooseCoSigners(SigningCase signing)
    {
        var key = signing.Key;
        return _rooms.Quorums.Prefer(_rooms.Stock.ReadyGroups(key).Where(group => group.Count == key.Record.Threshold - 1), _failed)
            ?? _rooms.Quorums.CoSigners(key.Record, Context.Self, _failed, party => _rooms.Stock.Ready(key, [party]) > 0);
    }

    /// <summary>A silent co-signer may not use up the caller's time: half of what is left stays for another quorum.</summary>
    private TimeSpan AttemptTime()
    {
        var half = (_end - Context.Now.Elapsed) / 2;
        return half < Context.Settings.SigningAttempt ? half : Context.Settings.SigningAttempt;
    }

    /// <summary>Too few nodes now: those that change the roster are waited for, and who is silent is greeted once more.</summary>
    private void TryLater()
    {
        if (!_greetedAgain)
            GreetAgain();
        else if (!_rosterPause.IsUsedUp && _signing!.Record.Parties.Any(party => !_failed.Contains(party.Nid) && _rooms.Peers.Find(party.Nid) is { ProblemKind: Reason.RosterMismatch }))
            _rosterPause.Begin(Try); // the request has the time that its caller gave it
        else
            Fail();
    }

    /// <summary>Who is silent gets one more chance to answer a greeting before the client hears that too few nodes are up.</summary>
    private void GreetAgain()
    {
        _greetedAgain = true;
        _rooms.Greetings.TryAgain(Try);
    }

    private void OnBookingsChanged()
    {
        if (_over || _completing)
            return;
        if (_bookings.IsOutOfReach && !_bookings.IsReached && _attempt is not null && !_rosterPause.IsRunning)
        {
            var attempt = _attempt;
            _attempt = null;
            attempt.Dispose();
            Fail();
            return;
        }
        _attempt?.Proceed();
    }

    private void Deny(RequestEntry entry, ServiceError denial)
    {
        if (denial.Reason is Reason.UnknownKey or Reason.KeyPending or Reason.WrongNode or Reason.ShareBehind)
        {
            Refuse(denial); // no verdict on the request: it was not this node's to give
            return;
        }
        Context.Observe(new Observation.RequestRefused(Request.Client.Id, denial.Reason));
        new DenialRound(_rooms, entry, denial, Refuse).Begin();
    }

    private void Complete(ReadOnlyMemory<byte> signature, IReadOnlyList<NodeId> signers)
    {
        _completing = true;
        Context.StopTimer(ref _deadline);
        // Another coordinator may have finished the same request meanwhile: one request has one result, the stored one.
        ResultRoom.Store(_rooms, _entry!, signature,
            () => OnStored(_entry!.Result, _entry.Result.Span.SequenceEqual(signature.Span) ? signers : []));
    }

    /// <summary>The result is durable: only now does anybody get it.</summary>
    private void OnStored(ReadOnlyMemory<byte> signature, IReadOnlyList<NodeId> signers)
    {
        _attempt?.Dispose();
        _attempt = null;
        Context.Observe(new Observation.SignatureCompleted(Request.Key, _signing!.Record.Suite, _attempts, Context.Now.Elapsed - _begun));
        Answer(new ClientReply.Signed(signature, SignatureCheck.Artefact(_signing, signature), signers));
        foreach (var party in _signing.Record.Parties)
        {
            if (party.Nid != Context.Self && _rooms.Peers.Find(party.Nid) is { } peer && _rooms.Peers.IsUsable(peer))
                Context.Call(party.Nid, new PeerCall.PushResult(Request.Signed, signature), static (_, _) => { }, static _ => { });
        }
    }

    private void OnDeadline()
    {
        _deadline = null;
        if (_completing)
            return;
        if (_entry is null || _signing is null)
        {
            Refuse(new(Reason.DeadlineExceeded, "The node could not answer in time.", "Ask again with the same idempotency key."));
            return;
        }
        Fail(Reason.DeadlineExceeded);
    }

    /// <summary>Every quorum there is has failed, or time is up: durable, then answered with each node's reason. The same request may be sent again.</summary>
    private void Fail(Reason? late = null)
    {
        _completing = true;
        Context.StopTimer(ref _deadline);
        _attempt?.Dispose();
        _attempt = null;
        var error = SigningFailure.Describe(_rooms, _signing!, _reasons, _bookings, late);
        var batch = new Batch().Log(AuditKind.RequestFailed, Request.BodyHash, Request.Key, Journal.Text(error.Message));
        _entry!.Put(batch, RequestState.Failed, ServiceErrorEncoding.Encode(error));
        _rooms.Ledger.Commit(_entry, batch, () => Refuse(error));
    }

    private void Refuse(ServiceError error) => Answer(new ClientReply.Refused(error));

    private void Answer(ClientReply reply)
    {
        if (_over)
            return;
        Dispose();
        _callers.Answer(reply);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        Context.StopTimer(ref _deadline);
        _rosterPause.Stop();
        _generationPause.Stop();
        _attempt?.Dispose();
        if (_entry is { } entry)
            _rooms.Ledger.Release(entry);
    }
}
