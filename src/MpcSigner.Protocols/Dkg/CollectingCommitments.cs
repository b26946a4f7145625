using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkg;

/// <summary>Key generation with round 1 sent: waits for every peer's commitment, then opens its own and deals the shares.</summary>
/// <remarks>Spec §9 rounds 1 and 2, exact fields §9.1.</remarks>
public sealed class CollectingCommitments : IRoundState<DkgResult>
{
    private const byte Round = 1;

    private readonly DkgSession _session;
    private readonly DkgDealing _dealing;
    private readonly Digest32 _commitment;
    private readonly SignedStatement _own;
    private int _spent;

    private CollectingCommitments(DkgSession session, DkgDealing dealing, Digest32 commitment, SignedStatement own)
    {
        _session = session;
        _dealing = dealing;
        _commitment = commitment;
        _own = own;
    }

    /// <summary>Round 1: draws polynomials, commits to their points and sends ctx ‖ com_i ‖ signature to everybody.</summary>
    public static Transition<CollectingCommitments>.Advance Begin(DkgSession session)
    {
        var dealing = DkgDealing.Draw(session);
        var commitment = dealing.Commitment(session);
        var message = new byte[DkgLayout.Round1];
        session.Input.Context.CopyTo(message);
        commitment.CopyTo(message.AsSpan(Digest32.Size));
        session.Sign(Round, to: 0, t1: null, message.AsSpan(0, DkgLayout.CommitmentPayload), message.AsSpan(DkgLayout.CommitmentPayload));

        var outbox = new Outbox();
        outbox.Broadcast(session.Peers, MessageType.Round, Round, message);
        return new(new(session, dealing, commitment, session.BroadcastOf(Round, session.Self, null, message)), outbox);
    }

    /// <summary>Consumes this state and the inbox, which holds exactly one message from each peer.</summary>
    public Transition<CollectingShares> Complete(RoundInbox<RawMessage> inbox)
    {
        _session.Require(inbox, Round);
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        using (_dealing)
        {
            var statements = new SortedDictionary<PartyId, SignedStatement> { [_session.Self] = _own };
            if (Judge(inbox, statements) is { } fault)
                return new Transition<CollectingShares>.Abort(fault);

            // T1 = H("dkg-t1"; dctx, list (pid_j ‖ com_j)).
            var commitments = new SortedDictionary<PartyId, Digest32>();
            foreach (var (pid, statement) in statements)
                commitments.Add(pid, new(statement.Payload.Span[Digest32.Size..]));
            var t1 = DkgHashes.T1(_session.Input.Context, commitments);

            var opening = _dealing.Open(_session, t1);
            var outbox = Deal(opening, t1, out var own);
            return new Transition<CollectingShares>.Advance(
                new(_session, t1, [.. statements.Values], commitments, opening, own, _dealing.SharesFor(_session, _session.Self)), outbox);
        }
    }

    /// <summary>Lengths, then ctx, then signatures: a foreign ctx means the START was split, and blames nobody.</summary>
    private ProtocolFault? Judge(RoundInbox<RawMessage> inbox, SortedDictionary<PartyId, SignedStatement> statements)
    {
        var round = inbox.Round;
        List<Accusation> accused = [];
        List<PartyId> otherContext = [];
        foreach (var (from, raw) in inbox.Take())
        {
            using (raw)
            {
                if (raw.Content.Length != DkgLayout.Round1)
                    accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                else if (new Digest32(raw.Content[..Digest32.Size]) != _session.Input.Context)
                    otherContext.Add(from);
                else
                    statements.Add(from, _session.BroadcastOf(Round, from, null, raw.Content));
            }
        }
        if (otherContext.Count > 0)
            return new(round, FaultKind.ContextMismatch, accused, otherContext, []);

        foreach (var (from, statement) in statements)
        {
            if (from != _session.Self && !statement.Verify(_session.Identities[from]))
                accused.Add(new(from, FaultKind.BadIdentitySignature, null, SignedStatement.DigestOf(statement.Payload.Span), []));
        }
        return accused.Count > 0 ? ProtocolFault.Blaming(round, accused) : null;
    }

    /// <summary>Round 2: opening ‖ sig to everybody, with each its shares ‖ sig.</summary>
    private Outbox Deal(DkgOpening opening, Digest32 t1, out SignedStatement own)
    {
        const byte next = Round + 1;
        var layout = _session.Layout;
        var broadcast = new byte[layout.OpeningPayload + DkgLayout.SignatureSize];
        opening.Encode(layout, t1).CopyTo(broadcast, 0);
        _session.Sign(next, to: 0, t1, broadcast.AsSpan(0, layout.OpeningPayload), broadcast.AsSpan(layout.OpeningPayload));
        own = _session.BroadcastOf(next, _session.Self, t1, broadcast);

        var outbox = new Outbox();
        foreach (var peer in _session.Peers)
        {
            var message = new PayloadBuffer(layout.Round2);
            broadcast.CopyTo(message.Writable);
            using (var shares = _dealing.SharesFor(_session, peer))
            using (var encoded = shares.Borrow())
            {
                encoded.Span.CopyTo(message.Writable[broadcast.Length..]);
                _session.Sign(next, peer.Value, t1, encoded.Span, message.Writable[(broadcast.Length + layout.SharesPayload)..]);
            }
            outbox.Send(peer, MessageType.Round, next, message);
        }
        return outbox;
    }

    RoundEnd<DkgResult> IRoundState<DkgResult>.Complete(RoundInbox<RawMessage> inbox) => RoundEnd<DkgResult>.Before(Complete(inbox));

    public void Dispose()
    {
        Interlocked.Exchange(ref _spent, 1);
        _dealing.Dispose();
    }
}
