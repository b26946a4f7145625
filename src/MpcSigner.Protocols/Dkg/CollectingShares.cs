using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Key generation with round 2 sent: waits for every peer's opening and the shares it deals us, then derives the keys and confirms them.</summary>
/// <remarks>Spec §9 "Checks on round 2", "Derive", round 3; batch form §9.1.</remarks>
public sealed class CollectingShares : IRoundState<DkgResult>
{
    private const byte Round = 2;

    private readonly DkgSession _session;
    private readonly Digest32 _t1;
    private readonly IReadOnlyList<SignedStatement> _commitmentStatements;
    private readonly SortedDictionary<PartyId, Digest32> _commitments;
    private readonly DkgOpening _opening;
    private readonly SignedStatement _own;
    private readonly SecretScalars _shares;
    private int _spent;

    internal CollectingShares(
        DkgSession session, Digest32 t1, IReadOnlyList<SignedStatement> commitmentStatements, SortedDictionary<PartyId, Digest32> commitments,
        DkgOpening opening, SignedStatement own, SecretScalars ownShares)
    {
        _session = session;
        _t1 = t1;
        _commitmentStatements = commitmentStatements;
        _commitments = commitments;
        _opening = opening;
        _own = own;
        _shares = ownShares;
    }

    /// <summary>Consumes this state and the inbox, which holds exactly one message from each peer.</summary>
    public Transition<CollectingConfirmations> Complete(RoundInbox<RawMessage> inbox)
    {
        _session.Require(inbox, Round);
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var handedOn = false;
        var received = inbox.Take();
        try
        {
            List<Accusation> accused = [];
            if (CompareT1(inbox.Round, received, accused) is { } split)
                return new Transition<CollectingConfirmations>.Abort(split);

            var judge = new DkgOpeningJudge(_session, _t1, _commitments, _commitmentStatements);
            var openings = new SortedDictionary<PartyId, DkgOpening> { [_session.Self] = _opening };
            var statements = new SortedDictionary<PartyId, SignedStatement> { [_session.Self] = _own };
            List<DkgOpeningJudge.Reading> readings = [];
            foreach (var (from, raw) in received)
            {
                if (raw.Content.Length != _session.Layout.Round2)
                    continue; // accused already
                statements.Add(from, _session.BroadcastOf(Round, from, _t1, raw.Content));
                readings.Add(judge.Read(statements[from], raw));
            }
            var proofsHold = judge.ProofsHold(readings);
            foreach (var reading in readings)
            {
                if (judge.Judge(reading, proofsHold, accused, _shares) is { } opening)
                    openings.Add(opening.Dealer, opening);
            }
            if (accused.Count > 0)
                return new Transition<CollectingConfirmations>.Abort(ProtocolFault.Blaming(inbox.Round, accused));

            var transition = Confirm(inbox.Round, [.. openings.Values], [.. statements.Values]);
            handedOn = transition is Transition<CollectingConfirmations>.Advance;
            return transition;
        }
        finally
        {
            foreach (var (_, raw) in received)
                raw.Dispose();
            if (!handedOn)
                _shares.Dispose();
        }
    }

    /// <summary>Whether anybody echoes another T1. Whoever showed two commitments has reason to deal no more: the others' T1 tell of it.</summary>
    public bool IsSplit(RoundInbox<RawMessage> inbox) => inbox.HasOne(raw => raw.Content.Length == _session.Layout.Round2 && DkgOpening.ReadT1(raw.Content) != _t1);

    /// <summary>Consumes this state and what has come of a round that <see cref="IsSplit"/>.</summary>
    public ProtocolFault EndSplit(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> arrived)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        using (_shares)
        {
            try
            {
                return CompareT1(round, arrived, []) ?? throw new InvalidOperationException("key generation: all T1 that have come are ours");
            }
            finally
            {
                foreach (var (_, raw) in arrived)
                    raw.Dispose();
            }
        }
    }

    /// <summary>T1 of all dealers is compared before any signature of the round; a difference stops the session without a verdict.</summary>
    private ProtocolFault? CompareT1(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> received, List<Accusation> accused)
    {
        List<PartyId> differing = [];
        foreach (var (from, raw) in received)
        {
            if (raw.Content.Length != _session.Layout.Round2)
                accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
            else if (DkgOpening.ReadT1(raw.Content) != _t1)
                differing.Add(from);
        }
        return differing.Count == 0 ? null : new(round, FaultKind.CommitmentEchoMismatch, accused, differing, _commitmentStatements);
    }

    private Transition<CollectingConfirmations> Confirm(RoundId round, IReadOnlyList<DkgOpening> openings, IReadOnlyList<SignedStatement> statements)
    {
        if (DkgPublicKeys.Derive(_session.Group, _session.Input, _t1, openings) is not { } keys)
            return new Transition<CollectingConfirmations>.Abort(ProtocolFault.WithoutVerdict(round, FaultKind.DegenerateSum, []));
        CheckDerivation(keys);

        // Round 3: T2 ‖ KHR ‖ PoK of x_{i,k} for X_{i,k} ‖ signature.
        const byte next = Round + 1;
        var confirmation = ShareConfirmation.Prove(
            _session.Group, keys.T2, keys.RecordsRoot, _session.Self, _shares, keys.PublicShares[_session.Self], _session.Random);
        var layout = _session.Layout;
        var message = new byte[layout.Round3];
        confirmation.Encode().CopyTo(message, 0);
        _session.Sign(next, to: 0, _t1, message.AsSpan(0, layout.ConfirmationPayload), message.AsSpan(layout.ConfirmationPayload));
        var outbox = new Outbox();
        outbox.Broadcast(_session.Peers, MessageType.Round, next, message);
        return new Transition<CollectingConfirmations>.Advance(
            new(_session, _t1, keys, statements, _session.BroadcastOf(next, _session.Self, _t1, message), _shares), outbox);
    }

    /// <summary>x_i·G = X_i and Σ_{i∈first t} λ_i·X_i = P. All parts were verified, so a difference is our own fault and no peer's.</summary>
    private void CheckDerivation(DkgPublicKeys keys)
    {
        var group = _session.Group;
        for (var k = 0; k < _session.Input.Count; k++)
        {
            if (_shares.MultiplyBase(k) != keys.PublicShares[_session.Self][k])
                throw new InvalidOperationException($"key generation: our share of key {k} does not fit its public share");
        }
        PartyId[] first = [.. _session.Input.Parties.Take(_session.Input.Threshold).Select(party => party.Pid)];
        if (!PublicInterpolation.Holds(group, first, keys.PublicShares, keys.PublicKeys, _session.Random))
            throw new InvalidOperationException("key generation: the public shares do not interpolate to the public key");
    }

    RoundEnd<DkgResult> IRoundState<DkgResult>.Complete(RoundInbox<RawMessage> inbox) => RoundEnd<DkgResult>.Before(Complete(inbox));

    public void Dispose()
    {
        Interlocked.Exchange(ref _spent, 1);
        _shares.Dispose();
    }
}
