using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Key generation with round 3 sent: waits for every peer's echo and proof, then yields the shares to be stored as PENDING.</summary>
/// <remarks>Spec §9 round 3: accept only if all n messages arrived, all T2 and KHR equal our own, all proofs verify.</remarks>
public sealed class CollectingConfirmations : IRoundState<DkgResult>
{
    private const byte Round = 3;

    private readonly DkgSession _session;
    private readonly Digest32 _t1;
    private readonly DkgPublicKeys _keys;
    private readonly IReadOnlyList<SignedStatement> _openingStatements;
    private readonly SignedStatement _own;
    private readonly SecretScalars _shares;
    private int _spent;

    internal CollectingConfirmations(
        DkgSession session, Digest32 t1, DkgPublicKeys keys, IReadOnlyList<SignedStatement> openingStatements, SignedStatement own, SecretScalars shares)
    {
        _session = session;
        _t1 = t1;
        _keys = keys;
        _openingStatements = openingStatements;
        _own = own;
        _shares = shares;
    }

    /// <summary>Consumes this state and the inbox, which holds exactly one message from each peer. The result owns the shares.</summary>
    public Transition<DkgResult> Complete(RoundInbox<RawMessage> inbox)
    {
        _session.Require(inbox, Round);
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var handedOn = false;
        try
        {
            if (NewJudge().Judge(inbox.Round, inbox.Take(), _own) is { } fault)
                return new Transition<DkgResult>.Abort(fault);
            var result = new DkgResult(_session.Input, _session.Self, _keys.T2, _keys.Records, _keys.RecordHashes, _keys.RecordsRoot, _shares);
            handedOn = true;
            return new Transition<DkgResult>.Advance(result, Outbox.Empty);
        }
        finally
        {
            if (!handedOn)
                _shares.Dispose();
        }
    }

    /// <summary>Whether anybody echoes another T2 or KHR.</summary>
    public bool IsSplit(RoundInbox<RawMessage> inbox) => NewJudge().IsSplit(inbox);

    /// <summary>Consumes this state and what has come of a round that <see cref="IsSplit"/>.</summary>
    public ProtocolFault EndSplit(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> arrived)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        using (_shares)
            return NewJudge().Judge(round, arrived, _own) ?? throw new InvalidOperationException("key generation: all echoes that have come are ours");
    }

    private ConfirmationJudge NewJudge() => new(
        _session.Group, _keys.T2, _keys.RecordsRoot, _keys.PublicShares, _session.Identities, _openingStatements, _session.Random,
        _session.Layout.Round3, (from, raw) => _session.BroadcastOf(Round, from, _t1, raw.Content));

    RoundEnd<DkgResult> IRoundState<DkgResult>.Complete(RoundInbox<RawMessage> inbox) => RoundEnd<DkgResult>.AfterAll(Complete(inbox));

    public void Dispose()
    {
        Interlocked.Exchange(ref _spent, 1);
        _shares.Dispose();
    }
}
