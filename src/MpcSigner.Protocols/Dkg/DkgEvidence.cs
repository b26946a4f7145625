using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;

namespace MpcSigner.Protocols.Dkg;

/// <summary>
/// A third party's judgement of an accusation: whether what the accused signed convicts it, with nothing else believed (spec §4.4, §9 "Complaint", §15).
/// </summary>
/// <remarks>It needs the session's inputs and the identity keys of the time. An honest party signs one message a round, so no set of its statements convicts it.</remarks>
public sealed class DkgEvidence
{
    private readonly DkgInput _input;
    private readonly IGroup _group;
    private readonly DkgLayout _layout;
    private readonly Dictionary<PartyId, Ed25519PublicKey> _identities;

    /// <param name="identities">Identity keys of all parties at the time of the session.</param>
    public DkgEvidence(DkgInput input, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        _input = input;
        _group = Groups.For(input.Suite.Curve());
        _layout = new(_group, input.Threshold, input.Count);
        _identities = input.Parties.ToDictionary(party => party.Pid, party => identities[party.Nid]);
    }

    /// <summary>True when the evidence alone proves the accusation; false when it does not, or this kind of fault leaves none.</summary>
    public bool Convicts(Accusation accusation)
    {
        if (EvidenceStatements.Read(accusation, _input.Context, _identities) is not { } statements)
            return false;
        return accusation.Kind switch
        {
            FaultKind.MalformedMessage => statements is [var message] && IsMalformed(message),
            FaultKind.BadOpening => statements is [var commitment, var opening] && commitment.From == accusation.Culprit && IsBadOpening(commitment, opening),
            FaultKind.BadProofOfKnowledge => statements is [var opening] && accusation.Key is { } key && IsBadProof(opening, key),
            FaultKind.BadDealtShare =>
                statements is [var opening, var shares] && opening.From == accusation.Culprit && accusation.Key is { } key && IsBadShare(opening, shares, key),
            FaultKind.BadShareProof => accusation.Key is { } key && IsBadShareProof(statements, key),
            FaultKind.Equivocation => statements is [var one, var other] && Equivocation.Convicts(one, other, _identities[accusation.Culprit]),
            FaultKind.ContextMismatch or FaultKind.BadIdentitySignature or FaultKind.ConflictingMessages or FaultKind.CommitmentEchoMismatch
                or FaultKind.TranscriptEchoMismatch or FaultKind.DegenerateSum or FaultKind.BadSignatureShare or FaultKind.ReusedCommitment
                or FaultKind.BadAcknowledgement or FaultKind.SetupSessionMismatch or FaultKind.EpochGap or FaultKind.InvalidBaseOtPoint
                or FaultKind.BadSeedProof or FaultKind.SetupIdMismatch
                or FaultKind.SetupUnusable or FaultKind.BadOtExtension or FaultKind.BadVectorOle
                or FaultKind.BadOleInput or FaultKind.PublicKeySumMismatch or FaultKind.ReplyToOtherRequest or FaultKind.InvalidSignature
                or FaultKind.BadKeyRecord or FaultKind.ForeignShareDealt or FaultKind.BadRecoverySum => false,
        };
    }

    private bool IsMalformed(SignedStatement message) => message switch
    {
        { Round: 2, To: 0 } => TryOpen(message) is null,
        { Round: 2 } => !AreShares(message),
        { Round: 3, To: 0 } => !ShareConfirmation.TryDecode(_group, _input.Count, message.Payload.Span, out _),
        _ => false,
    };

    private bool IsBadOpening(SignedStatement commitment, SignedStatement statement) =>
        commitment is { Round: 1, To: 0 } && commitment.Payload.Length == DkgLayout.CommitmentPayload
        && TryOpen(statement) is { } opening
        && DkgHashes.Commitment(_input.Context, opening.Dealer, opening.Points, opening.ChainCodes, opening.Salt)
            != new Digest32(commitment.Payload.Span[Digest32.Size..]);

    private bool IsBadProof(SignedStatement statement, int key) =>
        key >= 0 && key < _input.Count && TryOpen(statement) is { } opening
        && !opening.Proofs[key].Verify(_group, SchnorrContext.OfConstants(statement.T1!.Value, opening.Dealer), key, opening.Points[key][0]);

    private bool IsBadShare(SignedStatement statement, SignedStatement dealt, int key)
    {
        if (key < 0 || key >= _input.Count || dealt.To == 0 || TryOpen(statement) is not { } opening || !AreShares(dealt, out var shares) || shares is null)
            return false;
        using (shares)
            return shares.MultiplyBase(key) != _group.EvaluatePublic(opening.Points[key], dealt.To);
    }

    /// <summary>All n openings under one T1 give T2, KHR and X of everybody; the accused echoed that T2 and KHR, and its proof fails.</summary>
    private bool IsBadShareProof(IReadOnlyList<SignedStatement> statements, int key)
    {
        var confirming = statements[^1];
        var openings = new SortedDictionary<PartyId, DkgOpening>();
        foreach (var statement in statements.Take(statements.Count - 1))
        {
            if (TryOpen(statement) is not { } opening || !openings.TryAdd(opening.Dealer, opening))
                return false;
        }
        if (key < 0 || key >= _input.Count || openings.Count != _input.Parties.Count || confirming is not { Round: 3, To: 0 }
            || !ShareConfirmation.TryDecode(_group, _input.Count, confirming.Payload.Span, out var confirmation)
            || DkgPublicKeys.Derive(_group, _input, confirming.T1!.Value, [.. openings.Values]) is not { } keys
            || (confirmation.T2, confirmation.RecordsRoot) != (keys.T2, keys.RecordsRoot))
            return false;
        var context = SchnorrContext.OfShares(keys.T2, keys.RecordsRoot, confirming.From);
        return !confirmation.Proofs[key].Verify(_group, context, key, keys.PublicShares[confirming.From][key]);
    }

    private DkgOpening? TryOpen(SignedStatement statement) =>
        statement is { Round: 2, To: 0 } && DkgOpening.TryDecode(_layout, statement.From, statement.Payload.Span, out var opening) ? opening : null;

    private bool AreShares(SignedStatement statement, out SecretScalars? shares)
    {
        shares = null;
        return statement.Round == 2 && statement.Payload.Length == _layout.SharesPayload
            && SecretScalars.TryDecode(_group, statement.Payload.Span, out shares);
    }

    private bool AreShares(SignedStatement statement)
    {
        var decoded = AreShares(statement, out var shares);
        shares?.Dispose();
        return decoded;
    }
}
