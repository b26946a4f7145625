using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>
/// One node's whole run of a pair setup, both directions at once (spec §5): each side sends one M0, M1, M2, M3 and M4, which cross.
/// Messages may come in any order; one thread at a time.
/// </summary>
/// <remarks>
/// The number of a message is its round. M0 speaks of both directions, M1 and M3 of the one in which their sender is A, M2 and M4 of the one in which it is B.
/// Who opens the session, and which of two that cross survives (the one of the lower nid: <see cref="PairNodes.SelfIsLower"/>), is the host's to decide: the party is the same on both sides.
/// </remarks>
public sealed class PairSetupParty : IDisposable
{
    /// <summary>M0 to M4.</summary>
    public const int Messages = 5;

    private readonly RoundInbox<RawMessage>[] _inboxes;
    private IDisposable _state;
    private byte _awaited;
    private bool _over;

    private PairSetupParty(PairSetupSession session, AwaitingHandshake first)
    {
        Session = session;
        _state = first;
        _inboxes = [.. Enumerable.Range(0, Messages).Select(
            number => new RoundInbox<RawMessage>(RoundId.Numbered(ProtocolKind.PairSetup, (byte)number), [SetupMessages.Peer]))];
    }

    public PairSetupSession Session { get; }

    /// <summary>The epochs that this run uses up, once M0 has come: durable before M1 leaves, whatever becomes of the run.</summary>
    public PairEpochs? Epochs { get; private set; }

    /// <summary>The number of the message that is waited for, 0..4; null when the run is over.</summary>
    public byte? Awaited => _over ? null : _awaited;

    /// <summary>Begins, as opener or in answer to the peer's M0: retires an older setup and gives our M0 to send.</summary>
    public static PairSetupParty Begin(PairSetupSession session, out Outbox outbox)
    {
        session.Older?.Retire();
        var handshake = PairHandshake.Draw(session.Last, session.Random);
        outbox = SetupMessages.Sending(0, new(handshake.Encode()));
        return new(session, new(session, handshake));
    }

    /// <summary>Takes the peer's message of type <see cref="MessageType.Round"/> as the channel opened it; the payload is the party's from here on. If it throws, the run is over.</summary>
    /// <param name="round">The message's number.</param>
    /// <exception cref="Cryptography.Secrets.Memory.SecureMemoryException">No locked memory is left for the computation: not the peer's fault.</exception>
    public PairSetupStep Receive(byte round, PayloadBuffer payload)
    {
        try
        {
            return Take(round, payload);
        }
        catch
        {
            Dispose(); // a state that was interrupted is spent: nothing may go on from it
            throw;
        }
    }

    private PairSetupStep Take(byte round, PayloadBuffer payload)
    {
        if (_over || round >= Messages)
        {
            payload.Dispose();
            return new PairSetupStep.Wait();
        }
        var inbox = _inboxes[round];
        var message = new RawMessage(payload);
        switch (inbox.Add(SetupMessages.Peer, message))
        {
            case InboxVerdict.Accepted:
                return AdvanceWhileComplete();
            case InboxVerdict.Conflicting:
                using (message)
                    return End(new PairSetupStep.Abort(SetupMessages.Blaming(inbox.Round, FaultKind.ConflictingMessages, message.Content)));
            case InboxVerdict.Repeated:
            case InboxVerdict.NotASender:
                message.Dispose();
                return new PairSetupStep.Wait();
            default:
                throw new InvalidOperationException("unknown inbox verdict");
        }
    }

    /// <summary>Later messages may have come already, where the transport does not keep their order.</summary>
    private PairSetupStep AdvanceWhileComplete()
    {
        Outbox? outbox = null;
        var first = DurableFirst.Nothing;
        while (_inboxes[_awaited].IsComplete)
        {
            switch (Advance(_inboxes[_awaited].Take()[0].Message))
            {
                case PairSetupStep.Send send:
                    outbox = outbox is null ? send.Outbox : outbox.With(send.Outbox);
                    first |= send.First;
                    _awaited++;
                    break;
                case PairSetupStep.Complete complete:
                    return End(complete with { Outbox = outbox ?? complete.Outbox, First = first });
                case var abort:
                    outbox?.Dispose(); // nothing leaves a run that is over
                    return End(abort);
            }
        }
        return outbox is null ? new PairSetupStep.Wait() : new PairSetupStep.Send(outbox, first);
    }

    private PairSetupStep Advance(RawMessage message)
    {
        switch (_state)
        {
            case AwaitingHandshake handshake:
                var step = Enter(handshake.Complete(message), DurableFirst.Epochs);
                Epochs = (_state as AwaitingChoices)?.Epochs;
                return step;
            case AwaitingChoices choices:
                return Enter(choices.Complete(message), DurableFirst.Nothing);
            case AwaitingSeeds seeds:
                return Enter(seeds.Complete(message), DurableFirst.SetupCount);
            case AwaitingConfirmation confirmation:
                return Enter(confirmation.Complete(message), DurableFirst.Nothing);
            case AwaitingActivation activation:
                return activation.Complete(message) switch
                {
                    Transition<PairSetup>.Advance advance => new PairSetupStep.Complete(advance.Next, advance.Outbox, DurableFirst.Nothing),
                    Transition<PairSetup>.Abort abort => new PairSetupStep.Abort(abort.Fault),
                    _ => throw new InvalidOperationException("unknown transition"),
                };
            default:
                throw new InvalidOperationException("unknown state");
        }
    }

    private PairSetupStep Enter<TNext>(Transition<TNext> transition, DurableFirst first) where TNext : class, IDisposable
    {
        switch (transition)
        {
            case Transition<TNext>.Advance advance:
                _state = advance.Next;
                return new PairSetupStep.Send(advance.Outbox, first);
            case Transition<TNext>.Abort abort:
                return new PairSetupStep.Abort(abort.Fault);
            default:
                throw new InvalidOperationException("unknown transition");
        }
    }

    private PairSetupStep End(PairSetupStep last)
    {
        Dispose();
        return last;
    }

    public void Dispose()
    {
        _over = true;
        _state.Dispose();
        foreach (var inbox in _inboxes)
            inbox.Dispose();
    }
}
