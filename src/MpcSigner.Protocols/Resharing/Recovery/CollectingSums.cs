using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Resharing.Recovery;

/// <summary>The recovered party's round 3: waits for every helper's sums y_k, whose own sum is its share x_r.</summary>
/// <remarks>Spec §10.3: all T2 equal, y_k·G = Σ_i D_{i,k}, x_r = Σ_k y_k, x_r·G = X_r.</remarks>
internal sealed class CollectingSums : IRoundState<MaintenanceResult>
{
    private const byte Round = 3;

    private readonly MaintenanceSession _session;
    private readonly Digest32 _t1;
    private readonly RenewedKeys _keys;
    private readonly IReadOnlyList<SignedStatement> _openings;
    private readonly PresentKeys _present;
    private int _spent;

    internal CollectingSums(
        MaintenanceSession session, Digest32 t1, RenewedKeys keys, IReadOnlyList<SignedStatement> openings, PresentKeys present)
    {
        _session = session;
        _t1 = t1;
        _keys = keys;
        _openings = openings;
        _present = present;
    }

    public RoundEnd<MaintenanceResult> Complete(RoundInbox<RawMessage> inbox)
    {
        _session.Require(inbox, Round);
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var shares = SecretScalars.Zero(_session.Group, _session.Layout.Count);
        var handedOn = false;
        try
        {
            if (Judge(inbox.Round, inbox.Take(), shares) is { } fault)
                return new RoundEnd<MaintenanceResult>.Abort(fault);
            // Every y was judged against points whose sum is X_r, so a difference is our own fault.
            if (!_session.Protocol.AreSecretsOf(shares, _present.PublicShares(_session.Self), _session.Random))
                throw new InvalidOperationException("recovery: the shares do not fit their public shares");
            var result = new MaintenanceResult(_session.Terms, _session.Self, _keys, shares);
            handedOn = true;
            return new RoundEnd<MaintenanceResult>.Last(result, Outbox.Empty);
        }
        finally
        {
            if (!handedOn)
                shares.Dispose();
        }
    }

    /// <summary>Whether any helper echoes another T2.</summary>
    public bool IsSplit(RoundInbox<RawMessage> inbox) => inbox.HasOne(raw => raw.Content.Length == _session.Layout.Round3OfRecovery && Differs(raw));

    public ProtocolFault EndSplit(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> arrived)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        using var shares = SecretScalars.Zero(_session.Group, _session.Layout.Count);
        return Judge(round, arrived, shares) ?? throw new InvalidOperationException("recovery: all T2 that have come are ours");
    }

    private bool Differs(RawMessage raw) => new Digest32(raw.Content[..Digest32.Size]) != _keys.T2;

    /// <summary>Lengths and signatures of all, then the echoes of all, then the sums. T1 is common knowledge here, so a bad signature blames its sender.</summary>
    private ProtocolFault? Judge(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> received, SecretScalars shares)
    {
        var layout = _session.Layout;
        List<Accusation> accused = [];
        List<PartyId> differing = [];
        foreach (var (from, raw) in received)
        {
            using (raw)
            {
                if (raw.Content.Length != layout.Round3OfRecovery)
                    accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                else if (!IsSigned(from, raw))
                    accused.Add(new(from, FaultKind.BadIdentitySignature, null, SignedStatement.DigestOf(raw.Content), []));
                else if (Differs(raw))
                    differing.Add(from);
                else
                    JudgeSums(from, raw, accused, shares);
            }
        }
        // The sums of all helpers together are the lost shares: what an echo mismatch shows to others is round 2 and never round 3.
        if (differing.Count > 0)
            return new(round, FaultKind.TranscriptEchoMismatch, accused, differing, _openings);
        return accused.Count > 0 ? ProtocolFault.Blaming(round, accused) : null;
    }

    private bool IsSigned(PartyId from, RawMessage raw)
    {
        var size = _session.Layout.SumsPayload;
        var digest = SignedStatement.Digest(_session.Input.Context, Round, from, _session.Self.Value, _t1, raw.Content[..size]);
        return _session.Identities[from].Verify(digest, raw.Content[size..]);
    }

    private void JudgeSums(PartyId from, RawMessage raw, List<Accusation> accused, SecretScalars shares)
    {
        var layout = _session.Layout;
        var digest = SignedStatement.DigestOf(raw.Content[..layout.SumsPayload]);
        if (!SecretScalars.TryDecode(_session.Group, raw.Content[Digest32.Size..layout.SumsPayload], out var sums))
        {
            accused.Add(new(from, FaultKind.MalformedMessage, null, digest, [Statement(from, raw)]));
            return;
        }
        using (sums)
        {
            GroupPoint[][] expected = [.. _keys.PublicShares[from].Select(point => (GroupPoint[])[point])];
            var wrong = FeldmanCheck.FindInvalid(_session.Group, expected, sums, _session.Self, _session.Random);
            // The culprit's sums alone tell nothing of the shares: it takes those of all helpers.
            foreach (var key in wrong)
                accused.Add(new(from, FaultKind.BadRecoverySum, key, digest, [.. _openings, Statement(from, raw)]));
            if (wrong.Count == 0)
                shares.AddInPlace(sums);
        }
    }

    private SignedStatement Statement(PartyId from, RawMessage raw) =>
        _session.StatementOf(Round, from, _session.Self.Value, _t1, raw.Content, _session.Layout.SumsPayload);

    public void Dispose() => Interlocked.Exchange(ref _spent, 1);
}
