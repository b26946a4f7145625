using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Whom a member reports to.</summary>
internal interface IMemberOwner
{
    /// <summary>The session cannot go on.</summary>
    /// <param name="culprit">The first party to blame; null when nobody can be.</param>
    void Failed(PartyId? culprit, string why);

    /// <summary>Order and attempt are used up from here on, durably or on the way there.</summary>
    void Begun(MaintenanceOrder order);

    void Progress(int round);

    /// <summary>That member has shown that it is over for it: certificate, DONE.</summary>
    void Confirmed(PartyId from);
}

/// <summary>A member's side of a maintenance session, at the coordinator and at a participant alike: READY of all, begin, rounds, ACK of all, certificate, DONE (spec §10).</summary>
internal sealed class MaintenanceMember : IRoundsOwner, IDisposable
{
    /// <summary>Others may be ahead: READY is all that comes before the order has begun at everybody, and round 1 of those that were faster.</summary>
    private const int MaxEarly = 64;

    /// <summary>Blamed for an ACK that does not hold: once a session, however many come.</summary>
    private readonly HashSet<PartyId> _badAcks = [];

    private readonly Rooms _rooms;
    private readonly MaintenanceBook _book;
    private readonly MaintenanceCase _case;
    private readonly MaintenanceInput _input;
    private readonly OpenedKeys _keys;
    private readonly IReadOnlyList<ProvenAnchor> _anchors;
    private readonly ISessionLink _link;
    private readonly Func<StoreWrite>? _rememberId;
    private readonly IMemberOwner _owner;
    private readonly SortedDictionary<PartyId, IReadOnlyList<OwnAbort>> _ready = [];
    private readonly EarlyMessages _early = new(MaxEarly);
    private AbortCheck? _check;
    private MaintenanceOrder? _order;
    private MaintenanceRounds? _rounds;
    private RecoveryEnd? _recovery;
    private bool _over;

    /// <param name="keys">Owned from here on.</param>
    /// <param name="anchors">Proven, in key order, where START carried them; else empty.</param>
    /// <param name="rememberId">A participant's window of used session ids as it is when the order begins, durable with it: other sessions may have moved it since START. Null at the coordinator.</param>
    public MaintenanceMember(
        Rooms rooms, MaintenanceBook book, MaintenanceCase order, MaintenanceInput input, OpenedKeys keys, IReadOnlyList<ProvenAnchor> anchors,
        ISessionLink link, Func<StoreWrite>? rememberId, IMemberOwner owner)
    {
        (_rooms, _book, _case, _input, _keys) = (rooms, book, order, input, keys);
        (_anchors, _link, _rememberId, _owner) = (anchors, link, rememberId, owner);
        book.SessionBegan();
    }

    private MachineContext Context => _rooms.Context;

    private IEnumerable<PartyId> Others => _case.Terms.Members.Where(member => member.Nid != Context.Self).Select(member => member.Pid);

    /// <summary>Judged and settled here: tells all others, with the ABORTs they need.</summary>
    public void Begin()
    {
        var ready = ReadyMessage.Encode(_keys.Aborts);
        foreach (var pid in Others)
            _link.Send(MessageType.Ready, 0, pid, ready);
        CheckReady();
    }

    /// <summary>A message from another member; disposes what it does not keep.</summary>
    public void Received(OpenedMessage message)
    {
        if (_over || message.From == 0)
        {
            message.Dispose();
            return;
        }
        if (message.Type == MessageType.Round)
        {
            if (_rounds is { } rounds)
                rounds.Received(message);
            else
                _early.Keep(message);
            return;
        }
        using (message)
            OnOutsideRounds(new(message.From), message.Type, message.Payload.Span);
    }

    private void OnOutsideRounds(PartyId from, MessageType type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case MessageType.Ready when !_ready.ContainsKey(from) && _check is null:
                OnReady(from, payload);
                break;
            case MessageType.Ack:
                if (_order?.AddAck(from, payload.ToArray()) == false && _badAcks.Add(from))
                    PeerFaults.Record(_rooms, _case.NidOf(from)!.Value, new(_case.Terms.Protocol, type, 0), FaultKind.BadAcknowledgement, from, payload, _case.Order.BodyHash, default);
                break;
            case MessageType.Certificate:
                if (OrderCertificates.TryDecode(payload, out var certificate) && _order?.AddCertificate(certificate) == true && !_case.GetsShare(_case.NidOf(from)!.Value))
                    _owner.Confirmed(from); // a dealer that leaves has no DONE to say
                break;
            case MessageType.Done:
                _order?.Dones.Add(from, payload.ToArray());
                _owner.Confirmed(from);
                break;
            case MessageType.Abort:
                if (_order is { Phase: MaintenancePhase.Beginning or MaintenancePhase.Begun })
                    _owner.Failed(null, $"node {Context.NameOf(_case.NidOf(from)!.Value)} gave up");
                break;
            default:
                break; // a type that means nothing at this point
        }
    }

    private void OnReady(PartyId from, ReadOnlySpan<byte> payload)
    {
        if (!ReadyMessage.TryDecode(payload, out var aborts))
        {
            _owner.Failed(from, $"party {from} sent a malformed READY");
            return;
        }
        _ready.Add(from, aborts);
        CheckReady();
    }

    private void CheckReady()
    {
        if (_over || _check is not null || Others.Any(pid => !_ready.ContainsKey(pid)))
            return;
        _check = new(_rooms, _book, _case, _keys.Aborts, _ready, BeginOrder, why =>
        {
            if (!_over)
                _owner.Failed(null, why);
        });
        _check.Begin();
    }

    /// <summary>Everybody has judged: order and attempt become durable, and then round 1 leaves.</summary>
    private void BeginOrder()
    {
        if (_over)
            return;
        var order = _order = _book.Begin(_case);
        order.HasSession = true;
        order.WhenStill(OnStill); // before the owner: what the others have to hear leaves before it ends the session
        _owner.Begun(order);
        var batch = new Batch();
        if (_rememberId is { } window)
            batch.Write(window());
        order.Begin(batch, () =>
        {
            if (!_over && !order.IsAbandoned)
                BeginRounds();
        });
    }

    private void BeginRounds()
    {
        var (records, shares, setup, members) = (_keys.Records, _keys.TakeShares(), Context.Setup, _link.Members);
        _rounds = new(Context, () => new(_input, setup.Nid, records, shares, members.Signer, members.Identities, setup.Random), this);
        _rounds.Begin(shares);
        _early.HandOn(_rounds.Received);
    }

    public bool MayLeave => !_over && _order is { IsAbandoned: false };

    public void Leave(Outbox outbox) => _link.Send(outbox);

    public void Progress(int round) => _owner.Progress(round);

    public void Computed(MaintenanceResult result)
    {
        if (_case.IsRecovery)
        {
            OnRecovered(result);
            return;
        }
        using (result)
            if (IsAnchored(result))
                Acknowledge(result);
    }

    /// <summary>Whoever learned the records from the dealers has now what it needs to hold them against the keys' creation (spec §10.2): t dealers alone do not decide what the key is.</summary>
    private bool IsAnchored(MaintenanceResult result)
    {
        if (AnchorChecking.FindOther(_anchors, result.Records) is not { } other)
            return true;
        _owner.Failed(null, $"the order starts from a record of key {other} with another public key or chain code than its creation made");
        return false;
    }

    /// <summary>The ACK is durable before any other member sees it.</summary>
    private void Acknowledge(MaintenanceResult result)
    {
        var rows = NewRows.Pending(_case, result, _keys, _anchors, Context);
        _order!.Acknowledge(result.T2, result.RecordsRoot, rows, result.Shares, _anchors, () => result.SignAck(_link.Members.Signer), ack =>
        {
            if (_over)
                return;
            foreach (var pid in Others)
                _link.Send(MessageType.Ack, 0, pid, ack.Span);
        });
    }

    /// <summary>A helper has sent all it has and waits for DONE; the recovered node makes its rows durable first, with certificates.</summary>
    private void OnRecovered(MaintenanceResult result)
    {
        if (!_case.GetsShare(Context.Self) || !IsAnchored(result))
        {
            result.Dispose();
            _order!.HasSentAll = !_case.GetsShare(Context.Self);
            return;
        }
        _recovery = new(Context, _case, result, _anchors, (rows, shares) => _order!.Ends.CompleteRecovery(rows, shares, _anchors), why => _owner.Failed(null, why));
        _recovery.Begin();
    }

    public void Broken(ProtocolFault fault, IReadOnlyList<KeyRecord>? records)
    {
        // A newcomer that round 1 brought no good record has nothing that its evidence could be judged by.
        var session = records is null ? null : new EvidenceSession(_link.Members, new EvidenceSubject.Maintenance(_case.Order.Signed, _input, records));
        PeerFaults.Record(_rooms, fault, pid => _case.NidOf(pid)!.Value, _case.Order.BodyHash, default, session);
        if (!_over)
            _owner.Failed(fault.Culprits.Count > 0 ? fault.Culprits[0] : null, fault.ToString());
    }

    public void Short(string why) => _owner.Failed(null, $"node {Context.NameOf(Context.Self)} is short of locked memory: {why}");

    /// <summary>The order stands in another phase: the others hear what they have to.</summary>
    private void OnStill()
    {
        if (_over || _order is not { } order)
            return;
        switch (order.Phase)
        {
            case MaintenancePhase.Active:
                _keys.Dispose(); // the next operation on the keys may begin
                Send(MessageType.Certificate, OrderCertificates.Encode(order.Certificate!));
                SayDone(order);
                break;
            case MaintenancePhase.Done when _case.IsRecovery:
                SayDone(order);
                break;
            case MaintenancePhase.Aborted:
                Send(MessageType.Abort, order.OwnAbort);
                break;
            default:
                break;
        }
        if (!order.IsOver)
            order.WhenStill(OnStill);
    }

    private void SayDone(MaintenanceOrder order)
    {
        if (!order.OwnDone.IsEmpty)
            Send(MessageType.Done, order.OwnDone);
    }

    private void Send(MessageType type, ReadOnlyMemory<byte> payload)
    {
        foreach (var pid in Others)
            _link.Send(type, 0, pid, payload.Span);
    }

    /// <summary>The session is over. An order that has begun goes on, or ends, by itself.</summary>
    public void SessionEnded(string why)
    {
        Dispose();
        _order?.SessionEnded(why);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _check?.Dispose();
        _rounds?.Dispose();
        _recovery?.Dispose();
        _early.Dispose();
        _keys.Dispose();
        _book.SessionEnded();
    }
}
