using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>A member of a maintenance session that another node coordinates: reads the order itself, compares, and takes part only in what follows from it.</summary>
internal sealed class MaintenanceParticipant(
    Rooms rooms, MaintenanceBook book, ParticipantSession session, MaintenanceCase order, MaintenanceInput input, IReadOnlyList<KeyAnchor> shown)
    : IParticipant, IMemberOwner
{
    /// <summary>Others may be faster than our reads: READY and round 1 of each.</summary>
    private const int MaxEarly = 64;

    private readonly EarlyMessages _early = new(MaxEarly);
    private IReadOnlyList<ProvenAnchor> _anchors = [];
    private KeyOpening? _opening;
    private MaintenanceMember? _member;
    private MaintenanceOrder? _order;
    private bool _over;

    /// <summary>Reads START; null with the refusal when it does not follow from an order that this node accepts.</summary>
    public static MaintenanceParticipant? TryMake(Rooms rooms, MaintenanceBook book, ParticipantSession session, ReadOnlySpan<byte> bytes, out ServiceError? error)
    {
        if (!MaintenanceStart.TryDecode(bytes, out var start))
        {
            error = Refusals.Protocol("START is malformed.");
            return null;
        }
        var context = rooms.Context;
        if (!rooms.Orders.TryAuthenticate(start.Order, Door.Peer, context.Now.Wall, out var authenticated, out error)
            || !MaintenanceCase.TryCreate(context, authenticated, begins: true, out var order, out error))
            return null;
        if (Compare(context, session, order, start, out var input, out var shown) is { } difference)
        {
            error = difference;
            return null;
        }
        error = book.LiveSessions >= context.Settings.Maintenance.MaxSessions ? Refusals.Overloaded("sessions of maintenance") : null;
        return error is null ? new(rooms, book, session, order, input!, shown) : null;
    }

    /// <summary>What the session and its START say against what follows from the order; null when they are one.</summary>
    private static ServiceError? Compare(
        MachineContext context, ParticipantSession session, MaintenanceCase order, MaintenanceStart start, out MaintenanceInput? input, out IReadOnlyList<KeyAnchor> shown)
    {
        shown = [];
        var terms = order.Terms;
        if (!MaintenanceInput.TryDecode(terms, start.Inputs.Span, out input) || input.Initiator != session.Initiator || input.Session != session.Terms.Session
            || session.Terms.Subject != order.Hash || session.Terms.Protocol != terms.Protocol || session.Terms.Suite != terms.Suite
            || !session.Parties.SequenceEqual(terms.Members) || order.MemberPid(context.Self) is null)
            return Refusals.Protocol("The session does not follow from the order.");
        if (!order.CarriesAnchors)
            return start.Anchors.IsEmpty ? null : Refusals.Protocol("START carries more than a refresh has.");
        if (!start.TryReadAnchors(terms.Suite, order.Count, out var anchors))
            return Refusals.Protocol("START does not say what the keys are known by.");
        shown = anchors;
        return null;
    }

    /// <summary>N.</summary>
    public int Count => order.Count;

    /// <summary>Nothing is begun, nor said, before the anchors hold: up to 16 signatures a creation, so off the machine's thread.</summary>
    public void Begin()
    {
        if (shown.Count == 0)
        {
            Open();
            return;
        }
        var work = new AnchorChecking(rooms.Context, order.Terms.Suite, order.Terms.Keys, shown);
        rooms.Context.Compute(work, () =>
        {
            if (_over)
                return;
            if (work.Proven is { } proven)
            {
                _anchors = proven;
                Open();
            }
            else
                Blame(work.Fault);
        });
    }

    private void Open()
    {
        _opening = new(rooms, book, order, withAnchors: false, OnOpened, Refuse);
        _opening.Begin();
    }

    public void Received(OpenedMessage message)
    {
        if (_member is { } member)
            member.Received(message);
        else
            _early.Keep(message);
    }

    public void Ended(string why)
    {
        _member?.SessionEnded(why);
        Dispose();
    }

    public void Failed(PartyId? culprit, string why)
    {
        if (_order is { } begun)
            begun.Abandon(why);
        else
            Refuse(new(Reason.NotReady, $"The session came to nothing: {why}.", "Try again."));
    }

    public void Begun(MaintenanceOrder begun)
    {
        _order = begun;
        begun.WhenStill(OnStill);
    }

    public void Progress(int round)
    {
    }

    public void Confirmed(PartyId from)
    {
    }

    private void OnOpened(OpenedKeys keys)
    {
        // Both are of the id: whoever holds the key knows better than to believe an anchor of another.
        if (AnchorChecking.FindOther(_anchors, keys.Rows.Select(row => row?.Record)) is { } other)
        {
            keys.Dispose();
            Blame($"key {other} has another public key than its creation made");
            return;
        }
        _member = new(rooms, book, order, input, keys, _anchors, session, session.RememberId, this);
        _member.Begin();
        _early.HandOn(_member.Received);
    }

    /// <summary>No honest coordinator shows an anchor that does not hold: it has checked its own.</summary>
    private void Blame(string fault)
    {
        PeerFaults.Record(rooms, session.Initiator, $"starts an order with an anchor that does not hold: {fault}", order.Order.BodyHash);
        Refuse(Refusals.Protocol($"START shows an anchor that does not hold: {fault}."));
    }

    private void OnStill()
    {
        if (_over)
            return;
        if (_order!.Phase == MaintenancePhase.Aborted)
            Refuse(new(Reason.NotReady, $"Node {rooms.Context.NameOf(rooms.Context.Self)} gave the attempt up: {_order.Why}.", "Order the next attempt."));
        else
            _order.WhenStill(OnStill);
    }

    private void Refuse(ServiceError error)
    {
        if (!_over)
            session.Refuse(error);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _opening?.Dispose();
        _member?.Dispose();
        _early.Dispose();
    }
}
