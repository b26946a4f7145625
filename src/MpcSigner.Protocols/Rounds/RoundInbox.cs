using System.Security.Cryptography;
using MpcSigner.Core.Identities;

namespace MpcSigner.Protocols.Rounds;

/// <summary>What became of a message that came for a round.</summary>
public enum InboxVerdict
{
    /// <summary>The sender's message of this round.</summary>
    Accepted,

    /// <summary>The same bytes again: a retransmission, ignored.</summary>
    Repeated,

    /// <summary>Other bytes than before from the same sender: the session ends (spec §4.6).</summary>
    Conflicting,

    /// <summary>Not one of the round's senders; ignored.</summary>
    NotASender,
}

/// <summary>
/// Collects exactly one message from each sender of a round, in whatever order they arrive.
/// It remembers digests after its messages are taken, so that a second, different message is noticed for as long as the session lives.
/// </summary>
/// <typeparam name="T">The message, with its bytes still unparsed: judging waits until all have come.</typeparam>
public sealed class RoundInbox<T> : IDisposable where T : class, IRoundMessage
{
    private readonly SortedDictionary<PartyId, Slot> _slots = [];
    private bool _taken;

    private sealed class Slot
    {
        public T? Message;
        public byte[]? Digest;

        public bool HasCome;
    }

    /// <param name="senders">Everyone a message is due from; the party itself is not among them.</param>
    public RoundInbox(RoundId round, IEnumerable<PartyId> senders)
    {
        Round = round;
        foreach (var sender in senders)
            _slots.Add(sender, new());
    }

    public RoundId Round { get; }

    public bool IsComplete => _slots.Values.All(slot => slot.HasCome);

    /// <summary>Whose message is still to come, ascending.</summary>
    public IReadOnlyList<PartyId> Missing => [.. _slots.Where(slot => !slot.Value.HasCome).Select(slot => slot.Key)];

    /// <summary>Offers a message. Unless accepted it stays the caller's to dispose.</summary>
    public InboxVerdict Add(PartyId from, T message)
    {
        if (!_slots.TryGetValue(from, out var slot))
            return InboxVerdict.NotASender;
        if (slot.HasCome)
            return IsRepeated(slot, message) ? InboxVerdict.Repeated : InboxVerdict.Conflicting;
        slot.HasCome = true;
        slot.Message = message;
        return InboxVerdict.Accepted;
    }

    /// <summary>The message kept for a sender, or null when there is none or the round was taken.</summary>
    internal T? Peek(PartyId from) => _slots.TryGetValue(from, out var slot) ? slot.Message : null;

    /// <summary>Hands over all messages, ascending by sender, once. The taker disposes them.</summary>
    /// <param name="last">The session ends with this round, so that nothing that comes later will be compared: no digests are kept.</param>
    /// <exception cref="InvalidOperationException">A message is missing, or they were taken before.</exception>
    public IReadOnlyList<(PartyId From, T Message)> Take(bool last = false)
    {
        if (_taken || !IsComplete)
            throw new InvalidOperationException(_taken ? $"{Round} was taken before" : $"{Round} is not complete");
        _taken = true;
        var messages = new List<(PartyId, T)>(_slots.Count);
        foreach (var (from, slot) in _slots)
        {
            if (!last)
                slot.Digest = SHA256.HashData(slot.Message!.Content);
            messages.Add((from, slot.Message!));
            slot.Message = null;
        }
        return messages;
    }

    /// <summary>Whether any message that has come, and was not taken, is such a one.</summary>
    internal bool HasOne(Func<T, bool> such) => _slots.Values.Any(slot => slot.Message is { } message && such(message));

    /// <summary>Hands over what has come of a round that ends the session before it is complete, ascending by sender. The taker disposes them; what comes later stays here.</summary>
    /// <exception cref="InvalidOperationException">The messages were taken before.</exception>
    public IReadOnlyList<(PartyId From, T Message)> TakeArrived()
    {
        if (_taken)
            throw new InvalidOperationException($"{Round} was taken before");
        _taken = true;
        var messages = new List<(PartyId, T)>(_slots.Count);
        foreach (var (from, slot) in _slots)
        {
            if (slot.Message is not { } message)
                continue;
            messages.Add((from, message));
            slot.Message = null;
        }
        return messages;
    }

    /// <summary>By its bytes while the first message is here, by their digest afterwards; after the last round nothing counts any more.</summary>
    private static bool IsRepeated(Slot slot, T message) =>
        slot.Message is { } first ? first.Content.SequenceEqual(message.Content)
        : slot.Digest is null || slot.Digest.AsSpan().SequenceEqual(SHA256.HashData(message.Content));

    public void Dispose()
    {
        foreach (var slot in _slots.Values)
        {
            slot.Message?.Dispose();
            slot.Message = null;
        }
    }
}

/// <summary>A message of a round: bytes that two arrivals can be compared by.</summary>
public interface IRoundMessage : IDisposable
{
    ReadOnlySpan<byte> Content { get; }
}

/// <summary>A message as the channel opened it.</summary>
public sealed class RawMessage(PayloadBuffer payload) : IRoundMessage
{
    public ReadOnlySpan<byte> Content => payload.Span;

    public void Dispose() => payload.Dispose();
}
