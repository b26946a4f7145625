using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkg;

/// <summary>What a message led to.</summary>
public abstract record DkgStep
{
    private DkgStep() { }

    /// <summary>Nothing yet: the round is not complete, or the message was a repetition.</summary>
    public sealed record Wait : DkgStep;

    /// <summary>The next round's messages are to be sealed and sent.</summary>
    public sealed record Send(Outbox Outbox) : DkgStep;

    /// <summary>Round 3 is accepted: store as PENDING, then acknowledge. The receiver owns the result.</summary>
    /// <param name="Outbox">Our own round 3, when the others' had all come before it; else empty. It must still be sent.</param>
    public sealed record Complete(DkgResult Result, Outbox Outbox) : DkgStep;

    /// <summary>The session is over, its secrets are wiped.</summary>
    public sealed record Abort(ProtocolFault Fault) : DkgStep;
}

/// <summary>
/// One party's whole run of a key generation: three inboxes and the state that waits for the round it is in.
/// Messages may come in any order, also before their round; one thread at a time.
/// </summary>
public sealed class DkgParty : IDisposable
{
    public const byte Rounds = 3;

    private readonly DkgSession _session;
    private readonly RoundInbox<RawMessage>[] _inboxes;
    private CollectingCommitments? _commitments;
    private CollectingShares? _shares;
    private CollectingConfirmations? _confirmations;
    private bool _over;

    private DkgParty(DkgSession session, CollectingCommitments first)
    {
        _session = session;
        _commitments = first;
        _inboxes = [session.NewInbox(1), session.NewInbox(2), session.NewInbox(3)];
    }

    public DkgSession Session => _session;

    /// <summary>The round whose messages are awaited, 1..3; 0 when the run is over.</summary>
    public byte Round => _over ? (byte)0 : _commitments is not null ? (byte)1 : _shares is not null ? (byte)2 : (byte)3;

    /// <summary>Whose message the current round still lacks.</summary>
    public IReadOnlyList<PartyId> Missing => _over ? [] : _inboxes[Round - 1].Missing;

    /// <summary>Begins: draws the polynomials and gives round 1 to send.</summary>
    public static DkgParty Begin(DkgSession session, out Outbox outbox)
    {
        var first = CollectingCommitments.Begin(session);
        outbox = first.Outbox;
        return new(session, first.Next);
    }

    /// <summary>Takes a message of type <see cref="MessageType.Round"/> as the channel opened it; the payload is the party's from here on.</summary>
    public DkgStep Receive(PartyId from, byte round, PayloadBuffer payload)
    {
        if (_over || round is < 1 or > Rounds)
        {
            payload.Dispose();
            return new DkgStep.Wait();
        }
        var inbox = _inboxes[round - 1];
        var message = new RawMessage(payload);
        switch (inbox.Add(from, message))
        {
            case InboxVerdict.Accepted:
                return AdvanceWhileComplete();
            case InboxVerdict.Conflicting:
                using (message)
                    return End(new DkgStep.Abort(ProtocolFault.Blaming(inbox.Round, [Conflict(from, message)])));
            case InboxVerdict.Repeated:
            case InboxVerdict.NotASender:
                message.Dispose();
                return new DkgStep.Wait();
            default:
                throw new InvalidOperationException("unknown inbox verdict");
        }
    }

    /// <summary>Later rounds may be complete already: a peer that heard everybody before we did is a round ahead of us.</summary>
    private DkgStep AdvanceWhileComplete()
    {
        Outbox? outbox = null;
        while (_inboxes[Round - 1].IsComplete)
        {
            switch (Advance())
            {
                case DkgStep.Send send:
                    outbox = outbox is null ? send.Outbox : outbox.With(send.Outbox);
                    break;
                case DkgStep.Complete complete:
                    return complete with { Outbox = outbox ?? complete.Outbox };
                case var abort:
                    outbox?.Dispose(); // nothing leaves a session that is over
                    return abort;
            }
        }
        return outbox is null ? new DkgStep.Wait() : new DkgStep.Send(outbox);
    }

    private DkgStep Advance()
    {
        if (_commitments is { } commitments)
        {
            _commitments = null;
            return Continue(commitments.Complete(_inboxes[0]), next => _shares = next);
        }
        if (_shares is { } shares)
        {
            _shares = null;
            return Continue(shares.Complete(_inboxes[1]), next => _confirmations = next);
        }
        var confirmations = _confirmations!;
        _confirmations = null;
        return confirmations.Complete(_inboxes[2]) switch
        {
            Transition<DkgResult>.Advance advance => End(new DkgStep.Complete(advance.Next, advance.Outbox)),
            Transition<DkgResult>.Abort abort => End(new DkgStep.Abort(abort.Fault)),
            _ => throw new InvalidOperationException("unknown transition"),
        };
    }

    private DkgStep Continue<TNext>(Transition<TNext> transition, Action<TNext> enter) where TNext : class
    {
        switch (transition)
        {
            case Transition<TNext>.Advance advance:
                enter(advance.Next);
                return new DkgStep.Send(advance.Outbox);
            case Transition<TNext>.Abort abort:
                return End(new DkgStep.Abort(abort.Fault));
            default:
                throw new InvalidOperationException("unknown transition");
        }
    }

    /// <summary>A second, different message of one round (spec §4.6). Nothing of it is believed; that it opened under the sender's key is enough for us.</summary>
    private static Accusation Conflict(PartyId from, RawMessage second) =>
        new(from, FaultKind.ConflictingMessages, null, SignedStatement.DigestOf(second.Content), []);

    private DkgStep End(DkgStep last)
    {
        Dispose();
        return last;
    }

    public void Dispose()
    {
        _over = true;
        _commitments?.Dispose();
        _shares?.Dispose();
        _confirmations?.Dispose();
        foreach (var inbox in _inboxes)
            inbox.Dispose();
    }
}
