using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>A co-signer's one call: opens the question, judges the client's request itself, spends the material, makes verdict, booking and R durable, and only then answers.</summary>
/// <remarks>opening → claiming → judged (with the share being opened) → material spent, answer made → durable → answered. The question is opened first whatever follows, or the numbers behind it would wait for ever.</remarks>
internal sealed class PartialSigner(Rooms rooms, CallId call, NodeId coordinator, PeerCall.PartialSign ask, HeldLot lot)
{
    private readonly MachineContext _context = rooms.Context;
    private RequestEntry? _entry;
    private IIdentitySigner? _signer;

    public void Begin()
    {
        if (lot.Channel.Open(lot.Terms.InitiatorPid, ask.Envelope.Span, OnOpened, () => Answer(new PeerReply.Refused(MaterialRefusal.Dropped.ToError()))) is { } dropped)
            Answer(new PeerReply.Refused(new(Reason.MaterialRefused, $"The question's envelope does not open ({dropped}).", "Make fresh material and ask again.")));
    }

    private void OnOpened(OpenedMessage message)
    {
        using (message)
        {
            if (message.Type is not (MessageType.FrostRequest or MessageType.OnlineRequest) || !SigningAsk.TryDecode(message.Payload.Span, out var question))
            {
                Decline(Refusals.Protocol("The coordinator's question is malformed."));
                return;
            }
            _signer = _context.Identity;
            if ((rooms.Peers.JudgeClock(coordinator, ask.Clock) ?? rooms.Peers.JudgeDocuments(coordinator, ask.Roster, ask.Policy)) is { } mismatch)
                Decline(mismatch);
            else if (rooms.Gate.TryAuthenticate(ask.Request, Door.Peer, _context.Now.Wall, out var request, out var error))
                rooms.Ledger.Claim(request, entry => OnClaimed(entry, question), Decline);
            else
                Decline(error);
        }
    }

    private void OnClaimed(RequestEntry entry, SigningAsk question)
    {
        _entry = entry;
        var request = entry.Request;
        if (!SigningCase.TryJudge(_context, request, entry.Key, out var signing, out var denial))
        {
            var log = new Batch().Log(AuditKind.Denied, request.BodyHash, request.Key, Journal.Text(denial.Message));
            rooms.Ledger.Commit(entry, log, () => Decline(denial));
            return;
        }
        if (entry.IsCompleted)
        {
            // Told only once it is durable: a result that a coordinator heard from us is one that we still have after a crash.
            entry.WhenResultDurable(() => Answer(new PeerReply.AlreadySigned(entry.Result)));
            return;
        }
        if (!TryRead(signing, question, out var answer, out var error))
        {
            Decline(error);
            return;
        }
        if (answer.NeedsShare)
            _context.LoadShare(signing.Record.KeyId, signing.Record.Generation, share => OnShare(signing, answer, share), why => Decline(Refusals.Seal(why)));
        else
            Spend(signing, answer, null);
    }

    /// <summary>What the coordinator says against what this node derived itself, and its material against the question; nothing is spent, whatever comes out.</summary>
    private bool TryRead(
        SigningCase signing, SigningAsk question, [NotNullWhen(true)] out IPartialAnswer? answer, [NotNullWhen(false)] out ServiceError? error)
    {
        answer = null;
        if (lot.Terms.RecordHash != signing.Key.RecordHash)
        {
            // Material of an older generation has gone when this one came into use; of a newer one our own row is about to be read: kept, and asked again (spec §19.3).
            error = lot.Terms.Key == signing.Record.KeyId ? MaterialRefusals.OtherGeneration(signing.Record.KeyId) : MaterialRefusal.OtherKey.ToError();
            return false;
        }
        if (!BookingAcks.AreQuorumWithOurs(_context, signing.Request, question.Acks))
        {
            error = Refusals.Protocol($"The request is not booked by {_context.Roster.BookingQuorum} nodes.");
            return false;
        }
        if (!TryReadQuestion(signing, question.Request.Span, out answer, out error))
            return false;
        error = CheckMaterial(answer);
        return error is null;
    }

    private bool TryReadQuestion(
        SigningCase signing, ReadOnlySpan<byte> question, [NotNullWhen(true)] out IPartialAnswer? answer, [NotNullWhen(false)] out ServiceError? error)
    {
        if (signing.Record.Suite is Suite.EcdsaSecp256k1 or Suite.EcdsaP256)
            return EcdsaPartialAnswer.TryRead(signing, lot.Terms, question, out answer, out error);
        return FrostPartialAnswer.TryRead(_signer!, signing, coordinator, lot.Terms.InitiatorPid, question, out answer, out error);
    }

    private ServiceError? CheckMaterial(IPartialAnswer answer) =>
        lot.Check(answer.Material) is { } refusal ? refusal.ToError() : answer.Check(lot.Peek(answer.Material));

    private void OnShare(SigningCase signing, IPartialAnswer answer, SecretScalar share)
    {
        using (share)
            Spend(signing, answer, share);
    }

    /// <summary>In one step: compares once more, removes the piece, and only then computes with it.</summary>
    private void Spend(SigningCase signing, IPartialAnswer answer, SecretScalar? share)
    {
        if (CheckMaterial(answer) is { } gone)
        {
            Decline(gone);
            return;
        }
        using var piece = rooms.Holdings.Take(lot, answer.Material);
        if (answer.Answer(piece, share, out var error) is not { } part)
        {
            Decline(error!);
            return;
        }
        Release(signing, answer.Type, part);
    }

    /// <summary>R is durable before the share leaves, and so are request, verdict and booking: any signature found in the world is matched to its request (P7).</summary>
    private void Release(SigningCase signing, MessageType type, PartialAnswer part)
    {
        var (entry, request) = (_entry!, signing.Request);
        var batch = new Batch()
            .Write(rooms.Sessions.Windows.Write(coordinator))
            .Log(AuditKind.RequestReceived, request.BodyHash, request.Key, Journal.Text(request.Client.Name))
            .Log(AuditKind.Allowed, request.BodyHash, request.Key, Journal.Text(signing.Rule))
            .Log(AuditKind.Booked, request.BodyHash, request.Key, request.Scope.ToArray());
        entry.Book(batch).Put(batch, RequestState.Signing);
        batch.Log(AuditKind.ShareReleased, request.BodyHash, request.Key, part.Commitment.Span);
        lot.Answering(begins: true);
        rooms.Ledger.Commit(entry, batch, () =>
        {
            lot.Answering(begins: false);
            Answer(lot.IsDisposed
                ? new PeerReply.Refused(MaterialRefusal.Dropped.ToError())
                : new PeerReply.PartiallySigned(lot.Channel.Seal(type, lot.Terms.InitiatorPid, part.Payload.Span)));
        });
    }

    private void Decline(ServiceError error) => Answer(new PeerReply.NotSigned(error));

    private void Answer(PeerReply reply)
    {
        _context.Do(new NodeEffect.AnswerPeer(call, reply));
        if (_entry is { } entry)
            rooms.Ledger.Release(entry);
        _entry = null;
    }
}
