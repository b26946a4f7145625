using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Rounds;

/// <summary>A state that waits for one round. Completing consumes it; disposing wipes what it holds.</summary>
internal interface IRoundState<TResult> : IDisposable where TResult : class
{
    /// <param name="inbox">Its own round's, with one message from each sender.</param>
    RoundEnd<TResult> Complete(RoundInbox<RawMessage> inbox);

    /// <summary>
    /// Whether a message that has come echoes something else than ours. The session can only end then, and ends at once: whoever told two stories may be silent from here on,
    /// and what we received must be kept all the same. Never in a round without echoes.
    /// </summary>
    bool IsSplit(RoundInbox<RawMessage> inbox) => false;

    /// <summary>Consumes a state whose round <see cref="IsSplit"/>, and judges what has come of it.</summary>
    /// <param name="arrived">Disposed here.</param>
    ProtocolFault EndSplit(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> arrived) => throw new InvalidOperationException($"{round} has no echoes");
}

/// <summary>How a round ended.</summary>
internal abstract record RoundEnd<TResult> where TResult : class
{
    private RoundEnd() { }

    public sealed record Next(IRoundState<TResult> State, Outbox Outbox) : RoundEnd<TResult>;

    public sealed record Last(TResult Result, Outbox Outbox) : RoundEnd<TResult>;

    public sealed record Abort(ProtocolFault Fault) : RoundEnd<TResult>;

    /// <summary>A transition to the state of the next round.</summary>
    public static RoundEnd<TResult> Before<TNext>(Transition<TNext> transition) where TNext : class, IRoundState<TResult> => transition switch
    {
        Transition<TNext>.Advance advance => new Next(advance.Next, advance.Outbox),
        Transition<TNext>.Abort abort => new Abort(abort.Fault),
        _ => throw new InvalidOperationException("unknown transition"),
    };

    /// <summary>A transition to the result.</summary>
    public static RoundEnd<TResult> AfterAll(Transition<TResult> transition) => transition switch
    {
        Transition<TResult>.Advance advance => new Last(advance.Next, advance.Outbox),
        Transition<TResult>.Abort abort => new Abort(abort.Fault),
        _ => throw new InvalidOperationException("unknown transition"),
    };
}

/// <summary>What a message led to.</summary>
internal abstract record RunStep<TResult> where TResult : class
{
    private RunStep() { }

    public sealed record Wait : RunStep<TResult>;

    public sealed record Send(Outbox Outbox) : RunStep<TResult>;

    public sealed record Complete(TResult Result, Outbox Outbox) : RunStep<TResult>;

    public sealed record Abort(ProtocolFault Fault, Outbox Outbox) : RunStep<TResult>;
}

/// <summary>
/// One party's run of rounds numbered from 1: an inbox for each, and the state that waits for the round it is in.
/// Messages may come in any order, also before their round; one thread at a time.
/// </summary>
internal sealed class RoundRun<TResult>(IReadOnlyList<RoundInbox<RawMessage>> inboxes, IRoundState<TResult> first) : IDisposable where TResult : class
{
    private IRoundState<TResult>? _state = first;
    private byte _round = 1;

    /// <summary>The round whose messages are awaited; 0 once the session is over.</summary>
    public byte Round => _state is null ? (byte)0 : _round;

    /// <summary>Whose message the current round still lacks.</summary>
    public IReadOnlyList<PartyId> Missing => _state is null ? [] : inboxes[_round - 1].Missing;

    /// <summary>Takes a message as the channel opened it; the payload is the run's from here on.</summary>
    public RunStep<TResult> Receive(PartyId from, byte round, PayloadBuffer payload)
    {
        if (_state is null || round < 1 || round > inboxes.Count)
        {
            payload.Dispose();
            return new RunStep<TResult>.Wait();
        }
        var inbox = inboxes[round - 1];
        var message = new RawMessage(payload);
        switch (inbox.Add(from, message))
        {
            case InboxVerdict.Accepted:
                return Advance();
            case InboxVerdict.Conflicting:
                using (message)
                    return End(new RunStep<TResult>.Abort(ProtocolFault.Blaming(inbox.Round, [Conflict(from, message)]), Outbox.Empty));
            case InboxVerdict.Repeated:
            case InboxVerdict.NotASender:
                message.Dispose();
                return new RunStep<TResult>.Wait();
            default:
                throw new InvalidOperationException("unknown inbox verdict");
        }
    }

    /// <summary>Later rounds may be complete already: a peer that heard everybody before we did is a round ahead of us.</summary>
    private RunStep<TResult> Advance()
    {
        Outbox? outbox = null;
        while (EndRound() is { } end)
        {
            switch (end)
            {
                case RoundEnd<TResult>.Next next:
                    (_state, _round) = (next.State, (byte)(_round + 1));
                    outbox = outbox is null ? next.Outbox : outbox.With(next.Outbox);
                    break;
                case RoundEnd<TResult>.Last last:
                    return End(new RunStep<TResult>.Complete(last.Result, outbox is null ? last.Outbox : outbox.With(last.Outbox)));
                case RoundEnd<TResult>.Abort abort:
                    return End(new RunStep<TResult>.Abort(abort.Fault, StillToSay(abort.Fault, outbox)));
                default:
                    throw new InvalidOperationException("unknown end of a round");
            }
        }
        return outbox is null or { Messages.Count: 0 } ? new RunStep<TResult>.Wait() : new RunStep<TResult>.Send(outbox);
    }

    /// <summary>How the round ended that was awaited; null while it goes on.</summary>
    private RoundEnd<TResult>? EndRound()
    {
        var (state, inbox) = (_state!, inboxes[_round - 1]);
        var isComplete = inbox.IsComplete;
        if (!isComplete && !state.IsSplit(inbox))
            return null;
        _state = null; // ending the round consumes it
        return isComplete ? state.Complete(inbox) : new RoundEnd<TResult>.Abort(state.EndSplit(inbox.Round, inbox.TakeArrived()));
    }

    /// <summary>
    /// Nothing leaves a session that is over, but for our own echo where others' differ: they learn of the split by it, and keep their view, which convicts only together with ours.
    /// What goes with it would have left a moment earlier, had the others' messages come a moment later.
    /// </summary>
    private static Outbox StillToSay(ProtocolFault fault, Outbox? outbox)
    {
        if (outbox is not null && fault.Kind is FaultKind.CommitmentEchoMismatch or FaultKind.TranscriptEchoMismatch)
            return outbox;
        outbox?.Dispose();
        return Outbox.Empty;
    }

    /// <summary>A second, different message of one round (spec §4.6). Nothing of it is believed; that it opened under the sender's key is enough for us.</summary>
    private static Accusation Conflict(PartyId from, RawMessage second) =>
        new(from, FaultKind.ConflictingMessages, null, SignedStatement.DigestOf(second.Content), []);

    private RunStep<TResult> End(RunStep<TResult> last)
    {
        Dispose();
        return last;
    }

    public void Dispose()
    {
        _state?.Dispose();
        _state = null;
        foreach (var inbox in inboxes)
            inbox.Dispose();
    }
}
