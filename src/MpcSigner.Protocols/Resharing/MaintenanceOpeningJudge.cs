using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Resharing;

/// <summary>Judges one dealer's round 2 after all T1 agreed: signatures, decoding, opening, whose secret was dealt, shares (spec §10, §15).</summary>
internal sealed class MaintenanceOpeningJudge(
    MaintenanceSession session, PresentKeys present, Digest32 t1, SortedDictionary<PartyId, Digest32> commitments,
    IReadOnlyList<SignedStatement> commitmentStatements)
{
    private const byte Round = 2;

    /// <summary>Adds the dealer's shares to <paramref name="sum"/> and returns its opening, or accuses it of everything that is wrong.</summary>
    /// <param name="message">The whole message, of the exact length.</param>
    /// <param name="sum">Null where the message has no shares for us.</param>
    public MaintenanceOpening? Judge(SignedStatement broadcast, RawMessage message, List<Accusation> accused, SecretScalars? sum)
    {
        var before = accused.Count;
        if (!AreSigned(broadcast, message, withShares: sum is not null))
        {
            accused.Add(new(broadcast.From, FaultKind.BadIdentitySignature, null, SignedStatement.DigestOf(message.Content), []));
            return null;
        }
        if (!MaintenanceOpening.TryDecode(session.Layout, broadcast.From, broadcast.Payload.Span, out var opening))
        {
            accused.Add(Accuse(FaultKind.MalformedMessage, null, broadcast));
            return null;
        }
        JudgeOpening(opening, broadcast, accused);
        if (sum is not null)
            JudgeShares(opening, broadcast, message, accused, before, sum);
        return accused.Count == before ? opening : null;
    }

    /// <summary>com_j opens to (points, salt); the points stand for the dealer's present share (spec §10.2, §10.3).</summary>
    private void JudgeOpening(MaintenanceOpening opening, SignedStatement broadcast, List<Accusation> accused)
    {
        var dealer = opening.Dealer;
        if (MaintenanceHashes.Commitment(session.Input, dealer, opening.Points, opening.Salt) != commitments[dealer])
            accused.Add(Accuse(FaultKind.BadOpening, null, commitmentStatements.First(statement => statement.From == dealer), broadcast));
        foreach (var key in session.Protocol.FindForeign(opening, present, session.Random))
            accused.Add(Accuse(FaultKind.ForeignShareDealt, key, broadcast));
    }

    private void JudgeShares(
        MaintenanceOpening opening, SignedStatement broadcast, RawMessage message, List<Accusation> accused, int before, SecretScalars sum)
    {
        if (!SecretScalars.TryDecode(session.Group, SharesOf(message), out var shares))
        {
            accused.Add(Accuse(FaultKind.MalformedMessage, null, SharesStatement(opening.Dealer, message)));
            return;
        }
        using (shares)
        {
            // A complaint shows the dealt shares: parts of a dealing that the abort throws away (spec §9 "Complaint").
            var commitmentsForUs = session.Protocol.CommitmentsFor(opening, session.Self);
            SignedStatement? dealt = null; // the same for every key
            foreach (var key in FeldmanCheck.FindInvalid(session.Group, commitmentsForUs, shares, session.Self, session.Random))
                accused.Add(Accuse(FaultKind.BadDealtShare, key, broadcast, dealt ??= SharesStatement(opening.Dealer, message)));
            if (accused.Count == before)
                sum.AddInPlace(shares);
        }
    }

    /// <summary>The dealt shares, which follow the broadcast part.</summary>
    private ReadOnlySpan<byte> SharesOf(RawMessage message) =>
        message.Content.Slice(session.Layout.OpeningPayload + MaintenanceLayout.SignatureSize, session.Layout.SharesPayload);

    private static ReadOnlySpan<byte> SharesSignatureOf(RawMessage message) => message.Content[^MaintenanceLayout.SignatureSize..];

    private bool AreSigned(SignedStatement broadcast, RawMessage message, bool withShares)
    {
        var identity = session.Identities[broadcast.From];
        var isSigned = broadcast.Verify(identity);
        return withShares
            ? isSigned & identity.Verify(
                SignedStatement.Digest(session.Input.Context, Round, broadcast.From, session.Self.Value, t1, SharesOf(message)), SharesSignatureOf(message))
            : isSigned;
    }

    private static Accusation Accuse(FaultKind kind, int? key, params IReadOnlyList<SignedStatement> evidence) =>
        new(evidence[^1].From, kind, key, SignedStatement.DigestOf(evidence[^1].Payload.Span), evidence);

    private SignedStatement SharesStatement(PartyId dealer, RawMessage message) =>
        new(session.Input.Context, Round, dealer, session.Self.Value, t1, SharesOf(message).ToArray(), SharesSignatureOf(message).ToArray());
}
