using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>One end of a session whose stream has ended and whose keys live on with the material that was made in it (spec §4.10).</summary>
/// <remarks>Its envelopes travel in calls that overtake each other: one that comes early waits for the lower number (spec §4.2), and its call with it.</remarks>
internal sealed class MaterialChannel(SessionChannel channel) : IDisposable
{
    private readonly Dictionary<ushort, SortedDictionary<uint, Expected>> _waiting = [];
    private bool _disposed;

    private sealed record Expected(Action<OpenedMessage> Opened, Action Dropped);

    public SessionId Session => channel.Terms.Session;

    public byte[] Seal(MessageType type, PartyId to, ReadOnlySpan<byte> payload) => channel.Seal(type, 0, to.Value, payload);

    /// <summary>Opens an envelope of <paramref name="from"/>, now or once the lower ones have come.</summary>
    /// <param name="opened">Takes the message over.</param>
    /// <param name="dropped">The channel ended while the envelope waited.</param>
    /// <returns>Null, or why the envelope was dropped; then neither is called and nothing has changed.</returns>
    public DropReason? Open(PartyId from, ReadOnlySpan<byte> envelope, Action<OpenedMessage> opened, Action dropped)
    {
        if (!EnvelopeHeader.TryRead(envelope, out var header))
            return DropReason.BadHeader;
        if (header.From != from.Value)
            return DropReason.NotOurs;
        switch (channel.Open(envelope))
        {
            case Opening.Dropped drop:
                return drop.Reason;
            case Opening.Waiting:
                WaitingOf(header.From).Add(header.Sequence, new(opened, dropped));
                return null;
            case Opening.Opened all:
                Deliver(header.From, all.Messages, opened);
                return null;
            default:
                throw new InvalidOperationException("an opening of no known kind");
        }
    }

    /// <summary>The first message is the envelope's own; those behind it waited, in the order of their numbers.</summary>
    private void Deliver(ushort from, IReadOnlyList<OpenedMessage> messages, Action<OpenedMessage> first)
    {
        List<Action<OpenedMessage>> receivers = [first];
        var waiting = WaitingOf(from);
        for (var i = 1; i < messages.Count; i++)
        {
            var (sequence, expected) = waiting.First();
            waiting.Remove(sequence);
            receivers.Add(expected.Opened);
        }
        for (var i = 0; i < messages.Count; i++)
            receivers[i](messages[i]);
    }

    private SortedDictionary<uint, Expected> WaitingOf(ushort from)
    {
        if (!_waiting.TryGetValue(from, out var waiting))
            _waiting.Add(from, waiting = []);
        return waiting;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        channel.Dispose();
        foreach (var expected in _waiting.Values.SelectMany(waiting => waiting.Values).ToArray())
            expected.Dropped();
        _waiting.Clear();
    }
}
