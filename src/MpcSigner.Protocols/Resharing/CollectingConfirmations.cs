using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>Round 3 of refresh and reshare: waits for every new party's echo and proof of its new shares. A dealer that leaves verifies them too before it acknowledges.</summary>
/// <remarks>Spec §9 round 3, §10.1, §10.2: accept only if all of N′ confirmed, all T2 and KHR equal our own, all proofs verify.</remarks>
internal sealed class CollectingConfirmations : IRoundState<MaintenanceResult>
{
    private const byte Round = 3;

    private readonly MaintenanceSession _session;
    private readonly Digest32 _t1;
    private readonly RenewedKeys _keys;
    private readonly IReadOnlyList<SignedStatement> _openings;
    private readonly SignedStatement? _own;
    private readonly SecretScalars? _shares;
    private int _spent;

    private CollectingConfirmations(
        MaintenanceSession session, Digest32 t1, RenewedKeys keys, IReadOnlyList<SignedStatement> openings, SignedStatement? own, SecretScalars? shares)
    {
        _session = session;
        _t1 = t1;
        _keys = keys;
        _openings = openings;
        _own = own;
        _shares = shares;
    }

    /// <summary>A new party sends T2 ‖ KHR ‖ PoK of its new shares ‖ signature to all members; a dealer that leaves sends nothing.</summary>
    public static RoundEnd<MaintenanceResult> Begin(
        MaintenanceSession session, Digest32 t1, RenewedKeys keys, IReadOnlyList<SignedStatement> openings, SecretScalars? shares)
    {
        var outbox = new Outbox();
        if (shares is null)
            return new RoundEnd<MaintenanceResult>.Next(new CollectingConfirmations(session, t1, keys, openings, null, null), outbox);
        var layout = session.Layout;
        var message = new byte[layout.Round3];
        ShareConfirmation.Prove(session.Group, keys.T2, keys.RecordsRoot, session.Self, shares, keys.PublicShares[session.Self], session.Random)
            .Encode().CopyTo(message, 0);
        session.Sign(Round, to: 0, t1, message.AsSpan(0, layout.ConfirmationPayload), message.AsSpan(layout.ConfirmationPayload));
        outbox.Broadcast(session.Peers, MessageType.Round, Round, message);
        var own = session.StatementOf(Round, session.Self, 0, t1, message, layout.ConfirmationPayload);
        return new RoundEnd<MaintenanceResult>.Next(new CollectingConfirmations(session, t1, keys, openings, own, shares), outbox);
    }

    /// <summary>The result owns the shares.</summary>
    public RoundEnd<MaintenanceResult> Complete(RoundInbox<RawMessage> inbox)
    {
        _session.Require(inbox, Round);
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var handedOn = false;
        try
        {
            if (NewJudge().Judge(inbox.Round, inbox.Take(), _own) is { } fault)
                return new RoundEnd<MaintenanceResult>.Abort(fault);
            var result = new MaintenanceResult(_session.Terms, _session.Self, _keys, _shares);
            handedOn = true;
            return new RoundEnd<MaintenanceResult>.Last(result, Outbox.Empty);
        }
        finally
        {
            if (!handedOn)
                _shares?.Dispose();
        }
    }

    /// <summary>Whether anybody echoes another T2 or KHR.</summary>
    public bool IsSplit(RoundInbox<RawMessage> inbox) => NewJudge().IsSplit(inbox);

    public ProtocolFault EndSplit(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> arrived)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        using (_shares)
            return NewJudge().Judge(round, arrived, _own) ?? throw new InvalidOperationException($"{_session.Terms.Protocol}: all echoes that have come are ours");
    }

    private ConfirmationJudge NewJudge() => new(
        _session.Group, _keys.T2, _keys.RecordsRoot, _keys.PublicShares, _session.Identities, _openings, _session.Random,
        _session.Layout.Round3, (from, raw) => _session.StatementOf(Round, from, 0, _t1, raw.Content, _session.Layout.ConfirmationPayload));

    public void Dispose()
    {
        Interlocked.Exchange(ref _spent, 1);
        _shares?.Dispose();
    }
}
