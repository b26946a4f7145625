using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>A co-signer: judges the request itself, books and logs, commits to nonces, and answers one FROST request.</summary>
/// <remarks>claiming → booking (with the share being opened) → committed, waiting for the request → logging R → share sent, waiting for the result.</remarks>
internal sealed class CoSigner(Rooms rooms, ParticipantSession session, AuthenticatedRequest request, SigningStart start, PartyId initiator) : IParticipant
{
    private readonly MachineContext _context = rooms.Context;
    private RequestEntry? _entry;
    private SigningCase? _signing;
    private OwnPart? _part;
    private FrostCommitment? _commitment;
    private bool _booked;
    private bool _committed;
    private bool _answered;
    private bool _over;

    public void Begin() => rooms.Ledger.Claim(request, OnClaimed, error =>
    {
        if (!_over)
            session.Refuse(error);
    });

    public void Received(OpenedMessage message)
    {
        using (message)
        {
            if (_over || message.Sender != session.Initiator)
                return;
            if (message.Type == MessageType.FrostRequest)
                OnRequest(message.Payload.Span);
            else if (message.Type == MessageType.OnlineResult)
                OnResult(message.Payload.Span.ToArray());
        }
    }

    public void Ended(string why) => Dispose();

    private void OnClaimed(RequestEntry entry)
    {
        if (_over)
        {
            rooms.Ledger.Release(entry);
            return;
        }
        _entry = entry;
        if (!SigningCase.TryJudge(_context.Setup, request, entry.Key, out _signing, out var denial))
        {
            var log = new Batch().Log(AuditKind.Denied, request.BodyHash, request.Key, Journal.Text(denial.Message));
            rooms.Ledger.Commit(entry, log, () => Refuse(denial));
            return;
        }
        if (JudgeSession(_signing) is { } mismatch)
        {
            Refuse(mismatch);
            return;
        }
        if (entry.IsCompleted)
        {
            // Told only once it is durable: a result that a coordinator heard from us is one that we still have after a crash.
            entry.WhenResultDurable(() => session.Send(MessageType.FrostCommitment, 0, initiator, new SigningReply.KnownResult(entry.Result).Encode()));
            return;
        }
        Book(entry, _signing);
    }

    /// <summary>The session is of this key in our own record, among exactly t of its parties.</summary>
    private ServiceError? JudgeSession(SigningCase signing)
    {
        if (session.Terms.Subject != signing.Key.RecordHash || session.Terms.Suite != signing.Record.Suite)
            return new(Reason.UnknownKey, "The session is of another generation of the key than this node's.", "Try again.");
        var signers = session.Parties;
        return start.Signers.Count != signing.Record.Threshold || !start.Signers.SequenceEqual(signers.Select(party => party.Pid))
            || signers.Any(party => signing.Record.Find(party.Pid)?.Nid != party.Nid)
                ? Refusals.Protocol("The session's signers are not parties of the key.")
                : null;
    }

    private void Book(RequestEntry entry, SigningCase signing)
    {
        var batch = new Batch()
            .Write(session.RememberId())
            .Log(AuditKind.RequestReceived, request.BodyHash, request.Key, Journal.Text(request.Client.Name))
            .Log(AuditKind.Allowed, request.BodyHash, request.Key, Journal.Text(signing.Rule))
            .Log(AuditKind.Booked, request.BodyHash, request.Key, request.Scope.ToArray());
        entry.Book(batch).Put(batch, RequestState.Signing);
        rooms.Ledger.Commit(entry, batch, () =>
        {
            _booked = true;
            Commit();
        });
        // The share is opened while the booking is flushed; nothing of it leaves before both are done.
        _part = new(_context, signing, session.Initiator);
        _part.Prepare(
            commitment =>
            {
                _commitment = commitment;
                Commit();
            },
            why => session.Refuse(Refusals.Seal(why)));
    }

    private void Commit()
    {
        if (_over || !_booked || _commitment is not { } commitment || _committed)
            return;
        _committed = true;
        session.Send(MessageType.FrostCommitment, 0, initiator,
            new SigningReply.Commitment(BookingAcks.Own(_context, request).Signature, commitment.Encode()).Encode());
    }

    private void OnRequest(ReadOnlySpan<byte> payload)
    {
        if (_answered || !_committed || _signing is not { } signing || _part is not { } part)
            return; // a second request finds the nonces gone (spec §19.4)
        if (!SigningAsk.TryDecode(payload, out var ask))
        {
            session.Refuse(Refusals.Protocol("The coordinator's request is malformed."));
            return;
        }
        if (!FrostRequest.TryDecode(signing.Record, signing.Key.RecordHash, ask.Request.Span, out var frost, out var refusal))
        {
            session.Refuse(Refusals.Protocol($"The coordinator's request is not in order ({refusal})."));
            return;
        }
        if (JudgeRequest(signing, part, frost, ask.Acks) is { } error)
        {
            session.Refuse(error);
            return;
        }
        _answered = true;
        switch (part.Sign(frost))
        {
            case FrostAnswer.Signed signed:
                var payloadOut = signed.Share.EncodePayload();
                var batch = new Batch().Log(AuditKind.ShareReleased, request.BodyHash, request.Key, signed.Commitment.Span);
                // R is durable before the share leaves: any signature found in the world is matched to its request (P7).
                rooms.Ledger.Commit(_entry!, batch, () => session.Send(MessageType.FrostShare, 0, initiator, payloadOut));
                break;
            case FrostAnswer.Refused refused:
                session.Refuse(Refusals.Protocol($"The coordinator's request cannot be answered ({refused.Reason})."));
                break;
        }
    }

    /// <summary>What the coordinator says against what this node derived itself; the nonces are kept whatever comes out.</summary>
    private ServiceError? JudgeRequest(SigningCase signing, OwnPart part, FrostRequest frost, IReadOnlyList<BookingAck> acks)
    {
        if (!BookingAcks.AreQuorum(_context, request, acks))
            return Refusals.Protocol($"The request is not booked by {_context.Roster.BookingQuorum} nodes.");
        if (!frost.Message.Span.SequenceEqual(signing.Payload.Message.Span))
            return Refusals.Protocol("The coordinator asks for a signature on something else than the request's payload.");
        if (!FrostTerms.Of(signing).AreThoseOf(frost))
            return Refusals.Protocol("The coordinator asks for a signature under another path or Taproot output than the client's request names.");
        if (!frost.Signers.SequenceEqual(start.Signers))
            return Refusals.Protocol("The coordinator asks with other signers than it started with.");
        return part.Check(frost) is { } refusal ? Refusals.Protocol($"The coordinator's request cannot be answered ({refusal}).") : null;
    }

    private void OnResult(ReadOnlyMemory<byte> signature)
    {
        if (_signing is not { } signing || _entry is not { } entry || !SignatureCheck.Holds(signing, signature.Span))
            return; // nobody's fault that can be shown (spec §15: online result that does not verify)
        ResultRoom.Store(rooms, entry, signature);
        session.Finish();
    }

    private void Refuse(ServiceError error)
    {
        if (!_over)
            session.Refuse(error);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _part?.Dispose();
        if (_entry is { } entry)
            rooms.Ledger.Release(entry);
    }
}
