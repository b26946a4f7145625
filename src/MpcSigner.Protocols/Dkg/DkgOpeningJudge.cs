using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Judges one dealer's round 2 after all T1 agreed: signatures, decoding, opening, proofs, shares (spec §9 "Checks on round 2").</summary>
internal sealed class DkgOpeningJudge(
    DkgSession session, Digest32 t1, SortedDictionary<PartyId, Digest32> commitments, IReadOnlyList<SignedStatement> commitmentStatements)
{
    private const byte Round = 2;

    /// <summary>Adds the dealer's shares to <paramref name="sum"/> and returns its opening, or accuses it of everything that is wrong.</summary>
    /// <param name="broadcast">The message's first part.</param>
    /// <param name="message">The whole message, of the exact length.</param>
    public DkgOpening? Judge(SignedStatement broadcast, ReadOnlySpan<byte> message, List<Accusation> accused, SecretScalars sum)
    {
        var dealer = broadcast.From;
        var before = accused.Count;
        var dealt = message[(session.Layout.OpeningPayload + DkgLayout.SignatureSize)..];
        var sharesPayload = dealt[..session.Layout.SharesPayload];
        var sharesSignature = dealt[session.Layout.SharesPayload..];

        if (!AreSigned(broadcast, sharesPayload, sharesSignature))
        {
            accused.Add(new(dealer, FaultKind.BadIdentitySignature, null, SignedStatement.DigestOf(message), []));
            return null;
        }
        if (!DkgOpening.TryDecode(session.Layout, dealer, broadcast.Payload.Span, out var opening))
        {
            accused.Add(Accuse(FaultKind.MalformedMessage, broadcast, null, broadcast));
            return null;
        }
        JudgeOpening(opening, broadcast, accused);
        if (!SecretScalars.TryDecode(session.Group, sharesPayload, out var shares))
        {
            accused.Add(Accuse(FaultKind.MalformedMessage, broadcast, null, SharesStatement(dealer, sharesPayload, sharesSignature)));
            return null;
        }
        using (shares)
        {
            // A complaint shows the dealt shares: values of polynomials that the abort throws away (spec §9).
            foreach (var key in FeldmanCheck.FindInvalid(session.Group, opening.Points, shares, session.Self, session.Random))
                accused.Add(Accuse(FaultKind.BadDealtShare, broadcast, key, broadcast, SharesStatement(dealer, sharesPayload, sharesSignature)));
            if (accused.Count > before)
                return null;
            sum.AddInPlace(shares);
            return opening;
        }
    }

    private bool AreSigned(SignedStatement broadcast, ReadOnlySpan<byte> shares, ReadOnlySpan<byte> sharesSignature)
    {
        var identity = session.Identities[broadcast.From];
        var digest = SignedStatement.Digest(session.Input.Context, Round, broadcast.From, session.Self.Value, t1, shares);
        return broadcast.Verify(identity) & identity.Verify(digest, sharesSignature);
    }

    /// <summary>com_j opens to (points, cc, salt); every PoK_{j,k} verifies for C_{j,k,0}.</summary>
    private void JudgeOpening(DkgOpening opening, SignedStatement broadcast, List<Accusation> accused)
    {
        var dealer = opening.Dealer;
        if (DkgHashes.Commitment(session.Input.Context, dealer, opening.Points, opening.ChainCodes, opening.Salt) != commitments[dealer])
            accused.Add(Accuse(FaultKind.BadOpening, broadcast, null, commitmentStatements.First(s => s.From == dealer), broadcast));
        var context = SchnorrContext.OfConstants(t1, dealer);
        foreach (var key in SchnorrProof.FindInvalid(session.Group, context, opening.Constants(), opening.Proofs, session.Random))
            accused.Add(Accuse(FaultKind.BadProofOfKnowledge, broadcast, key, broadcast));
    }

    private static Accusation Accuse(FaultKind kind, SignedStatement broadcast, int? key, params IReadOnlyList<SignedStatement> evidence) =>
        new(broadcast.From, kind, key, SignedStatement.DigestOf(evidence[^1].Payload.Span), evidence);

    private SignedStatement SharesStatement(PartyId dealer, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature) =>
        new(session.Input.Context, Round, dealer, session.Self.Value, t1, payload.ToArray(), signature.ToArray());
}
