using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>Whom an attempt reports to.</summary>
internal interface ISigningAttemptOwner
{
    /// <summary>Own booking durable and W acks held: the co-signers may be asked for shares.</summary>
    bool TryGetBookings(out IReadOnlyList<BookingAck> acks);

    /// <summary>An ack that rode on a commitment; false when it does not hold.</summary>
    bool AddBooking(BookingAck ack);

    /// <summary>A verified signature.</summary>
    void Signed(SigningAttempt attempt, ReadOnlyMemory<byte> signature);

    /// <summary>A co-signer says the request has its signature already; false when that does not verify.</summary>
    bool AlreadySigned(SigningAttempt attempt, ReadOnlyMemory<byte> signature);

    /// <summary>It came to nothing. The attempt has ended.</summary>
    /// <param name="failed">Those it failed for, each with its reason; empty when nobody in particular.</param>
    void Failed(SigningAttempt attempt, IReadOnlyList<NodeReason> failed);
}

/// <summary>One attempt at one signature with one quorum: a FROST session with fresh nonces of everybody (spec §19.2, §19.3).</summary>
internal sealed class SigningAttempt : ISessionOwner, IDisposable
{
    private readonly Rooms _rooms;
    private readonly SigningCase _signing;
    private readonly ISigningAttemptOwner _owner;
    private readonly FrostCoordination _coordination;
    private readonly RoundInbox<RawMessage> _commitments;
    private readonly RoundInbox<RawMessage> _shares;
    private readonly OwnPart _own;
    private readonly InitiatorSession _session;
    private CollectingFrostShares? _collecting;
    private Token? _deadline;
    private bool _over;

    /// <param name="coSigners">t − 1 parties of the key.</param>
    public SigningAttempt(Rooms rooms, SigningCase signing, IReadOnlyList<KeyParty> coSigners, ISigningAttemptOwner owner)
    {
        _rooms = rooms;
        _signing = signing;
        _owner = owner;
        CoSigners = coSigners;
        IReadOnlyList<KeyParty> signers = [.. coSigners.Append(signing.Self).OrderBy(party => party.Pid)];
        Span<byte> osid = stackalloc byte[Bytes32.Size];
        rooms.Context.Setup.Random.Fill(osid);
        var terms = FrostTerms.Of(signing);
        _coordination = new(
            signing.Record, signers.Select(party => party.Pid), signing.Payload.Message, terms.Path, terms.Mode, terms.Root, new(osid), rooms.Context.Identities);
        _commitments = _coordination.NewInbox(MessageType.FrostCommitment);
        _shares = _coordination.NewInbox(MessageType.FrostShare);
        _own = new(rooms.Context, signing, rooms.Context.Self);
        _session = rooms.Sessions.Open(this, ProtocolKind.Frost, signing.Record.Suite, signing.Key.RecordHash, [.. signers.Select(party => (party.Pid, party.Nid))]);
    }

    public IReadOnlyList<KeyParty> CoSigners { get; }

    /// <param name="time">For this attempt; another quorum is tried after it.</param>
    public void Begin(TimeSpan time)
    {
        _deadline = _rooms.Context.StartTimer(time, OnDeadline);
        _own.Prepare(
            commitment =>
            {
                _commitments.Add(_signing.Self.Pid, new(new(commitment.Encode())));
                Proceed();
            },
            why => Fail([Because(_rooms.Context.Self, Reason.SealUnavailable, why)]));
        _session.Open();
    }

    public void Opened()
    {
        var start = new SigningStart(_signing.Request.Signed, _coordination.Signers).Encode();
        foreach (var coSigner in CoSigners)
            _session.Send(MessageType.Start, 0, coSigner.Pid, start);
    }

    public void Received(OpenedMessage message)
    {
        if (!_over && CoSigners.FirstOrDefault(party => party.Nid == message.Sender) is { } sender)
        {
            if (message.Type == MessageType.FrostCommitment)
                OnCommitment(sender, message.Payload.Span);
            else if (message.Type == MessageType.FrostShare)
                OnShare(sender, message.Payload.Span);
        }
        message.Dispose();
    }

    public void Refused(NodeId participant, ServiceError error) => Fail([Because(participant, error.Reason, error.Message)]);

    public void Lost(NodeId participant, string why) => Fail([Because(participant, Reason.TooFewNodes, why)]);

    /// <summary>Asks for the shares once all commitments are there and the bookings allow it.</summary>
    public void Proceed()
    {
        if (_over || _collecting is not null || !_commitments.IsComplete || !_owner.TryGetBookings(out var acks))
            return;
        switch (new CollectingFrostCommitments(_coordination, _rooms.SeenCommitments).Complete(_commitments))
        {
            case Transition<CollectingFrostShares>.Advance advance:
                advance.Outbox.Dispose(); // the same request goes out with the booking acks around it
                _collecting = advance.Next;
                Ask(advance.Next.Request, acks);
                break;
            case Transition<CollectingFrostShares>.Abort abort:
                Blame(abort.Fault);
                break;
        }
    }

    /// <summary>Tells the co-signers the result and ends the session.</summary>
    public void Complete(ReadOnlyMemory<byte> signature)
    {
        foreach (var coSigner in CoSigners)
            _session.Send(MessageType.OnlineResult, 0, coSigner.Pid, signature.Span);
        _session.End();
        Dispose();
    }

    /// <summary>Gives up; the co-signers are told why, the owner knows.</summary>
    public void Dispose(ServiceError told)
    {
        _session.End(told);
        Dispose();
    }

    private void OnCommitment(KeyParty sender, ReadOnlySpan<byte> payload)
    {
        if (!SigningReply.TryDecode(payload, out var reply))
        {
            Fail([Because(sender.Nid, Reason.PeerFault, "its commitment is malformed")]);
            return;
        }
        switch (reply)
        {
            case SigningReply.KnownResult known:
                if (!_owner.AlreadySigned(this, known.Signature))
                    Fail([Because(sender.Nid, Reason.PeerFault, "it claims a signature that does not verify")]);
                break;
            case SigningReply.Commitment commitment:
                if (!_owner.AddBooking(new(sender.Nid, commitment.Ack)))
                    Fail([Because(sender.Nid, Reason.PeerFault, "its booking is not signed as it must be")]);
                else if (Add(_commitments, sender, commitment.Points.Span))
                    Proceed();
                break;
        }
    }

    private void OnShare(KeyParty sender, ReadOnlySpan<byte> payload)
    {
        // A share before the question cannot be an answer to it.
        if (_collecting is not null && Add(_shares, sender, payload))
            Finish();
    }

    /// <summary>True when the message is new; a second, different one ends the attempt (spec §4.6).</summary>
    private bool Add(RoundInbox<RawMessage> inbox, KeyParty sender, ReadOnlySpan<byte> payload)
    {
        var message = new RawMessage(new(payload));
        var verdict = inbox.Add(sender.Pid, message);
        if (verdict == InboxVerdict.Accepted)
            return true;
        message.Dispose();
        if (verdict == InboxVerdict.Conflicting)
            Fail([Because(sender.Nid, Reason.PeerFault, "it sent two different messages in one round")]);
        return false;
    }

    private void Ask(FrostRequest request, IReadOnlyList<BookingAck> acks)
    {
        var ask = new SigningAsk(request.Encode(), acks).Encode();
        foreach (var coSigner in CoSigners)
            _session.Send(MessageType.FrostRequest, 0, coSigner.Pid, ask);
        switch (_own.Sign(request))
        {
            case FrostAnswer.Signed signed:
                var payload = signed.Share.EncodePayload();
                var batch = new Batch().Log(AuditKind.ShareReleased, _signing.Request.BodyHash, _signing.Request.Key, signed.Commitment.Span);
                _rooms.Context.Commit(batch, () =>
                {
                    // Our own share is used only now: R is in the log before any signature can exist.
                    if (!_over && Add(_shares, _signing.Self, payload))
                        Finish();
                });
                break;
            case FrostAnswer.Refused refused:
                throw new InvalidOperationException($"our own request cannot be answered: {refused.Reason}");
        }
    }

    private void Finish()
    {
        if (_over || !_shares.IsComplete)
            return;
        switch (_collecting!.Complete(_shares))
        {
            case Transition<FrostSignature>.Advance advance:
                _rooms.Context.StopTimer(ref _deadline);
                _owner.Signed(this, advance.Next.Signature);
                break;
            case Transition<FrostSignature>.Abort abort:
                Blame(abort.Fault);
                break;
        }
    }

    private void OnDeadline()
    {
        _deadline = null;
        var waitingFor = (_collecting is null ? _commitments : _shares).Missing;
        Fail([.. CoSigners.Where(party => waitingFor.Contains(party.Pid)).Select(party => Because(party.Nid, Reason.DeadlineExceeded, "it did not answer in time"))]);
    }

    /// <summary>Judged on our own evidence: logged, struck, and left out of what follows.</summary>
    private void Blame(ProtocolFault fault)
    {
        List<NodeReason> failed = [];
        foreach (var pid in fault.Culprits)
        {
            var nid = _signing.Record.Find(pid)!.Nid;
            PeerFaults.Record(_rooms, nid, fault, pid, _signing.Request.BodyHash, _signing.Request.Key);
            failed.Add(Because(nid, Reason.PeerFault, $"it broke the protocol: {fault}"));
        }
        Fail(failed);
    }

    private void Fail(IReadOnlyList<NodeReason> failed)
    {
        if (_over)
            return;
        _session.End(new(Reason.Cancelled, "The coordinator gave this attempt up.", "Nothing is to be done."));
        Dispose();
        _owner.Failed(this, failed);
    }

    private NodeReason Because(NodeId nid, Reason reason, string message) => new(nid, _rooms.Context.NameOf(nid), reason, message);

    public void Dispose()
    {
        _over = true;
        _rooms.Context.StopTimer(ref _deadline);
        _session.Dispose();
        _own.Dispose();
        _commitments.Dispose();
        _shares.Dispose();
    }
}
