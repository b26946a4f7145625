using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Coordination.Signing;

/// <summary>Whom an attempt reports to.</summary>
internal interface ISigningAttemptOwner
{
    /// <summary>Own booking durable and W − 1 acks for each co-signer: they may be asked for shares.</summary>
    bool TryGetBookings(out IReadOnlyList<BookingAck> acks);

    /// <summary>A verified signature.</summary>
    void Signed(SigningAttempt attempt, ReadOnlyMemory<byte> signature);

    /// <summary>A co-signer says the request has its signature already; false when that does not verify.</summary>
    bool AlreadySigned(SigningAttempt attempt, ReadOnlyMemory<byte> signature);

    /// <summary>It came to nothing. The attempt has ended.</summary>
    void Failed(SigningAttempt attempt, IReadOnlyList<AttemptFailure> failures);
}

/// <summary>Whom an attempt failed for.</summary>
/// <param name="MaterialOnly">What was made ahead with the node was at fault, not the node: with fresh material it may be asked again.</param>
internal sealed record AttemptFailure(NodeReason Reason, bool MaterialOnly = false);

/// <summary>One attempt at one signature with one quorum: material of everybody, ready or made now, then one call to each co-signer.</summary>
/// <remarks>waiting for material, own part and bookings → asked, waiting for the answers → over.</remarks>
internal sealed class SigningAttempt : IDisposable
{
    private readonly Rooms _rooms;
    private readonly SigningCase _signing;
    private readonly ISigningAttemptOwner _owner;
    private readonly ISigningRound _round;
    private readonly List<MaterialWait> _waits = [];
    private readonly List<Ticket> _tickets = [];
    private readonly Membership _members;
    private Token? _deadline;
    private TimeSpan _end;
    private bool _ownReady;
    private bool _asked;
    private bool _over;

    /// <param name="coSigners">t − 1 parties of the key.</param>
    public SigningAttempt(Rooms rooms, SigningCase signing, IReadOnlyList<KeyParty> coSigners, ISigningAttemptOwner owner)
    {
        _rooms = rooms;
        _signing = signing;
        _owner = owner;
        _members = rooms.Context.Members; // the answers are verified, and the questions asked, by one roster
        CoSigners = coSigners;
        _round = signing.Record.Suite switch
        {
            Suite.EcdsaSecp256k1 or Suite.EcdsaP256 => new EcdsaRound(rooms.Context, signing, coSigners),
            Suite.FrostEd25519 or Suite.FrostSecp256k1 or Suite.FrostSecp256k1Taproot => new FrostRound(rooms, signing, coSigners),
            Suite.None => throw new InvalidOperationException("a key of no suite"),
        };
    }

    public IReadOnlyList<KeyParty> CoSigners { get; }

    private MachineContext Context => _rooms.Context;

    /// <param name="time">For this attempt; another quorum is tried after it.</param>
    public void Begin(TimeSpan time)
    {
        _end = Context.Now.Elapsed + time;
        _deadline = Context.StartTimer(time, OnDeadline);
        _round.Prepare(
            () =>
            {
                _ownReady = true;
                Proceed();
            },
            trouble => Fail([Because(Context.Self, trouble.Reason, trouble.Why)]));
        foreach (var group in _round.Groups)
        {
            if (!_over)
                _waits.Add(_rooms.Stock.Acquire(_signing.Key, group, OnTicket, reasons => Fail([.. reasons.Select(reason => new AttemptFailure(reason))])));
        }
    }

    /// <summary>Asks for the shares once everything is there and the bookings allow it.</summary>
    public void Proceed()
    {
        if (_over || _asked || !_ownReady || !_round.IsReady || !_owner.TryGetBookings(out var acks))
            return;
        if (_members != Context.Members)
        {
            Fail([.. CoSigners.Select(party => Because(party.Nid, Reason.RosterMismatch, "the roster changed meanwhile"))]);
            return;
        }
        _asked = true;
        foreach (var ticket in _tickets)
            ticket.Spend();
        if (_round.Ask(out var fault) is not { } question)
        {
            Blame(fault);
            return;
        }
        var bytes = new SigningAsk(question.Bytes, acks).Encode();
        foreach (var ticket in _tickets)
        {
            foreach (var coSigner in CoSigners.Where(party => ticket.Members.Contains(party.Nid)))
                Ask(ticket, coSigner, bytes);
        }
        var batch = new Batch().Log(AuditKind.ShareReleased, _signing.Request.BodyHash, _signing.Request.Key, question.Commitment.Span);
        Context.Commit(batch, () =>
        {
            // Our own share is used only now: R is in the log before any signature can exist.
            if (_over)
                return;
            _round.AddOwn();
            Finish();
        });
    }

    private void Ask(Ticket ticket, KeyParty coSigner, byte[] question) => Context.Call(
        coSigner.Nid, ticket.Ask(Context, _signing.Request.Signed, coSigner.Nid, coSigner.Pid, _round.Question, question),
        (_, reply) => OnReply(ticket, coSigner, reply),
        why =>
        {
            // Where the question is now nobody knows: nothing behind it on this channel is sure to be reached.
            ticket.Doubt();
            if (!_over && _rooms.Peers.Find(coSigner.Nid) is { } peer)
                _rooms.Peers.Silent(peer, why);
            Fail([Because(coSigner.Nid, Reason.TooFewNodes, why)]);
        },
        _end - Context.Now.Elapsed);

    private void OnReply(Ticket ticket, KeyParty coSigner, PeerReply reply)
    {
        switch (reply)
        {
            case PeerReply.PartiallySigned signed:
                if (!ticket.TryOpen(coSigner.Nid, coSigner.Pid, signed.Envelope.Span, message =>
                {
                    using (message)
                        OnAnswer(coSigner, message.Type == _round.Answer ? message.Payload.Span : default);
                }))
                {
                    ticket.Doubt();
                    Fail([Because(coSigner.Nid, Reason.PeerFault, "its answer does not open")]);
                }
                break;
            case PeerReply.AlreadySigned known:
                ticket.Declined(coSigner.Nid);
                if (!_over && !_owner.AlreadySigned(this, known.Signature))
                    Fail([Because(coSigner.Nid, Reason.PeerFault, "it claims a signature that does not verify")]);
                break;
            case PeerReply.NotSigned declined:
                ticket.Declined(coSigner.Nid);
                OnRefused(ticket, coSigner, declined.Error);
                break;
            case PeerReply.Refused refused:
                ticket.Doubt();
                OnRefused(ticket, coSigner, refused.Error);
                break;
            default:
                ticket.Doubt();
                Fail([Because(coSigner.Nid, Reason.PeerFault, "it answered a question with something else")]);
                break;
        }
    }

    private void OnRefused(Ticket ticket, KeyParty coSigner, ServiceError error)
    {
        if (error.Reason == Reason.MaterialRefused)
            ticket.Stale(); // its process may be another one by now
        Fail([new(new(coSigner.Nid, Context.NameOf(coSigner.Nid), error.Reason, error.Message), MaterialOnly: error.Reason == Reason.MaterialRefused)]);
    }

    private void OnTicket(Ticket ticket)
    {
        if (_over)
        {
            ticket.Close();
            return;
        }
        _tickets.Add(ticket);
        ticket.OnLost(() => Fail([.. ticket.Members.Select(nid =>
            Because(nid, Reason.MaterialRefused, "what was made ahead with it had to be dropped") with { MaterialOnly = true })]));
        _round.Supply(ticket);
        Proceed();
    }

    private void OnAnswer(KeyParty sender, ReadOnlySpan<byte> payload)
    {
        if (_over)
            return;
        if (_round.Add(sender.Pid, payload) == InboxVerdict.Conflicting)
            Fail([Because(sender.Nid, Reason.PeerFault, "it sent two different messages in one round")]);
        else
            Finish();
    }

    private void Finish()
    {
        if (_over || _round.Missing.Count > 0)
            return;
        if (_round.Finish(out var fault) is not { } signature)
        {
            Blame(fault);
            return;
        }
        Dispose();
        _owner.Signed(this, signature);
    }

    private void OnDeadline()
    {
        _deadline = null;
        var waitingFor = _round.Missing;
        Fail([.. CoSigners.Where(party => waitingFor.Contains(party.Pid)).Select(party => Because(party.Nid, Reason.DeadlineExceeded, "it did not answer in time"))]);
    }

    /// <summary>Judged on our own evidence: logged, struck, and left out of what follows.</summary>
    private void Blame(ProtocolFault? fault)
    {
        Dispose();
        List<AttemptFailure> failed = [];
        if (fault is not null)
        {
            var key = _signing.Key;
            var session = new EvidenceSession(_rooms.Context.Members, new EvidenceSubject.Signing(key.Record, key.Certificate, key.Dealers));
            PeerFaults.Record(_rooms, fault, NidOf, _signing.Request.BodyHash, _signing.Request.Key, session);
            failed.AddRange(fault.Culprits.Select(pid => Because(NidOf(pid), Reason.PeerFault, $"it broke the protocol: {fault}")));
        }
        if (failed.Count == 0)
            failed.AddRange(Suspect());
        _owner.Failed(this, failed);
    }

    private NodeId NidOf(PartyId pid) => _signing.Record.Find(pid)!.Nid;

    /// <summary>Somebody of this quorum gave a bad part, and none can be named: strikes put another quorum first, and nothing else that this one has made is used (spec §15).</summary>
    private IEnumerable<AttemptFailure> Suspect()
    {
        _rooms.Stock.Suspect(_signing.Key, CoSigners);
        foreach (var coSigner in CoSigners)
            _rooms.Peers.Strike(coSigner.Nid);
        return CoSigners.Select(party => Because(party.Nid, Reason.PeerFault, "what was signed with it does not hold") with { MaterialOnly = true });
    }

    private void Fail(IReadOnlyList<AttemptFailure> failed)
    {
        if (_over)
            return;
        Dispose();
        _owner.Failed(this, failed);
    }

    private AttemptFailure Because(NodeId nid, Reason reason, string message) => new(new(nid, Context.NameOf(nid), reason, message));

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        Context.StopTimer(ref _deadline);
        foreach (var wait in _waits)
            wait.Cancel();
        _round.Dispose();
        foreach (var ticket in _tickets)
            ticket.Close();
    }
}
