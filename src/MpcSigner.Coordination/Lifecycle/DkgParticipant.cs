using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Bookings;
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

/// <summary>A party of a creation that another node coordinates: judges the order itself, makes it durable, runs the protocol.</summary>
internal sealed class DkgParticipant(Rooms rooms, OrderBook orders, ParticipantSession session, CreationCase creation, DkgInput input) : IParticipant, IDkgRunOwner
{
    /// <summary>Other parties may be faster than our reads: two messages of each of 15.</summary>
    private const int MaxEarly = 32;

    private readonly MachineContext _context = rooms.Context;
    private readonly EarlyMessages _early = new(MaxEarly);
    private readonly PartyId _initiator = input.PidOf(session.Initiator)!.Value;
    private Order? _order;
    private DkgRun? _party;
    private RequestEntry? _entry;
    private bool _over;

    /// <summary>What the START says against what follows from the order; null when they are one.</summary>
    public static ServiceError? Compare(MachineContext context, ParticipantSession session, CreationCase creation, ReadOnlySpan<byte> inputs, out DkgInput? input)
    {
        var action = creation.Action;
        if (!DkgInput.TryCreate(action.Suite, creation.Order, action.Count, action.Threshold, action.Parties, session.Initiator, session.Terms.Session, out input, out var fault))
            return Refusals.Protocol($"The order's parameters are not in order ({fault}).");
        if (session.Terms.Subject != creation.Order || session.Terms.Suite != action.Suite || !session.Parties.SequenceEqual(action.Parties)
            || !inputs.SequenceEqual(input.Encode()) || input.PidOf(session.Initiator) is null || input.PidOf(context.Self) is null)
            return Refusals.Protocol("The session does not follow from the order.");
        return null;
    }

    public void Begin() => rooms.Ledger.Claim(creation.Request, OnClaimed, Refuse);

    public void Received(OpenedMessage message)
    {
        if (_over || _party is not { } party)
            _early.Keep(message);
        else
            party.Received(message);
    }

    public void Ended(string why)
    {
        _order?.SessionEnded(why);
        Dispose();
    }

    public void Failed(PartyId? culprit, string why) => _order!.Abandon(why);

    public void Ready(PartyId from, ReadOnlySpan<byte> payload)
    {
        if (from != _initiator)
            return;
        if (CreationBookings.TryDecode(payload, out var acks) && BookingAcks.AreQuorum(_context, creation.Request, acks))
            _party!.BookingProven();
        else
            _order!.Abandon("the initiator did not prove that the order is booked");
    }

    public void Confirmed(PartyId from)
    {
    }

    public void Progress(int done, int total)
    {
    }

    private void OnClaimed(RequestEntry entry)
    {
        if (_over)
        {
            rooms.Ledger.Release(entry);
            return;
        }
        _entry = entry;
        orders.TryOpen(creation.Request, OnOpened, Refuse);
    }

    private void OnOpened(Order order)
    {
        if (_over)
        {
            order.Forget(); // the session ended while the store was read: nothing was begun
            return;
        }
        var entry = _entry!;
        _entry = null; // the order's from here on
        _order = order;
        order.HasSession = true;
        order.Watch(OnEnded);
        _party = new(rooms, order, new(input, _context.Self, session.Members.Signer, session.Members.Identities, _context.Setup.Random), session, this);
        var batch = new Batch()
            .Write(session.RememberId())
            .Log(AuditKind.RequestReceived, creation.Request.BodyHash, default, Journal.Text(creation.Request.Client.Name))
            .Log(AuditKind.Allowed, creation.Request.BodyHash, default, Journal.Text(creation.Rule))
            .Log(AuditKind.Booked, creation.Request.BodyHash, default, creation.Request.Scope.ToArray());
        order.Begin(entry, batch, OnBegun);
        _early.HandOn(_party.Received);
    }

    private void OnBegun()
    {
        if (_over)
            return;
        session.Send(MessageType.Ready, 0, _initiator, BookingAcks.Own(_context, creation.Request).Signature.Span);
        _party!.Begin();
    }

    private void OnEnded(Order order)
    {
        if (_over)
            return;
        if (order.Phase == OrderPhase.Active)
        {
            _party!.SendCertificate();
            return; // the session stays: others may still need us to be there
        }
        _party!.SendAbort();
        session.Refuse(order.Failure!);
    }

    private void Refuse(ServiceError error)
    {
        if (_over)
            return;
        session.Refuse(error);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _early.Dispose();
        _party?.Dispose();
        if (_entry is { } entry)
            rooms.Ledger.Release(entry);
        _entry = null;
    }
}
