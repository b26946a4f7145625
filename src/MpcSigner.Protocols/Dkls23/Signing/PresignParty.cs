using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>What a message led to.</summary>
public abstract record PresignStep
{
    private PresignStep() { }

    /// <summary>Nothing yet: the round is not complete, or the message was a repetition.</summary>
    public sealed record Wait : PresignStep;

    /// <summary>Round 2 is to be sealed and sent.</summary>
    public sealed record Send(Outbox Outbox) : PresignStep;

    /// <summary>The presignatures are made; the receiver owns them. The initiator is told READY.</summary>
    /// <param name="Outbox">Our own round 2, when the others' had all come before it; else empty. It must still be sent.</param>
    public sealed record Complete(PresignResult Result, Outbox Outbox) : PresignStep;

    /// <summary>The session is over, its secrets are wiped.</summary>
    /// <param name="Condemned">
    /// Pair setups that a failed check made dead: that must be durable before anything of it becomes visible, and the peer is told "abort" and no more (spec §8.4, C3, C7).
    /// </param>
    public sealed record Abort(ProtocolFault Fault, IReadOnlyList<PairSetup> Condemned) : PresignStep
    {
        /// <summary>Setups that another session's verdict made dead: nothing of this abort may become visible before that is durable either.</summary>
        public IReadOnlyList<PairSetup> FoundDead { get; init; } = [];
    }
}

/// <summary>
/// One party's whole run of a presign session (spec §12): two inboxes and the state that waits for the round it is in. Messages may come in any order,
/// also before their round; one thread at a time.
/// </summary>
public sealed class PresignParty : IDisposable
{
    public const byte Rounds = 2;

    private readonly PresignSession _session;
    private readonly RoundInbox<RawMessage>[] _inboxes;
    private readonly List<PairSetupUse> _uses;
    private CollectingPresignCommitments? _commitments;
    private CollectingPresignOpenings? _openings;
    private bool _over;

    private PresignParty(PresignSession session, List<PairSetupUse> uses, CollectingPresignCommitments first)
    {
        _session = session;
        _uses = uses;
        _commitments = first;
        _inboxes = [session.NewInbox(1), session.NewInbox(2)];
    }

    public PresignSession Session => _session;

    /// <summary>Whose message the current round still lacks.</summary>
    public IReadOnlyList<PartyId> Missing => _over ? [] : _inboxes[_commitments is not null ? 0 : 1].Missing;

    /// <summary>Begins: draws nonces and choice bits and gives round 1 to send.</summary>
    /// <returns>False when a pair setup is no longer active or has served its sessions: make a new one.</returns>
    public static bool TryBegin(PresignSession session, [NotNullWhen(true)] out PresignParty? party, [NotNullWhen(true)] out Outbox? outbox)
    {
        (party, outbox) = (null, null);
        List<PairSetupUse> uses = [];
        try
        {
            foreach (var setup in session.Setups.Values)
            {
                if (!setup.TryBegin(out var use, session.Input.Count))
                    return false;
                uses.Add(use);
            }
            var first = CollectingPresignCommitments.Begin(session);
            outbox = first.Outbox;
            party = new(session, uses, first.Next);
            return true;
        }
        finally
        {
            if (party is null)
                uses.ForEach(held => held.Dispose());
        }
    }

    /// <summary>Takes a message of type <see cref="MessageType.Round"/> as the channel opened it; the payload is the party's from here on.</summary>
    public PresignStep Receive(PartyId from, byte round, PayloadBuffer payload)
    {
        try
        {
            return Take(from, round, payload);
        }
        catch
        {
            Dispose(); // a state that was interrupted is spent: nothing may go on from it
            throw;
        }
    }

    private PresignStep Take(PartyId from, byte round, PayloadBuffer payload)
    {
        if (_over || round is < 1 or > Rounds)
        {
            payload.Dispose();
            return new PresignStep.Wait();
        }
        var inbox = _inboxes[round - 1];
        var message = new RawMessage(payload);
        switch (inbox.Add(from, message))
        {
            case InboxVerdict.Accepted:
                return Advance();
            case InboxVerdict.Conflicting:
                using (message)
                {
                    var accusation = new Accusation(from, FaultKind.ConflictingMessages, null, SignedStatement.DigestOf(message.Content), []);
                    return End(ProtocolFault.Blaming(inbox.Round, [accusation]));
                }
            case InboxVerdict.Repeated:
            case InboxVerdict.NotASender:
                message.Dispose();
                return new PresignStep.Wait();
            default:
                throw new InvalidOperationException("unknown inbox verdict");
        }
    }

    /// <summary>Round 2 may be complete already: peers that heard everybody before we did are a round ahead of us.</summary>
    private PresignStep Advance()
    {
        Outbox? outbox = null;
        if (_commitments is not null)
        {
            if (!_inboxes[0].IsComplete)
                return new PresignStep.Wait();
            switch (_commitments.Complete(_inboxes[0]))
            {
                case Transition<CollectingPresignOpenings>.Advance next:
                    (_commitments, _openings, outbox) = (null, next.Next, next.Outbox);
                    break;
                case Transition<CollectingPresignOpenings>.Abort abort:
                    return End(abort.Fault);
            }
            if (Unusable(_inboxes[0].Round) is { } unusable)
            {
                outbox!.Dispose();
                return End(unusable);
            }
        }
        if (!_inboxes[1].IsComplete)
            return outbox is null ? new PresignStep.Wait() : new PresignStep.Send(outbox);
        switch (_openings!.Complete(_inboxes[1]))
        {
            case Transition<PresignResult>.Advance finished:
                if (Unusable(_inboxes[1].Round) is { } unusable)
                {
                    outbox?.Dispose();
                    foreach (var presignature in finished.Next.Presignatures)
                        presignature.Dispose();
                    return End(unusable);
                }
                Dispose();
                return new PresignStep.Complete(finished.Next, outbox ?? finished.Outbox);
            case Transition<PresignResult>.Abort abort:
                outbox?.Dispose(); // nothing leaves a session that is over
                return End(abort.Fault);
            default:
                throw new InvalidOperationException("unknown transition");
        }
    }

    /// <summary>C4: what was computed is discarded when a setup died meanwhile in another session.</summary>
    private ProtocolFault? Unusable(RoundId round)
    {
        List<PartyId> peers = [.. _session.Peers.Where(peer => _session.Setups[peer].State != PairSetupState.Active)];
        return peers.Count > 0 ? ProtocolFault.WithoutVerdict(round, FaultKind.SetupUnusable, peers) : null;
    }

    private PresignStep End(ProtocolFault fault)
    {
        Dispose();
        PairSetup[] condemned = [.. fault.Accusations.Where(accusation => accusation.Kind.CondemnsSetup()).Select(accusation => _session.Setups[accusation.Culprit])];
        return new PresignStep.Abort(fault, condemned)
        {
            FoundDead = [.. _session.Setups.Values.Where(setup => setup.State == PairSetupState.Dead).Except(condemned)],
        };
    }

    public void Dispose()
    {
        _over = true;
        _commitments?.Dispose();
        _openings?.Dispose();
        foreach (var inbox in _inboxes)
            inbox.Dispose();
        _uses.ForEach(use => use.Dispose());
    }
}
