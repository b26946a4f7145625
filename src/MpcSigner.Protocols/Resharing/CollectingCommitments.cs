using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>Round 1 of refresh, reshare or recovery: waits for every dealer's commitment; a dealer then opens its own and deals.</summary>
/// <remarks>Spec §10, in the form of §9 rounds 1 and 2 and §9.1. A member that is no dealer sends nothing before round 3.</remarks>
internal sealed class CollectingCommitments : IRoundState<MaintenanceResult>
{
    private const byte Round = 1;

    private readonly MaintenanceSession _session;
    private readonly MaintenanceDealing? _dealing;
    private readonly SignedStatement? _own;
    private int _spent;

    private CollectingCommitments(MaintenanceSession session, MaintenanceDealing? dealing, SignedStatement? own)
    {
        _session = session;
        _dealing = dealing;
        _own = own;
    }

    /// <summary>Round 1: draws, commits and sends ctx ‖ com_i (‖ N records) ‖ signature to all members.</summary>
    public static CollectingCommitments Begin(MaintenanceSession session, out Outbox outbox)
    {
        outbox = new Outbox();
        if (!session.IsDealer)
            return new(session, null, null);
        var dealing = session.Protocol.Draw(session);
        var layout = session.Layout;
        var message = new byte[layout.Round1];
        session.Input.Context.CopyTo(message);
        dealing.Commitment(session).CopyTo(message.AsSpan(Digest32.Size));
        for (var k = 0; k < layout.Count && layout.RecordSize > 0; k++)
            KeyRecordEncoding.Encode(session.Present!.Records[k]).CopyTo(message, 2 * Digest32.Size + k * layout.RecordSize);
        session.Sign(Round, to: 0, t1: null, message.AsSpan(0, layout.CommitmentPayload), message.AsSpan(layout.CommitmentPayload));
        outbox.Broadcast(session.Peers, MessageType.Round, Round, message);
        return new(session, dealing, session.StatementOf(Round, session.Self, 0, null, message, layout.CommitmentPayload));
    }

    public RoundEnd<MaintenanceResult> Complete(RoundInbox<RawMessage> inbox)
    {
        _session.Require(inbox, Round);
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        using (_dealing)
        {
            var copies = new RecordCopies(_session);
            var statements = new SortedDictionary<PartyId, SignedStatement>();
            if (_own is not null)
                statements.Add(_session.Self, _own);
            var fault = Judge(inbox, copies, statements);
            _session.Learn(copies.Known);
            if (fault is not null)
                return new RoundEnd<MaintenanceResult>.Abort(fault);

            // T1 over the dealers' commitments.
            var commitments = new SortedDictionary<PartyId, Digest32>();
            foreach (var (pid, statement) in statements)
                commitments.Add(pid, new(statement.Payload.Span[Digest32.Size..(2 * Digest32.Size)]));
            var t1 = MaintenanceHashes.T1(_session.Input, commitments);

            var outbox = new Outbox();
            MaintenanceOpening? opening = null;
            SignedStatement? openingStatement = null;
            SecretScalars? shares = null;
            if (_dealing is not null)
            {
                opening = _dealing.Open(_session);
                openingStatement = Deal(_dealing, opening, t1, outbox);
                shares = _dealing.OwnShares(_session);
            }
            else if (_session.Protocol.IsReceiver(_session.Self))
            {
                shares = SecretScalars.Zero(_session.Group, _session.Layout.Count);
            }
            return new RoundEnd<MaintenanceResult>.Next(
                new CollectingOpenings(_session, copies.Present, t1, [.. statements.Values], commitments, opening, openingStatement, shares), outbox);
        }
    }

    /// <summary>
    /// ctx, then lengths, then records and signatures: a foreign ctx means the START was split, and blames nobody. Lengths follow from N and n, which a
    /// START that was split may have given the sender otherwise.
    /// </summary>
    private ProtocolFault? Judge(RoundInbox<RawMessage> inbox, RecordCopies copies, SortedDictionary<PartyId, SignedStatement> statements)
    {
        var layout = _session.Layout;
        List<Accusation> accused = [];
        List<PartyId> otherContext = [];
        List<SignedStatement> received = [];
        foreach (var (from, raw) in inbox.Take())
        {
            using (raw)
            {
                if (raw.Content.Length >= Digest32.Size && new Digest32(raw.Content[..Digest32.Size]) != _session.Input.Context)
                    otherContext.Add(from);
                else if (raw.Content.Length != layout.Round1)
                    accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                else
                    received.Add(_session.StatementOf(Round, from, 0, null, raw.Content, layout.CommitmentPayload));
            }
        }
        if (otherContext.Count > 0)
            return new(inbox.Round, FaultKind.ContextMismatch, accused, otherContext, []);

        foreach (var statement in received)
        {
            var (from, digest) = (statement.From, SignedStatement.DigestOf(statement.Payload.Span));
            var isSigned = statement.Verify(_session.Identities[from]);
            if (!copies.IsGood(statement.Payload.Span[(2 * Digest32.Size)..], out var key))
                accused.Add(new(from, FaultKind.BadKeyRecord, key, digest, isSigned ? [statement] : []));
            else if (!isSigned)
                accused.Add(new(from, FaultKind.BadIdentitySignature, null, digest, []));
            else
                statements.Add(from, statement);
        }
        return accused.Count > 0 ? ProtocolFault.Blaming(inbox.Round, [.. accused.OrderBy(accusation => accusation.Culprit)]) : null;
    }

    /// <summary>Round 2: opening ‖ sig to all members, with a receiver of shares its shares ‖ sig.</summary>
    private SignedStatement Deal(MaintenanceDealing dealing, MaintenanceOpening opening, Digest32 t1, Outbox outbox)
    {
        const byte next = Round + 1;
        var layout = _session.Layout;
        var broadcast = new byte[layout.Round2(withShares: false)];
        opening.Encode(layout, t1).CopyTo(broadcast, 0);
        _session.Sign(next, to: 0, t1, broadcast.AsSpan(0, layout.OpeningPayload), broadcast.AsSpan(layout.OpeningPayload));
        foreach (var peer in _session.Peers)
        {
            var withShares = _session.Protocol.IsReceiver(peer);
            var message = new PayloadBuffer(layout.Round2(withShares));
            outbox.Send(peer, MessageType.Round, next, message);
            broadcast.CopyTo(message.Writable);
            if (!withShares)
                continue;
            using var shares = dealing.SharesFor(peer);
            using var encoded = shares.Borrow();
            encoded.Span.CopyTo(message.Writable[broadcast.Length..]);
            _session.Sign(next, peer.Value, t1, encoded.Span, message.Writable[(broadcast.Length + layout.SharesPayload)..]);
        }
        return _session.StatementOf(next, _session.Self, 0, t1, broadcast, layout.OpeningPayload);
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _spent, 1);
        _dealing?.Dispose();
    }
}
