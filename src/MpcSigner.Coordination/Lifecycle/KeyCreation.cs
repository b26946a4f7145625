using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>A creation at its coordinator, which is also a party: opens the session, relays, proves the booking to all, answers the client when the keys are ACTIVE.</summary>
/// <remarks>The session's life only; whether the order is known already is decided before (<see cref="CreationFlow"/>).</remarks>
internal sealed class KeyCreation : ISessionOwner, IDkgRunOwner, IDisposable
{
    private readonly Rooms _rooms;
    private readonly CreationCase _creation;
    private readonly Order _order;
    private readonly ICreationOwner _owner;
    private readonly BookingQuorum _bookings;
    private readonly InitiatorSession _session;
    private readonly DkgRun _party;
    private readonly DkgInput _input;
    private readonly HashSet<NodeId> _confirmed = [];
    private RequestEntry? _entry;
    private bool _opened;
    private bool _durable;
    private bool _proven;
    private bool _over;

    public KeyCreation(Rooms rooms, CreationCase creation, Order order, ICreationOwner owner)
    {
        _rooms = rooms;
        _creation = creation;
        _order = order;
        _owner = owner;
        _bookings = new(rooms, creation.Request, OnBookingsChanged, static _ => { });
        var action = creation.Action;
        _session = rooms.Sessions.Open(this, ProtocolKind.Dkg, action.Suite, creation.Order, action.Parties);
        if (!DkgInput.TryCreate(action.Suite, creation.Order, action.Count, action.Threshold, action.Parties, rooms.Context.Self, _session.Terms.Session, out var input, out var fault))
            throw new InvalidOperationException($"an allowed order has parameters that are not in order: {fault}");
        _input = input;
        _party = new(rooms, order, new(input, rooms.Context.Self, _session.Members.Signer, _session.Members.Identities, rooms.Context.Setup.Random), _session, this);
    }

    private MachineContext Context => _rooms.Context;

    private IEnumerable<NodeId> Others => _creation.Action.Parties.Select(party => party.Nid).Where(nid => nid != Context.Self);

    /// <summary>All others have shown the certificate.</summary>
    public bool IsConfirmed => Others.All(_confirmed.Contains);

    /// <summary>Opens the session. Nothing is begun, and nothing durable, before every party has joined.</summary>
    /// <param name="entry">The claim on the request: the order's once it begins.</param>
    public void Begin(RequestEntry entry)
    {
        _entry = entry;
        _session.Open();
    }

    public void Opened()
    {
        _opened = true;
        _order.HasSession = true;
        _owner.Begun();
        var request = _creation.Request;
        var batch = new Batch()
            .Log(AuditKind.RequestReceived, request.BodyHash, default, Journal.Text(request.Client.Name))
            .Log(AuditKind.Allowed, request.BodyHash, default, Journal.Text(_creation.Rule))
            .Log(AuditKind.Booked, request.BodyHash, default, request.Scope.ToArray());
        _order.Begin(_entry!, batch, () =>
        {
            _durable = true;
            _bookings.AddOwn();
            OnBookingsChanged();
            if (!_over)
                _party.Begin();
        });
        var start = new CreationStart(_input.Encode(), request.Signed).Encode();
        foreach (var (pid, nid) in _creation.Action.Parties)
        {
            if (nid != Context.Self)
                _session.Send(MessageType.Start, 0, pid, start);
        }
        _owner.Progress("joined", 1, 5);
        _bookings.Ask(Others);
        OnBookingsChanged();
    }

    public void Received(OpenedMessage message) => _party.Received(message);

    public void Refused(NodeId participant, ServiceError error) =>
        OnOut(new(participant, Context.NameOf(participant), error.Reason, error.Message), $"node {Context.NameOf(participant)} refused: {error.Message}");

    public void Lost(NodeId participant, string why) =>
        OnOut(new(participant, Context.NameOf(participant), Reason.TooFewNodes, why), $"node {Context.NameOf(participant)} was lost: {why}");

    private void OnOut(NodeReason reason, string why)
    {
        _owner.NodeFailed(reason);
        if (_opened)
            _order.Abandon(why);
        else
            _owner.NeverBegan(why);
    }

    public void Failed(PartyId? culprit, string why)
    {
        if (culprit is { } pid && _creation.Action.Parties.First(party => party.Pid == pid).Nid is var nid)
            _owner.NodeFailed(new(nid, Context.NameOf(nid), Reason.PeerFault, why));
        _order.Abandon(why);
    }

    public void Ready(PartyId from, ReadOnlySpan<byte> payload)
    {
        var nid = _creation.Action.Parties.First(party => party.Pid == from).Nid;
        if (_bookings.TryAdd(new(nid, payload.ToArray())))
            OnBookingsChanged();
        else
            Failed(from, $"node {Context.NameOf(nid)} did not sign its booking as it must");
    }

    public void Confirmed(PartyId from)
    {
        _confirmed.Add(_creation.Action.Parties.First(party => party.Pid == from).Nid);
        if (IsConfirmed)
            _owner.AllConfirmed();
    }

    public void Progress(int done, int total) => _owner.Progress(done < total ? $"round {done + 1}" : "acknowledging", 1 + done, total + 2);

    /// <summary>ACTIVE here: the others are shown the certificate.</summary>
    public void Announce() => _party.SendCertificate();

    /// <summary>Ends the session at everybody; a party that is not ACTIVE yet is PENDING and asks.</summary>
    public void End(ServiceError? told)
    {
        if (_over)
            return;
        if (_order.Phase == OrderPhase.Aborted)
            _party.SendAbort();
        _session.End(told);
        if (_opened)
            _order.SessionEnded("the session ended");
        Dispose();
    }

    private void OnBookingsChanged()
    {
        if (_over || _proven)
            return;
        if (_bookings.IsReached && _durable)
        {
            _proven = true;
            var proof = CreationBookings.Encode(_bookings.Acks);
            foreach (var (pid, nid) in _creation.Action.Parties)
            {
                if (nid != Context.Self)
                    _session.Send(MessageType.Ready, 0, pid, proof);
            }
            _party.BookingProven();
        }
        else if (_bookings.IsOutOfReach)
        {
            foreach (var reason in _bookings.Reasons)
                _owner.NodeFailed(reason);
            _order.Abandon($"too few nodes can book the request; {Context.Roster.BookingQuorum} must");
        }
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _session.Dispose();
        _party.Dispose();
    }
}

/// <summary>Whom a creation's session reports to.</summary>
internal interface ICreationOwner
{
    /// <summary>Every party has joined: the claim on the request is the order's now.</summary>
    void Begun();

    /// <summary>Some party did not join: nothing was begun, and the same request may be sent again.</summary>
    void NeverBegan(string why);

    void Progress(string stage, int done, int total);

    void NodeFailed(NodeReason reason);

    /// <summary>Every other party has shown the certificate.</summary>
    void AllConfirmed();
}
