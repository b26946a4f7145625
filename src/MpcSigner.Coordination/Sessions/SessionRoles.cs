using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Sessions;

/// <summary>A party's way to the others, the same at the initiator and at a participant.</summary>
internal interface ISessionLink
{
    SessionTerms Terms { get; }

    /// <summary>The cluster as all participants saw it when the session opened: whoever signs or verifies in it does so under this one, whatever is adopted meanwhile.</summary>
    Membership Members { get; }

    /// <summary>Seals and sends. Nothing happens before all have joined and once the session has ended.</summary>
    void Send(MessageType type, byte round, PartyId to, ReadOnlySpan<byte> payload);

    /// <summary>Seals, sends and wipes what a transition sends.</summary>
    void Send(Outbox outbox);
}

/// <summary>What runs on a session at its initiator.</summary>
internal interface ISessionOwner
{
    /// <summary>All have joined: START may be sent, in the same burst.</summary>
    void Opened();

    /// <summary>A message from a participant, opened; the receiver disposes it.</summary>
    void Received(OpenedMessage message);

    /// <summary>A participant gives up and says why.</summary>
    void Refused(NodeId participant, ServiceError error);

    /// <summary>A participant cannot be reached any more, or does not speak the protocol.</summary>
    void Lost(NodeId participant, string why);
}

/// <summary>What runs on a session at a participant, from START on.</summary>
internal interface IParticipant : IDisposable
{
    /// <summary>A message from another party, opened; the receiver disposes it.</summary>
    void Received(OpenedMessage message);

    /// <summary>The session is over and it was not this participant that ended it.</summary>
    void Ended(string why);
}

/// <summary>Makes the participant that a START asks for.</summary>
internal interface IParticipantRoom
{
    /// <summary>Null when it has refused. The session is disposed by its table, never by the participant.</summary>
    IParticipant? Accept(ParticipantSession session, ReadOnlySpan<byte> start);

    /// <summary>The same for a pair setup, which begins without START; it may have refused the session.</summary>
    IParticipant AcceptPairSetup(ParticipantSession session);
}
