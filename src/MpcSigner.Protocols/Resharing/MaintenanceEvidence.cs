using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>
/// A third party's judgement of an accusation from a refresh, reshare or recovery: whether what the accused signed convicts it, with nothing else believed (spec §4.4, §10, §15).
/// </summary>
/// <remarks>It needs the session's inputs, the records the order starts from, and the identity keys of the time. An honest party signs one message a round, so no set of its statements convicts it.</remarks>
public sealed class MaintenanceEvidence
{
    private readonly MaintenanceInput _input;
    private readonly MaintenanceProtocol _protocol;
    private readonly MaintenanceLayout _layout;
    private readonly IGroup _group;
    private readonly PresentKeys _present;
    private readonly Dictionary<PartyId, Ed25519PublicKey> _identities;

    /// <param name="records">The present records in key order, from wherever: they are compared with the order.</param>
    /// <param name="identities">Identity keys of all members at the time of the session.</param>
    /// <exception cref="ArgumentException">The records are not the order's.</exception>
    public MaintenanceEvidence(MaintenanceInput input, IReadOnlyList<KeyRecord> records, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        _input = input;
        _group = Groups.For(input.Terms.Suite.Curve());
        _protocol = MaintenanceProtocol.Of(input.Terms, _group);
        _layout = _protocol.Layout;
        _present = PresentKeys.Decode(_group, input.Terms, records) ?? throw new ArgumentException("records are not the order's", nameof(records));
        _identities = input.Terms.Members.ToDictionary(member => member.Pid, member => identities[member.Nid]);
    }

    /// <summary>Whether records are the ones that an order starts from, and hold points of the group.</summary>
    public static bool AreOrdered(MaintenanceTerms terms, IReadOnlyList<KeyRecord> records) => PresentKeys.Decode(Groups.For(terms.Suite.Curve()), terms, records) is not null;

    /// <summary>True when the evidence alone proves the accusation; false when it does not, or this kind of fault leaves none.</summary>
    public bool Convicts(Accusation accusation)
    {
        if (EvidenceStatements.Read(accusation, _input.Context, _identities) is not { } statements || accusation.Key is < 0 || accusation.Key >= _layout.Count)
            return false;
        var key = accusation.Key;
        return accusation.Kind switch
        {
            FaultKind.MalformedMessage => statements is [var message] && IsMalformed(message),
            FaultKind.BadKeyRecord => statements is [var commitment] && key is { } k && IsBadRecord(commitment, k),
            FaultKind.BadOpening => statements is [var commitment, var opening] && commitment.From == accusation.Culprit && IsBadOpening(commitment, opening),
            FaultKind.ForeignShareDealt => statements is [var opening] && key is { } k && IsForeign(opening, k),
            FaultKind.BadDealtShare =>
                statements is [var opening, var shares] && opening.From == accusation.Culprit && key is { } k && IsBadShare(opening, shares, k),
            FaultKind.BadShareProof => key is { } k && IsBadShareProof(statements, k),
            FaultKind.BadRecoverySum => key is { } k && IsBadSum(statements, k),
            FaultKind.Equivocation => statements is [var one, var other] && Equivocation.Convicts(one, other, _identities[accusation.Culprit]),
            FaultKind.ContextMismatch or FaultKind.BadIdentitySignature or FaultKind.ConflictingMessages or FaultKind.CommitmentEchoMismatch
                or FaultKind.BadProofOfKnowledge or FaultKind.TranscriptEchoMismatch or FaultKind.DegenerateSum or FaultKind.BadSignatureShare
                or FaultKind.ReusedCommitment or FaultKind.BadAcknowledgement or FaultKind.SetupSessionMismatch or FaultKind.EpochGap
                or FaultKind.InvalidBaseOtPoint or FaultKind.BadSeedProof or FaultKind.SetupIdMismatch or FaultKind.SetupUnusable
                or FaultKind.BadOtExtension or FaultKind.BadVectorOle or FaultKind.BadOleInput or FaultKind.PublicKeySumMismatch
                or FaultKind.ReplyToOtherRequest or FaultKind.InvalidSignature => false,
        };
    }

    private bool IsRecovery => _input.Terms.Protocol == ProtocolKind.Recovery;

    private bool IsMalformed(SignedStatement message) => message switch
    {
        { Round: 2, To: 0 } => TryOpen(message) is null,
        { Round: 2 } => !AreScalars(message.Payload.Span),
        { Round: 3, To: 0 } when !IsRecovery => !ShareConfirmation.TryDecode(_group, _layout.Count, message.Payload.Span, out _),
        { Round: 3, To: > 0 } when IsRecovery => message.Payload.Length != _layout.SumsPayload || !AreScalars(message.Payload.Span[Digest32.Size..]),
        _ => false,
    };

    /// <summary>The records held here are the order's, and KH binds every byte of them.</summary>
    private bool IsBadRecord(SignedStatement statement, int key) =>
        _layout.RecordSize > 0 && statement is { Round: 1, To: 0 } && statement.Payload.Length == _layout.CommitmentPayload
        && !statement.Payload.Span.Slice(2 * Digest32.Size + key * _layout.RecordSize, _layout.RecordSize)
            .SequenceEqual(KeyRecordEncoding.Encode(_present.Records[key]));

    private bool IsBadOpening(SignedStatement commitment, SignedStatement statement) =>
        commitment is { Round: 1, To: 0 } && commitment.Payload.Length == _layout.CommitmentPayload
        && TryOpen(statement) is { } opening
        && MaintenanceHashes.Commitment(_input, opening.Dealer, opening.Points, opening.Salt)
            != new Digest32(commitment.Payload.Span[Digest32.Size..(2 * Digest32.Size)]);

    private bool IsForeign(SignedStatement statement, int key) =>
        TryOpen(statement) is { } opening && _input.Terms.IsDealer(opening.Dealer) && _protocol.FindForeign(opening, _present, random: null).Contains(key);

    private bool IsBadShare(SignedStatement statement, SignedStatement dealt, int key)
    {
        if (dealt is not { Round: 2, To: > 0 } || !_protocol.IsReceiver(new(dealt.To)) || TryOpen(statement) is not { } opening
            || dealt.Payload.Length != _layout.SharesPayload || !SecretScalars.TryDecode(_group, dealt.Payload.Span, out var shares))
            return false;
        using (shares)
            return shares.MultiplyBase(key) != _group.EvaluatePublic(_protocol.CommitmentsFor(opening, new(dealt.To))[key], dealt.To);
    }

    /// <summary>All openings under one T1 give T2, KHR and X′ of everybody; the accused echoed that T2 and KHR, and its proof fails.</summary>
    private bool IsBadShareProof(IReadOnlyList<SignedStatement> statements, int key)
    {
        var confirming = statements[^1];
        if (IsRecovery || confirming is not { Round: 3, To: 0 } || !TryDerive(statements, out var keys)
            || !ShareConfirmation.TryDecode(_group, _layout.Count, confirming.Payload.Span, out var confirmation)
            || (confirmation.T2, confirmation.RecordsRoot) != (keys.T2, keys.RecordsRoot)
            || !keys.PublicShares.TryGetValue(confirming.From, out var publicShares))
            return false;
        var context = SchnorrContext.OfShares(keys.T2, keys.RecordsRoot, confirming.From);
        return !confirmation.Proofs[key].Verify(_group, context, key, publicShares[key]);
    }

    /// <summary>All openings under one T1 give T2 and Σ_i D_{i,k}; the accused sent that T2, and another y.</summary>
    private bool IsBadSum(IReadOnlyList<SignedStatement> statements, int key)
    {
        var sending = statements[^1];
        if (!IsRecovery || sending is not { Round: 3, To: > 0 } || sending.Payload.Length != _layout.SumsPayload || !TryDerive(statements, out var keys)
            || new Digest32(sending.Payload.Span[..Digest32.Size]) != keys.T2 || !keys.PublicShares.TryGetValue(sending.From, out var expected)
            || !SecretScalars.TryDecode(_group, sending.Payload.Span[Digest32.Size..], out var sums))
            return false;
        using (sums)
            return sums.MultiplyBase(key) != expected[key];
    }

    /// <summary>From all statements but the last, which must be the openings of all dealers.</summary>
    private bool TryDerive(IReadOnlyList<SignedStatement> statements, [NotNullWhen(true)] out RenewedKeys? keys)
    {
        keys = null;
        var openings = new SortedDictionary<PartyId, MaintenanceOpening>();
        foreach (var statement in statements.SkipLast(1))
        {
            if (TryOpen(statement) is not { } opening || !openings.TryAdd(opening.Dealer, opening))
                return false;
        }
        if (!openings.Keys.SequenceEqual(_protocol.Dealers))
            return false;
        keys = _protocol.Derive(_input, _present, statements[^1].T1!.Value, [.. openings.Values]);
        return keys is not null;
    }

    private MaintenanceOpening? TryOpen(SignedStatement statement) =>
        statement is { Round: 2, To: 0 } && MaintenanceOpening.TryDecode(_layout, statement.From, statement.Payload.Span, out var opening) ? opening : null;

    private bool AreScalars(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != _layout.SharesPayload || !SecretScalars.TryDecode(_group, encoded, out var scalars))
            return false;
        scalars.Dispose();
        return true;
    }
}
