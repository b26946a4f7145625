using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Key generation with round 3 sent: waits for every peer's echo and proof, then yields the shares to be stored as PENDING.</summary>
/// <remarks>Spec §9 round 3: accept only if all n messages arrived, all T2 and KHR equal our own, all proofs verify.</remarks>
public sealed class CollectingConfirmations : IDisposable
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
            if (Judge(inbox) is { } fault)
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

    /// <summary>Lengths and signatures of all, then the echoes of all, then proofs. T1 is common knowledge here, so a bad signature blames its sender.</summary>
    private ProtocolFault? Judge(RoundInbox<RawMessage> inbox)
    {
        List<Accusation> accused = [];
        List<PartyId> differing = [];
        List<SignedStatement> confirmations = [_own];
        List<SignedStatement> agreeing = [];
        foreach (var (from, raw) in inbox.Take())
        {
            using (raw)
            {
                if (raw.Content.Length != _session.Layout.Round3)
                {
                    accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                    continue;
                }
                var statement = _session.BroadcastOf(Round, from, _t1, raw.Content);
                if (!statement.Verify(_session.Identities[from]))
                {
                    accused.Add(new(from, FaultKind.BadIdentitySignature, null, SignedStatement.DigestOf(raw.Content), []));
                    continue;
                }
                confirmations.Add(statement);
                if (DkgConfirmation.ReadEchoes(statement.Payload.Span) != (_keys.T2, _keys.RecordsRoot))
                    differing.Add(from);
                else
                    agreeing.Add(statement);
            }
        }
        JudgeProofs(Decode(agreeing, accused), accused);
        accused = [.. accused.OrderBy(accusation => accusation.Culprit)];
        if (differing.Count > 0)
            return new(inbox.Round, FaultKind.TranscriptEchoMismatch, accused, differing, [.. _openingStatements, .. confirmations]);
        return accused.Count > 0 ? ProtocolFault.Blaming(inbox.Round, accused) : null;
    }

    /// <summary>The proofs of those whose echoes agree, all points decoded together.</summary>
    private List<(SignedStatement Statement, ProofClaims Claims)> Decode(IReadOnlyList<SignedStatement> statements, List<Accusation> accused)
    {
        List<(SignedStatement, ProofClaims)> claims = [];
        var proofs = SchnorrProof.DecodeEach(_session.Group, [.. statements.Select(statement => DkgConfirmation.ProofsOf(statement.Payload))]);
        for (var i = 0; i < proofs.Length; i++)
        {
            var statement = statements[i];
            if (proofs[i] is { } decoded)
                claims.Add((statement, new(SchnorrContext.OfShares(_keys.T2, _keys.RecordsRoot, statement.From), _keys.PublicShares[statement.From], decoded)));
            else
                accused.Add(new(statement.From, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(statement.Payload.Span), [statement]));
        }
        return claims;
    }

    /// <summary>All senders' proofs at once where that is cheaper; each sender's own only if that fails, to name who and which key.</summary>
    private void JudgeProofs(List<(SignedStatement Statement, ProofClaims Claims)> proofs, List<Accusation> accused)
    {
        if (_session.Group.SharesDoublings && proofs.Count > 1
            && ProofClaims.AllHold(_session.Group, [.. proofs.Select(one => one.Claims)], _session.Random))
            return;
        foreach (var (statement, claims) in proofs)
        {
            var digest = SignedStatement.DigestOf(statement.Payload.Span);
            foreach (var key in SchnorrProof.FindInvalid(_session.Group, claims.Context, claims.Statements, claims.Proofs, _session.Random))
                accused.Add(new(statement.From, FaultKind.BadShareProof, key, digest, [.. _openingStatements, statement]));
        }
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _spent, 1);
        _shares.Dispose();
    }
}
