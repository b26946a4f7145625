using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Rounds;

/// <summary>One message to one party, to be sealed and then disposed. The host keeps the sealed bytes for retransmission, never these (spec §4.6).</summary>
public sealed class OutgoingMessage(PartyId to, MessageType type, byte round, PayloadBuffer payload) : IDisposable
{
    public PartyId To { get; } = to;
    public MessageType Type { get; } = type;

    /// <summary>0 outside numbered rounds.</summary>
    public byte Round { get; } = round;

    public PayloadBuffer Payload { get; } = payload;

    public void Dispose() => Payload.Dispose();
}

/// <summary>What a transition sends: at most one message to each peer. Disposing wipes what was not sent.</summary>
public sealed class Outbox : IDisposable
{
    private readonly List<OutgoingMessage> _messages = [];

    public static Outbox Empty => new();

    public IReadOnlyList<OutgoingMessage> Messages => _messages;

    /// <summary>This outbox followed by a later one, which is taken over.</summary>
    internal Outbox With(Outbox later)
    {
        _messages.AddRange(later._messages);
        return this;
    }

    internal void Send(PartyId to, MessageType type, byte round, PayloadBuffer payload) => _messages.Add(new(to, type, round, payload));

    /// <summary>The same bytes to every peer, in a buffer each.</summary>
    internal void Broadcast(IEnumerable<PartyId> peers, MessageType type, byte round, ReadOnlySpan<byte> payload)
    {
        foreach (var peer in peers)
            Send(peer, type, round, new(payload));
    }

    public void Dispose()
    {
        foreach (var message in _messages)
            message.Dispose();
    }
}
