using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Pools;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>What a suite makes of one attempt: one question to all co-signers, one answer of each, a verified signature. It sends nothing itself.</summary>
internal interface ISigningRound : IDisposable
{
    MessageType Question { get; }

    MessageType Answer { get; }

    /// <summary>Whom the material of one ticket was made with; together all co-signers.</summary>
    IReadOnlyList<IReadOnlyList<KeyParty>> Groups { get; }

    /// <summary>Makes this node's own part ready.</summary>
    void Prepare(Action ready, Action<SealTrouble> unavailable);

    /// <summary>Gives the material of one group; the ticket stays the caller's.</summary>
    void Supply(Ticket ticket);

    bool IsReady { get; }

    /// <summary>Spends the material, writes the question and makes this node's own answer to it.</summary>
    /// <param name="fault">Whose material does not do; null where there is no question for nobody's fault.</param>
    RoundQuestion? Ask(out ProtocolFault? fault);

    /// <summary>This node's own answer counts: R is in the log.</summary>
    void AddOwn();

    /// <summary>Offers a co-signer's answer.</summary>
    InboxVerdict Add(PartyId from, ReadOnlySpan<byte> answer);

    /// <summary>Who has not answered.</summary>
    IReadOnlyList<PartyId> Missing { get; }

    /// <summary>All answers are there: the verified signature, or whose fault it is that there is none.</summary>
    ReadOnlyMemory<byte>? Finish(out ProtocolFault? fault);
}

/// <param name="Bytes">The same for every co-signer.</param>
/// <param name="Commitment">What identifies the final signature: into the log before this node's own answer counts.</param>
internal sealed record RoundQuestion(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Commitment);
