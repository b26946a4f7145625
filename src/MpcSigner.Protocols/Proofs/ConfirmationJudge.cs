using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Proofs;

/// <summary>Judges round 3 of key generation, refresh and reshare: accepted only if all T2 and KHR equal our own and all proofs verify (spec §9, round 3).</summary>
/// <param name="publicShares">[pid][k] of every sender.</param>
/// <param name="openings">The signed openings of round 2, from which T2, KHR and the public shares follow.</param>
internal sealed class ConfirmationJudge(
    IGroup group, Digest32 t2, Digest32 recordsRoot, IReadOnlyDictionary<PartyId, GroupPoint[]> publicShares,
    IReadOnlyDictionary<PartyId, Ed25519PublicKey> identities, IReadOnlyList<SignedStatement> openings, IRandomSource random)
{
    /// <summary>Lengths and signatures of all, then the echoes of all, then proofs. T1 is common knowledge here, so a bad signature blames its sender.</summary>
    /// <param name="statementOf">A message of the exact length as its sender's statement.</param>
    /// <param name="size">That length.</param>
    /// <param name="own">Our own confirmation, where we sent one.</param>
    public ProtocolFault? Judge(RoundInbox<RawMessage> inbox, int size, Func<PartyId, RawMessage, SignedStatement> statementOf, SignedStatement? own)
    {
        List<Accusation> accused = [];
        List<PartyId> differing = [];
        List<SignedStatement> confirmations = own is null ? [] : [own];
        List<SignedStatement> agreeing = [];
        foreach (var (from, raw) in inbox.Take())
        {
            using (raw)
            {
                if (raw.Content.Length != size)
                {
                    accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                    continue;
                }
                var statement = statementOf(from, raw);
                if (!statement.Verify(identities[from]))
                {
                    accused.Add(new(from, FaultKind.BadIdentitySignature, null, SignedStatement.DigestOf(raw.Content), []));
                    continue;
                }
                confirmations.Add(statement);
                if (ShareConfirmation.ReadEchoes(statement.Payload.Span) != (t2, recordsRoot))
                    differing.Add(from);
                else
                    agreeing.Add(statement);
            }
        }
        JudgeProofs(Decode(agreeing, accused), accused);
        accused = [.. accused.OrderBy(accusation => accusation.Culprit)];
        if (differing.Count > 0)
            return new(inbox.Round, FaultKind.TranscriptEchoMismatch, accused, differing, [.. openings, .. confirmations]);
        return accused.Count > 0 ? ProtocolFault.Blaming(inbox.Round, accused) : null;
    }

    /// <summary>The proofs of those whose echoes agree, all points decoded together.</summary>
    private List<(SignedStatement Statement, ProofClaims Claims)> Decode(IReadOnlyList<SignedStatement> statements, List<Accusation> accused)
    {
        List<(SignedStatement, ProofClaims)> claims = [];
        var proofs = SchnorrProof.DecodeEach(group, [.. statements.Select(statement => ShareConfirmation.ProofsOf(statement.Payload))]);
        for (var i = 0; i < proofs.Length; i++)
        {
            var statement = statements[i];
            if (proofs[i] is { } decoded)
                claims.Add((statement, new(SchnorrContext.OfShares(t2, recordsRoot, statement.From), publicShares[statement.From], decoded)));
            else
                accused.Add(new(statement.From, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(statement.Payload.Span), [statement]));
        }
        return claims;
    }

    /// <summary>All senders' proofs at once where that is cheaper; each sender's own only if that fails, to name who and which key.</summary>
    private void JudgeProofs(List<(SignedStatement Statement, ProofClaims Claims)> proofs, List<Accusation> accused)
    {
        if (group.SharesDoublings && proofs.Count > 1 && ProofClaims.AllHold(group, [.. proofs.Select(one => one.Claims)], random))
            return;
        foreach (var (statement, claims) in proofs)
        {
            var digest = SignedStatement.DigestOf(statement.Payload.Span);
            foreach (var key in SchnorrProof.FindInvalid(group, claims.Context, claims.Statements, claims.Proofs, random))
                accused.Add(new(statement.From, FaultKind.BadShareProof, key, digest, [.. openings, statement]));
        }
    }
}
