using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>What a cheater knows of its sessions: all that it was told and all that its own machine would have said.</summary>
public sealed class Heard(NodeId self)
{
    private readonly Dictionary<(SessionId, byte Round, NodeId From), ReadOnlyMemory<byte>> _rounds = [];

    public void Note(SentMessage message)
    {
        if (message.Type == MessageType.Round && (message.Recipient == self || message.Sender.Nid == self))
            _rounds[(message.Session.Terms.Session, message.Round, message.Sender.Nid)] = message.Payload;
    }

    public bool TryFind(SessionId session, byte round, NodeId from, out ReadOnlyMemory<byte> message) => _rounds.TryGetValue((session, round, from), out message);

    /// <summary>Round 1 of every signed protocol begins with ctx: the cheater's own, or, where it only receives, a dealer's.</summary>
    public Digest32? ContextOf(SessionId session) => First(session, 1, self)
        ?? _rounds.Keys.Where(key => key.Item1 == session && key.Round == 1).Select(key => First(session, 1, key.From)).FirstOrDefault();

    /// <summary>Round 2 begins with T1.</summary>
    public Digest32? T1Of(SessionId session, NodeId from) => First(session, 2, from);

    private Digest32? First(SessionId session, byte round, NodeId from) =>
        _rounds.TryGetValue((session, round, from), out var message) && message.Length >= Digest32.Size ? new Digest32(message.Span[..Digest32.Size]) : null;
}
