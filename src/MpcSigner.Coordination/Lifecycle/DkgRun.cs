using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>One party's run of a key generation, at the initiator and at a participant alike: three rounds, ACK to all, certificate (spec §9).</summary>
/// <remarks>Messages may come ahead of our own state (a fast party's round 3 while we still judge round 2): one of each party and round is kept.</remarks>
internal sealed class DkgRun : IDisposable
{
    private const int Rounds = 3;

    private readonly HashSet<(PartyId, FaultKind)> _accused = [];
    private readonly Rooms _rooms;
    private readonly Order _order;
    private readonly DkgSession _dkg;
    private readonly ISessionLink _link;
    private readonly IDkgRunOwner _owner;
    private readonly RoundInbox<RawMessage>[] _inboxes;
    private IDisposable? _state;
    private DkgResult? _result;
    private readonly List<(PartyId From, OpenedMessage Message)> _late = [];
    private int _roundAtWork;
    private bool _computing;
    private bool _booked;
    private bool _over;

    public DkgRun(Rooms rooms, Order order, DkgSession dkg, ISessionLink link, IDkgRunOwner owner)
    {
        _rooms = rooms;
        _order = order;
        _dkg = dkg;
        _link = link;
        _owner = owner;
        _inboxes = [.. Enumerable.Range(1, Rounds).Select(round => dkg.NewInbox((byte)round))];
    }

    /// <summary>The order is durable: round 1.</summary>
    public void Begin() => Compute<CollectingCommitments>(() => CollectingCommitments.Begin(_dkg), 0);

    /// <summary>W nodes have booked the order's idempotency key: without that there is no ACK.</summary>
    public void BookingProven()
    {
        _booked = true;
        TryAcknowledge();
    }

    /// <summary>A message from another party; disposes what it does not keep.</summary>
    public void Received(OpenedMessage message)
    {
        if (_over || message.From == 0)
        {
            message.Dispose();
            return;
        }
        var from = new PartyId(message.From);
        if (message.Type == MessageType.Round)
        {
            OnRound(from, message);
            return;
        }
        using (message)
            OnOutsideRounds(from, message.Type, message.Payload.Span);
    }

    private void OnRound(PartyId from, OpenedMessage message)
    {
        // The work takes that round's messages and wipes them, off this thread: a second one of a sender is compared once it is done.
        if (_computing && message.Round == _roundAtWork)
        {
            KeepLate(from, message);
            return;
        }
        var raw = new RawMessage(message.Payload);
        var verdict = _inboxes[message.Round - 1].Add(from, raw);
        if (verdict == InboxVerdict.Conflicting)
            Accuse(from, RoundId.Numbered(ProtocolKind.Dkg, message.Round), FaultKind.ConflictingMessages, raw.Content);
        if (verdict != InboxVerdict.Accepted)
            raw.Dispose();
        if (verdict == InboxVerdict.Conflicting)
            _owner.Failed(from, $"party {from} sent two different messages in round {message.Round}");
        else
            Advance();
    }

    private void OnOutsideRounds(PartyId from, MessageType type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case MessageType.Ack:
                var ack = payload.ToArray();
                _order.AddAck(from, ack, () => Accuse(from, new(ProtocolKind.Dkg, type, 0), FaultKind.BadAcknowledgement, ack));
                break;
            case MessageType.Certificate:
                if (OrderCertificates.TryDecode(payload, out var certificate) && _order.AddCertificate(certificate))
                    _owner.Confirmed(from);
                break;
            case MessageType.Abort:
                _order.AddAbort(new(from, payload.ToArray()));
                break;
            case MessageType.Ready:
                _owner.Ready(from, payload);
                break;
            default:
                break; // a type of key generation that means nothing at this point
        }
    }

    private void Advance()
    {
        if (_over || _computing)
            return;
        switch (_state)
        {
            case CollectingCommitments state when _inboxes[0].IsComplete:
                Compute(() => state.Complete(_inboxes[0]), 1);
                break;
            case CollectingShares state when _inboxes[1].IsComplete:
                Compute(() => state.Complete(_inboxes[1]), 2);
                break;
            case CollectingConfirmations state when _inboxes[2].IsComplete:
                Compute(() => state.Complete(_inboxes[2]), 3);
                break;
            // Whoever told two stories may be silent from here on: the round ends with the first echo that differs.
            case CollectingShares state when state.IsSplit(_inboxes[1]):
                EndSplit<CollectingConfirmations>(_inboxes[1], state.EndSplit);
                break;
            case CollectingConfirmations state when state.IsSplit(_inboxes[2]):
                EndSplit<DkgResult>(_inboxes[2], state.EndSplit);
                break;
        }
    }

    /// <summary>What has come is taken here: more may come while the work judges it.</summary>
    private void EndSplit<TNext>(RoundInbox<RawMessage> inbox, Func<RoundId, IReadOnlyList<(PartyId, RawMessage)>, ProtocolFault> judge) where TNext : class, IDisposable
    {
        var arrived = inbox.TakeArrived();
        Compute<TNext>(() => new Transition<TNext>.Abort(judge(inbox.Round, arrived)), inbox.Round.Number);
    }

    private void Compute<TNext>(Func<Transition<TNext>> step, int roundsDone) where TNext : class, IDisposable
    {
        (_computing, _roundAtWork) = (true, roundsDone);
        _state = null; // the work owns it
        var work = new RoundWork<TNext>(step);
        _rooms.Context.Compute(work, () =>
        {
            _computing = false;
            if (work.Shortage is not { } why)
                OnComputed(work.Result, roundsDone);
            else if (!_over)
                _owner.Failed(null, $"node {_rooms.Context.NameOf(_rooms.Context.Self)} is short of locked memory: {why}");
            ReceiveLate();
            if (_over && !_computing)
                DisposeInboxes();
        });
    }

    /// <summary>Two different ones of a sender at most: one of them is not what it said first, and the session ends with it.</summary>
    private void KeepLate(PartyId from, OpenedMessage message)
    {
        OpenedMessage[] held = [.. _late.Where(late => late.From == from).Select(late => late.Message)];
        if (held.Length < 2 && held.All(other => !other.Payload.Span.SequenceEqual(message.Payload.Span)))
            _late.Add((from, message));
        else
            message.Dispose();
    }

    private void ReceiveLate()
    {
        (PartyId From, OpenedMessage Message)[] late = [.. _late];
        _late.Clear();
        foreach (var (from, message) in late)
        {
            if (_over)
                message.Dispose();
            else
                OnRound(from, message);
        }
    }

    private void OnComputed<TNext>(Transition<TNext> result, int roundsDone) where TNext : class, IDisposable
    {
        switch (result)
        {
            case Transition<TNext>.Advance advance when _over || _order.IsAbandoned:
                advance.Outbox.Dispose(); // no share leaves a run that ends
                advance.Next.Dispose();
                break;
            case Transition<TNext>.Advance advance:
                _link.Send(advance.Outbox);
                _owner.Progress(roundsDone, Rounds);
                if (advance.Next is DkgResult done)
                    _result = done;
                else
                    _state = advance.Next;
                TryAcknowledge();
                Advance();
                break;
            case Transition<TNext>.Abort abort:
                Blame(abort.Fault);
                break;
        }
    }

    private void TryAcknowledge()
    {
        if (_over || !_booked || _result is not { } result)
            return;
        _result = null;
        // The ACK is durable before any other party sees it.
        _order.Acknowledge(result, _link.Members.Signer, ack =>
        {
            if (_over)
                return;
            foreach (var peer in _dkg.Peers)
                _link.Send(MessageType.Ack, 0, peer, ack.Span);
        });
    }

    /// <summary>Tells all others through the session that the order is ACTIVE here.</summary>
    public void SendCertificate()
    {
        var certificate = OrderCertificates.Encode(_order.Certificate());
        foreach (var peer in _dkg.Peers)
            _link.Send(MessageType.Certificate, 0, peer, certificate);
    }

    /// <summary>Tells all others through the session that this node will never acknowledge.</summary>
    public void SendAbort()
    {
        if (_order.AbortSignature.IsEmpty)
            return;
        foreach (var peer in _dkg.Peers)
            _link.Send(MessageType.Abort, 0, peer, _order.AbortSignature.Span);
    }

    /// <summary>Whatever has become of the session meanwhile: the verdict was reached, and whoever cheats may well be the first to end it.</summary>
    private void Blame(ProtocolFault fault)
    {
        var session = new EvidenceSession(_link.Members, new EvidenceSubject.KeyGeneration(_order.Request.Signed, _dkg.Input));
        PeerFaults.Record(_rooms, fault, NidOf, _order.Request.BodyHash, default, session);
        if (!_over)
            _owner.Failed(fault.Culprits.Count > 0 ? fault.Culprits[0] : null, fault.ToString());
    }

    /// <summary>Once a session for each party and kind, however often it does the same.</summary>
    private void Accuse(PartyId from, RoundId round, FaultKind kind, ReadOnlySpan<byte> message)
    {
        if (_accused.Add((from, kind)))
            PeerFaults.Record(_rooms, NidOf(from), round, kind, from, message, _order.Request.BodyHash, default);
    }

    private NodeId NidOf(PartyId pid) => _dkg.Input.Parties.First(party => party.Pid == pid).Nid;

    private void DisposeInboxes()
    {
        foreach (var inbox in _inboxes)
            inbox.Dispose();
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _state?.Dispose();
        _result?.Dispose();
        (_state, _result) = (null, null);
        if (!_computing)
            DisposeInboxes(); // else once the work, which reads them, has run
    }
}

/// <summary>Whom a party's run reports to.</summary>
internal interface IDkgRunOwner
{
    /// <summary>The run cannot go on.</summary>
    /// <param name="culprit">The first party to blame; null when nobody can be.</param>
    void Failed(PartyId? culprit, string why);

    /// <summary>Booking messages (type 3), read by whichever side they are for.</summary>
    void Ready(PartyId from, ReadOnlySpan<byte> payload);

    /// <summary>That party has shown the certificate: it is ACTIVE there.</summary>
    void Confirmed(PartyId from);

    void Progress(int done, int total);
}
