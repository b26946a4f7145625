using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>What a message led to.</summary>
public abstract record MaintenanceStep
{
    private MaintenanceStep() { }

    /// <summary>Nothing yet: the round is not complete, there is nothing to send after it, or the message was a repetition.</summary>
    public sealed record Wait : MaintenanceStep;

    /// <summary>The next round's messages are to be sealed and sent.</summary>
    public sealed record Send(Outbox Outbox) : MaintenanceStep;

    /// <summary>The session is accepted: store, then acknowledge (refresh, reshare). The receiver owns the result.</summary>
    /// <param name="Outbox">Our own round 3, when nothing more was to come or all of it had come before; else empty. It must still be sent.</param>
    public sealed record Complete(MaintenanceResult Result, Outbox Outbox) : MaintenanceStep;

    /// <summary>The session is over, its secrets are wiped. The old generation stays as it was.</summary>
    /// <param name="Outbox">After an echo mismatch our own echo, if it has not left yet: it should still be sent. Else empty.</param>
    public sealed record Abort(ProtocolFault Fault, Outbox Outbox) : MaintenanceStep;
}

/// <summary>One member's whole run of a refresh, reshare or recovery (spec §10). Messages may come in any order, also before their round; one thread at a time.</summary>
public sealed class MaintenanceParty : IDisposable
{
    public const byte Rounds = 3;

    private readonly RoundRun<MaintenanceResult> _run;

    private MaintenanceParty(MaintenanceSession session, CollectingCommitments first)
    {
        Session = session;
        _run = new([session.NewInbox(1), session.NewInbox(2), session.NewInbox(3)], first);
    }

    public MaintenanceSession Session { get; }

    /// <summary>The round whose messages are awaited; 0 once the session is over.</summary>
    public byte Round => _run.Round;

    /// <summary>Whose message the current round still lacks.</summary>
    public IReadOnlyList<PartyId> Missing => _run.Missing;

    /// <summary>Begins: a dealer draws what it deals and gives round 1 to send; another member only listens, and its outbox is empty.</summary>
    /// <param name="session">The party's from here on, disposed with it.</param>
    public static MaintenanceParty Begin(MaintenanceSession session, out Outbox outbox) => new(session, CollectingCommitments.Begin(session, out outbox));

    /// <summary>Takes a message of type <see cref="MessageType.Round"/> as the channel opened it; the payload is the party's from here on.</summary>
    public MaintenanceStep Receive(PartyId from, byte round, PayloadBuffer payload)
    {
        switch (_run.Receive(from, round, payload))
        {
            case RunStep<MaintenanceResult>.Wait:
                return new MaintenanceStep.Wait();
            case RunStep<MaintenanceResult>.Send send:
                return new MaintenanceStep.Send(send.Outbox);
            case RunStep<MaintenanceResult>.Complete complete:
                Session.Dispose();
                return new MaintenanceStep.Complete(complete.Result, complete.Outbox);
            case RunStep<MaintenanceResult>.Abort abort:
                Session.Dispose();
                return new MaintenanceStep.Abort(abort.Fault, abort.Outbox);
            default:
                throw new InvalidOperationException("unknown step");
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        Session.Dispose();
    }
}
