using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Pairs;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Sessions;

/// <summary>Reads a START, authenticates the request in it where there is one, and makes the participant for its protocol.</summary>
internal sealed class ParticipantRoom : IParticipantRoom
{
    private Rooms? _rooms;
    private OrderBook? _orders;

    /// <summary>Once, when the machine is put together: rooms and sessions need each other.</summary>
    public void Furnish(Rooms rooms, OrderBook orders) => (_rooms, _orders) = (rooms, orders);

    public IParticipant? Accept(ParticipantSession session, ReadOnlySpan<byte> start)
    {
        switch (session.Terms.Protocol)
        {
            case ProtocolKind.Frost:
                return AcceptNonces(session, start);
            case ProtocolKind.Dkg:
                return AcceptCreation(session, start);
            case ProtocolKind.Presign:
                return AcceptPresign(session, start);
            case ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery:
                return AcceptMaintenance(session, start);
            case ProtocolKind.PairSetup:
                break; // has no START
        }
        session.Refuse(new(Reason.VersionMismatch, $"This release does not run {session.Terms.Protocol} sessions that begin with START.", "Update the node."));
        return null;
    }

    public IParticipant AcceptPairSetup(ParticipantSession session)
    {
        session.ExpectWithin(_rooms!.Context.Settings.Pairs.Deadline);
        var answerer = new PairAnswerer(_rooms, session);
        answerer.Begin();
        return answerer;
    }

    private NonceParticipant? AcceptNonces(ParticipantSession session, ReadOnlySpan<byte> bytes)
    {
        var rooms = _rooms!;
        if (!NonceStart.TryDecode(bytes, out var start))
        {
            session.Refuse(Refusals.Protocol("START is malformed."));
            return null;
        }
        session.ExpectWithin(rooms.Context.Settings.SigningAttempt);
        var participant = new NonceParticipant(rooms, session, start, InitiatorPid(session));
        participant.Begin();
        return participant;
    }

    private PresignParticipant? AcceptPresign(ParticipantSession session, ReadOnlySpan<byte> bytes)
    {
        var rooms = _rooms!;
        if (!PresignStart.TryDecode(bytes, out var start))
        {
            session.Refuse(Refusals.Protocol("START is malformed."));
            return null;
        }
        session.ExpectWithin(rooms.Context.Settings.Pools.PresignDeadline);
        var participant = new PresignParticipant(rooms, session, start, InitiatorPid(session));
        participant.Begin();
        return participant;
    }

    private DkgParticipant? AcceptCreation(ParticipantSession session, ReadOnlySpan<byte> bytes)
    {
        var rooms = _rooms!;
        if (!CreationStart.TryDecode(bytes, out var start))
        {
            session.Refuse(Refusals.Protocol("START is malformed."));
            return null;
        }
        if (!rooms.Gate.TryAuthenticate(start.Order, Door.Peer, rooms.Context.Now.Wall, out var request, out var error)
            || !CreationCase.TryJudge(rooms.Context, request, out var creation, out error))
        {
            session.Refuse(error);
            return null;
        }
        if (DkgParticipant.Compare(rooms.Context, session, creation, start.Inputs.Span, out var input) is { } difference)
        {
            session.Refuse(difference);
            return null;
        }
        var settings = rooms.Context.Settings;
        session.ExpectWithin(settings.CreationDeadline + creation.Action.Count * settings.CreationPerKey + settings.ActivationGrace);
        var participant = new DkgParticipant(rooms, _orders!, session, creation, input!);
        participant.Begin();
        return participant;
    }

    private MaintenanceParticipant? AcceptMaintenance(ParticipantSession session, ReadOnlySpan<byte> bytes)
    {
        var rooms = _rooms!;
        if (MaintenanceParticipant.TryMake(rooms, rooms.Maintenance, session, bytes, out var error) is not { } participant)
        {
            session.Refuse(error!);
            return null;
        }
        var settings = rooms.Context.Settings.Maintenance;
        session.ExpectWithin(settings.Deadline + participant.Count * settings.PerKey + settings.ActivationGrace);
        participant.Begin();
        return participant;
    }

    private static PartyId InitiatorPid(ParticipantSession session) => session.Parties.First(party => party.Nid == session.Initiator).Pid;
}
