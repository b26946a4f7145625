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
/// <param name="size">The length of a message.</param>
/// <param name="statementOf">A message of that length as its sender's statement.</param>
internal sealed class ConfirmationJudge(
    IGroup group, Digest32 t2, Digest32 recordsRoot, IReadOnlyDictionary<PartyId, GroupPoint[]> publicShares,
    IReadOnlyDictionary<PartyId, Ed25519PublicKey> identities, IReadOnlyList<SignedStatement> openings, IRandomSource random,
    int size, Func<PartyId, RawMessage, SignedStatement> statementOf)
{
    /// <summary>Whether a message that has come echoes another transcript than ours. Signed or not, the round ends with it: in a mismatch, or in the blame of who sent it.</summary>
    public bool IsSplit(RoundInbox<RawMessage> inbox) => inbox.HasOne(raw => raw.Content.Length == size && Differs(raw.Content));

    /// <summary>Lengths and signatures of all, then the echoes of all, then proofs. T1 is common knowledge here, so a bad signature blames its sender.</summary>
    /// <param name="received">Of everybody, or of a round that <see cref="IsSplit"/> what has come. Disposed here.</param>
    /// <param name="own">Our own confirmation, where we sent one.</param>
    public ProtocolFault? Judge(RoundId round, IReadOnlyList<(PartyId From, RawMessage Message)> received, SignedStatement? own)
    {
        List<Accusation> accused = [];
        List<PartyId> differing = [];
        List<SignedStatement> confirmations = own is null ? [] : [own];
        List<SignedStatement> agreeing = [];
        foreach (var (from, raw) in received)
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
                if (Differs(statement.Payload.Span))
                    differing.Add(from);
                else
                    agreeing.Add(statement);
            }
        }
        JudgeProofs(Decode(agreeing, accused), accused);
        accused = [.. accused.OrderBy(accusation => accusation.Culprit)];
        if (differing.Count > 0)
            return new(round, FaultKind.TranscriptEchoMismatch, accused, differing, [.. openings, .. confirmations]);
        return accused.Count > 0 ? ProtocolFault.Blaming(round, accused) : null;
    }

    private bool Differs(ReadOnlySpan<byte> message) => ShareConfirmation.ReadEchoes(message) != (t2, recordsRoot);

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
