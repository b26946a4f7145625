using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Judges one dealer's round 2 after all T1 agreed: signatures, decoding, opening, proofs, shares (spec §9 "Checks on round 2").</summary>
internal sealed class DkgOpeningJudge(
    DkgSession session, Digest32 t1, SortedDictionary<PartyId, Digest32> commitments, IReadOnlyList<SignedStatement> commitmentStatements)
{
    private const byte Round = 2;

    /// <summary>One dealer's message as it is read before anything is judged.</summary>
    /// <param name="Broadcast">Its first part.</param>
    /// <param name="Message">The whole, of the exact length.</param>
    /// <param name="IsSigned">Both identity signatures hold.</param>
    /// <param name="Opening">Null if it is not signed, or a point or scalar in it is not valid.</param>
    internal sealed record Reading(SignedStatement Broadcast, RawMessage Message, bool IsSigned, DkgOpening? Opening);

    /// <summary>Verifies the signatures and decodes.</summary>
    public Reading Read(SignedStatement broadcast, RawMessage message)
    {
        var isSigned = AreSigned(broadcast, SharesOf(message), SharesSignatureOf(message));
        return new(broadcast, message, isSigned,
            isSigned && DkgOpening.TryDecode(session.Layout, broadcast.From, broadcast.Payload.Span, out var opening) ? opening : null);
    }

    /// <summary>Whether all dealers' proofs of a batch hold in one equation; false also where one equation would be no cheaper than many.</summary>
    /// <remarks>A single key's proofs are verified one by one: there the coefficients would be more than what is drawn in all (a run's draws are frozen).</remarks>
    public bool ProofsHold(IReadOnlyList<Reading> readings)
    {
        List<ProofClaims> claims = [];
        foreach (var reading in readings)
        {
            if (reading.Opening is { } opening)
                claims.Add(new(SchnorrContext.OfConstants(t1, opening.Dealer), opening.Constants(), opening.Proofs));
        }
        return session.Group.SharesDoublings && session.Input.Count > 1 && claims.Count > 1 && ProofClaims.AllHold(session.Group, claims, session.Random);
    }

    /// <summary>Adds the dealer's shares to <paramref name="sum"/> and returns its opening, or accuses it of everything that is wrong.</summary>
    /// <param name="proofsHold">What <see cref="ProofsHold"/> said; if false, the dealer's proofs are verified here.</param>
    public DkgOpening? Judge(Reading reading, bool proofsHold, List<Accusation> accused, SecretScalars sum)
    {
        var broadcast = reading.Broadcast;
        var dealer = broadcast.From;
        var before = accused.Count;
        if (!reading.IsSigned)
        {
            accused.Add(new(dealer, FaultKind.BadIdentitySignature, null, SignedStatement.DigestOf(reading.Message.Content), []));
            return null;
        }
        if (reading.Opening is not { } opening)
        {
            accused.Add(Accuse(FaultKind.MalformedMessage, broadcast, null, broadcast));
            return null;
        }
        JudgeOpening(opening, broadcast, proofsHold, accused);
        ReadOnlySpan<byte> sharesPayload = SharesOf(reading.Message), sharesSignature = SharesSignatureOf(reading.Message);
        if (!SecretScalars.TryDecode(session.Group, sharesPayload, out var shares))
        {
            accused.Add(Accuse(FaultKind.MalformedMessage, broadcast, null, SharesStatement(dealer, sharesPayload, sharesSignature)));
            return null;
        }
        using (shares)
        {
            // A complaint shows the dealt shares: values of polynomials that the abort throws away (spec §9).
            SignedStatement? dealt = null; // the same for every key
            foreach (var key in FeldmanCheck.FindInvalid(session.Group, opening.Points, shares, session.Self, session.Random))
                accused.Add(Accuse(FaultKind.BadDealtShare, broadcast, key, broadcast, dealt ??= SharesStatement(dealer, sharesPayload, sharesSignature)));
            if (accused.Count > before)
                return null;
            sum.AddInPlace(shares);
            return opening;
        }
    }

    /// <summary>The dealt shares, which follow the broadcast part.</summary>
    private ReadOnlySpan<byte> SharesOf(RawMessage message) =>
        message.Content.Slice(session.Layout.OpeningPayload + DkgLayout.SignatureSize, session.Layout.SharesPayload);

    private ReadOnlySpan<byte> SharesSignatureOf(RawMessage message) => message.Content[^DkgLayout.SignatureSize..];

    private bool AreSigned(SignedStatement broadcast, ReadOnlySpan<byte> shares, ReadOnlySpan<byte> sharesSignature)
    {
        var identity = session.Identities[broadcast.From];
        var digest = SignedStatement.Digest(session.Input.Context, Round, broadcast.From, session.Self.Value, t1, shares);
        return broadcast.Verify(identity) & identity.Verify(digest, sharesSignature);
    }

    /// <summary>com_j opens to (points, cc, salt); every PoK_{j,k} verifies for C_{j,k,0}.</summary>
    private void JudgeOpening(DkgOpening opening, SignedStatement broadcast, bool proofsHold, List<Accusation> accused)
    {
        var dealer = opening.Dealer;
        if (DkgHashes.Commitment(session.Input.Context, dealer, opening.Points, opening.ChainCodes, opening.Salt) != commitments[dealer])
            accused.Add(Accuse(FaultKind.BadOpening, broadcast, null, commitmentStatements.First(s => s.From == dealer), broadcast));
        if (proofsHold)
            return;
        var context = SchnorrContext.OfConstants(t1, dealer);
        foreach (var key in SchnorrProof.FindInvalid(session.Group, context, opening.Constants(), opening.Proofs, session.Random))
            accused.Add(Accuse(FaultKind.BadProofOfKnowledge, broadcast, key, broadcast));
    }

    private static Accusation Accuse(FaultKind kind, SignedStatement broadcast, int? key, params IReadOnlyList<SignedStatement> evidence) =>
        new(broadcast.From, kind, key, SignedStatement.DigestOf(evidence[^1].Payload.Span), evidence);

    private SignedStatement SharesStatement(PartyId dealer, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature) =>
        new(session.Input.Context, Round, dealer, session.Self.Value, t1, payload.ToArray(), signature.ToArray());
}
