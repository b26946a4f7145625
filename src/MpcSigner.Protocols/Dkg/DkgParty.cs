using MpcSigner.Core.Identities;
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
    /// <param name="Outbox">After an echo mismatch our own echo, if it has not left yet: it should still be sent. Else empty.</param>
    public sealed record Abort(ProtocolFault Fault, Outbox Outbox) : DkgStep;
}

/// <summary>
/// One party's whole run of a key generation: three inboxes and the state that waits for the round it is in.
/// Messages may come in any order, also before their round; one thread at a time.
/// </summary>
public sealed class DkgParty : IDisposable
{
    public const byte Rounds = 3;

    private readonly RoundRun<DkgResult> _run;

    private DkgParty(DkgSession session, CollectingCommitments first)
    {
        Session = session;
        _run = new([session.NewInbox(1), session.NewInbox(2), session.NewInbox(3)], first);
    }

    public DkgSession Session { get; }

    /// <summary>The round whose messages are awaited; 0 once the session is over.</summary>
    public byte Round => _run.Round;

    /// <summary>Whose message the current round still lacks.</summary>
    public IReadOnlyList<PartyId> Missing => _run.Missing;

    /// <summary>Begins: draws the polynomials and gives round 1 to send.</summary>
    public static DkgParty Begin(DkgSession session, out Outbox outbox)
    {
        var first = CollectingCommitments.Begin(session);
        outbox = first.Outbox;
        return new(session, first.Next);
    }

    /// <summary>Takes a message of type <see cref="MessageType.Round"/> as the channel opened it; the payload is the party's from here on.</summary>
    public DkgStep Receive(PartyId from, byte round, PayloadBuffer payload) => _run.Receive(from, round, payload) switch
    {
        RunStep<DkgResult>.Wait => new DkgStep.Wait(),
        RunStep<DkgResult>.Send send => new DkgStep.Send(send.Outbox),
        RunStep<DkgResult>.Complete complete => new DkgStep.Complete(complete.Result, complete.Outbox),
        RunStep<DkgResult>.Abort abort => new DkgStep.Abort(abort.Fault, abort.Outbox),
        _ => throw new InvalidOperationException("unknown step"),
    };

    public void Dispose() => _run.Dispose();
}
