using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Resharing;

/// <summary>Round 2 of refresh, reshare or recovery: waits for every dealer's opening and the shares it deals us, then derives what follows and ends with round 3.</summary>
/// <remarks>Spec §10.1–§10.3; batch form §9.1.</remarks>
internal sealed class CollectingOpenings : IRoundState<MaintenanceResult>
{
    private const byte Round = 2;

    private readonly MaintenanceSession _session;
    private readonly PresentKeys _present;
    private readonly Digest32 _t1;
    private readonly IReadOnlyList<SignedStatement> _commitmentStatements;
    private readonly SortedDictionary<PartyId, Digest32> _commitments;
    private readonly MaintenanceOpening? _opening;
    private readonly SignedStatement? _own;
    private readonly SecretScalars? _shares;
    private int _spent;

    /// <param name="opening">Our own, and <paramref name="own"/> as a statement; null where we are no dealer.</param>
    /// <param name="shares">What the sum of dealt shares begins with; null where we are dealt none. The state's from here on.</param>
    internal CollectingOpenings(
        MaintenanceSession session, PresentKeys present, Digest32 t1, IReadOnlyList<SignedStatement> commitmentStatements,
        SortedDictionary<PartyId, Digest32> commitments, MaintenanceOpening? opening, SignedStatement? own, SecretScalars? shares)
    {
        _session = session;
        _present = present;
        _t1 = t1;
        _commitmentStatements = commitmentStatements;
        _commitments = commitments;
        _opening = opening;
        _own = own;
        _shares = shares;
    }

    private int MessageSize => _session.Layout.Round2(withShares: _shares is not null);

    public RoundEnd<MaintenanceResult> Complete(RoundInbox<RawMessage> inbox)
    {
        _session.Require(inbox, Round);
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var handedOn = false;
        var received = inbox.Take();
        try
        {
            List<Accusation> accused = [];
            if (CompareT1(inbox.Round, received, accused) is { } split)
                return new RoundEnd<MaintenanceResult>.Abort(split);

            var openings = new SortedDictionary<PartyId, MaintenanceOpening>();
            var statements = new SortedDictionary<PartyId, SignedStatement>();
            if (_opening is not null && _own is not null)
            {
                openings.Add(_session.Self, _opening);
                statements.Add(_session.Self, _own);
            }
            var judge = new MaintenanceOpeningJudge(_session, _present, _t1, _commitments, _commitmentStatements);
            foreach (var (from, raw) in received)
            {
                if (raw.Content.Length != MessageSize)
                    continue; // accused already
                var statement = _session.StatementOf(Round, from, 0, _t1, raw.Content, _session.Layout.OpeningPayload);
                statements.Add(from, statement);
                if (judge.Judge(statement, raw, accused, _shares) is { } opening)
                    openings.Add(from, opening);
            }
            if (accused.Count > 0)
                return new RoundEnd<MaintenanceResult>.Abort(ProtocolFault.Blaming(inbox.Round, [.. accused.OrderBy(accusation => accusation.Culprit)]));
            var end = Derive(inbox.Round, [.. openings.Values], [.. statements.Values]);
            handedOn = end is not RoundEnd<MaintenanceResult>.Abort;
            return end;
        }
        finally
        {
            foreach (var (_, raw) in received)
                raw.Dispose();
            if (!handedOn)
                _shares?.Dispose();
        }
    }

    /// <summary>Whether any dealer echoes another T1. Whoever showed two commitments has reason to deal no more: the others' T1 tell of it.</summary>
    public bool IsSplit(RoundInbox<RawMessage> inbox) => inbox.HasOne(raw => raw.Content.Length == MessageSize && MaintenanceOpening.ReadT1(raw.Content) != _t1);

    public ProtocolFault EndSplit(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> arrived)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        using (_shares)
        {
            try
            {
                return CompareT1(round, arrived, []) ?? throw new InvalidOperationException($"{_session.Terms.Protocol}: all T1 that have come are ours");
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
            if (raw.Content.Length != MessageSize)
                accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
            else if (MaintenanceOpening.ReadT1(raw.Content) != _t1)
                differing.Add(from);
        }
        return differing.Count == 0 ? null : new(round, FaultKind.CommitmentEchoMismatch, accused, differing, _commitmentStatements);
    }

    private RoundEnd<MaintenanceResult> Derive(RoundId round, IReadOnlyList<MaintenanceOpening> openings, IReadOnlyList<SignedStatement> statements)
    {
        var (protocol, random) = (_session.Protocol, _session.Random);
        if (protocol.Derive(_session.Input, _present, _t1, openings) is not { } keys)
            return new RoundEnd<MaintenanceResult>.Abort(ProtocolFault.WithoutVerdict(round, FaultKind.DegenerateSum, []));
        if (!protocol.Keeps(_present, openings, keys, random))
            return new RoundEnd<MaintenanceResult>.Abort(ProtocolFault.WithoutVerdict(round, FaultKind.PublicKeySumMismatch, []));
        // All parts were verified, so a difference is our own fault and no peer's.
        if (_shares is not null && !protocol.AreSecretsOf(_shares, keys.PublicShares[_session.Self], random))
            throw new InvalidOperationException($"{_session.Terms.Protocol}: our sums of shares do not fit their public sides");
        return protocol.End(_session, _present, _t1, keys, statements, _shares);
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _spent, 1);
        _shares?.Dispose();
    }
}
