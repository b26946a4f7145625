using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Boundary;

/// <summary>What travels on a session stream between the initiator and one participant (wire document: sessions).</summary>
public abstract record SessionFrame
{
    private SessionFrame() { }

    /// <summary>Initiator → participant, first: its signed join (encoding of spec §4.10 ‖ signature 64), who takes part, its clock and what it has in force.</summary>
    /// <param name="InitiatorJoin">join_i ‖ signature.</param>
    /// <param name="Participants">All participants, ascending by pid; the initiator among them unless it only relays. The pids are needed to open the first
    /// envelope; the participant compares the list with the order or key record that START names before it does anything else.</param>
    public sealed record Open(ReadOnlyMemory<byte> InitiatorJoin, IReadOnlyList<(PartyId Pid, NodeId Nid)> Participants, DateTimeOffset Clock, Digest32 Roster, Digest32 Policy) : SessionFrame
    {
        /// <summary>A key has at most 16 parties; a reshare may have as many new ones beside the old.</summary>
        public const int MaxParticipants = 2 * KeyLimits.MaxParties;
    }

    /// <summary>Participant → initiator: its own signed join.</summary>
    public sealed record Join(ReadOnlyMemory<byte> Bytes) : SessionFrame;

    /// <summary>Initiator → participant: everybody's signed joins, ascending by nid.</summary>
    public sealed record Joins(IReadOnlyList<ReadOnlyMemory<byte>> All) : SessionFrame;

    /// <summary>A sealed envelope (header ‖ ciphertext ‖ tag). The initiator forwards those that are not for it.</summary>
    public sealed record Envelope(ReadOnlyMemory<byte> Bytes) : SessionFrame
    {
        /// <summary>That of START, the longest message.</summary>
        public const int MaxBytes = SessionChannel.MaxEnvelope;
    }

    /// <summary>Either side gives up, with the reason that its counterpart is entitled to see.</summary>
    public sealed record Refuse(ServiceError Error) : SessionFrame;
}
