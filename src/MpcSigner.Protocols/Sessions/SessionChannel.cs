using System.Buffers.Binary;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Sessions;

/// <summary>
/// One member's end of a session: seals what it sends and opens what it receives, pair by pair, however it was relayed (spec §4.2, §4.10).
/// </summary>
/// <remarks>AES-256-GCM, nonce = 8 zero bytes ‖ u32 seq, associated data = header. One thread at a time.</remarks>
public sealed class SessionChannel : IDisposable
{
    /// <summary>Above the longest message but START: round 2 of a DKG of 1,000 keys with t = 16 has 657,192 bytes.</summary>
    public const int MaxPayload = 1 << 20;

    /// <summary>START comes once a session, from its initiator, and carries what 1,000 keys are known by.</summary>
    public const int MaxStart = 4 << 20;

    public const int MaxEnvelope = EnvelopeHeader.Size + MaxStart + SessionKeys.TagSize;

    /// <summary>Envelopes of one sender that may wait for a lower number (spec §4.2).</summary>
    public const int MaxWaiting = 64;

    /// <summary>Their payload bytes together, so that one peer cannot fill our memory with 64 of the longest.</summary>
    public const int MaxWaitingBytes = 2 << 20;

    private const int NonceSize = 12;

    private readonly SessionKeys _keys;
    private readonly ushort _self;
    private readonly Dictionary<ushort, Peer> _peers = [];
    private bool _disposed;

    private sealed class Peer(NodeId nid)
    {
        public readonly NodeId Nid = nid;
        public uint NextToSend;
        public uint NextToOpen;
        public readonly SortedDictionary<uint, OpenedMessage> Waiting = [];
        public int WaitingBytes;
    }

    /// <param name="keys">Owned from here on: disposed with the channel.</param>
    /// <param name="parties">pid and nid of every participant; empty for a pair setup, where both ends have pid 0.</param>
    public SessionChannel(SessionKeys keys, IReadOnlyCollection<(PartyId Pid, NodeId Nid)> parties)
    {
        _keys = keys;
        _self = PidOf(keys.Self, parties);
        foreach (var join in keys.Joins.Joins)
        {
            if (join.Nid != keys.Self && !_peers.TryAdd(PidOf(join.Nid, parties), new(join.Nid)))
                throw new ArgumentException("two members have the same pid", nameof(parties));
        }
        if (parties.Any(party => keys.Joins.Joins.All(join => join.Nid != party.Nid)))
            throw new ArgumentException("a party has no join", nameof(parties));
    }

    public SessionTerms Terms => _keys.Joins.Terms;

    /// <summary>Our pid; 0 for an initiator outside the participants, and in a pair setup.</summary>
    public ushort Self => _self;

    /// <summary>The pid of the initiator, as From and To name it.</summary>
    public ushort InitiatorPid => Terms.Initiator == _keys.Self ? _self : _peers.First(peer => peer.Value.Nid == Terms.Initiator).Key;

    private static ushort PidOf(NodeId nid, IReadOnlyCollection<(PartyId Pid, NodeId Nid)> parties)
    {
        foreach (var party in parties)
        {
            if (party.Nid == nid)
                return party.Pid.Value;
        }
        return 0;
    }

    /// <summary>Seals a message of a transition and wipes it.</summary>
    public byte[] Seal(OutgoingMessage message)
    {
        using (message)
            return Seal(message.Type, message.Round, message.To.Value, message.Payload.Span);
    }

    /// <summary>Seals one message: header ‖ ciphertext ‖ tag. Retransmission sends these bytes again; a message is never sealed twice.</summary>
    /// <exception cref="ArgumentException">Our bug: a message the protocol does not have, an unknown recipient, too long a payload.</exception>
    public byte[] Seal(MessageType type, byte round, ushort to, ReadOnlySpan<byte> payload)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!MessageTypes.Has(Terms.Protocol, type, round))
            throw new ArgumentException($"{Terms.Protocol} has no {type} of round {round}", nameof(type));
        if (payload.Length > MaxOf(type))
            throw new ArgumentException($"a payload of {type} has at most {MaxOf(type)} bytes, this one {payload.Length}", nameof(payload));
        if (!_peers.TryGetValue(to, out var peer))
            throw new ArgumentException($"no member has pid {to}", nameof(to));

        var sequence = peer.NextToSend;
        peer.NextToSend = checked(sequence + 1); // the number is spent before it is used: never two messages under one nonce
        var envelope = new byte[EnvelopeHeader.Size + payload.Length + SessionKeys.TagSize];
        var header = envelope.AsSpan(0, EnvelopeHeader.Size);
        new EnvelopeHeader(type, round, Terms.Suite, Terms.Session, _self, to, sequence).Write(header);
        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(sequence, nonce);
        _keys.SendingTo(peer.Nid).Encrypt(
            nonce, payload, envelope.AsSpan(EnvelopeHeader.Size, payload.Length), envelope.AsSpan(EnvelopeHeader.Size + payload.Length), header);
        return envelope;
    }

    /// <summary>Opens an envelope on arrival. One that is dropped changes nothing.</summary>
    public Opening Open(ReadOnlySpan<byte> envelope)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (envelope.Length is < EnvelopeHeader.Size + SessionKeys.TagSize or > MaxEnvelope)
            return new Opening.Dropped(DropReason.BadLength);
        if (!EnvelopeHeader.TryRead(envelope, out var header))
            return new Opening.Dropped(DropReason.BadHeader);
        if (header.Session != Terms.Session || header.Suite != Terms.Suite || header.To != _self || !_peers.TryGetValue(header.From, out var peer))
            return new Opening.Dropped(DropReason.NotOurs);
        if (!MessageTypes.Has(Terms.Protocol, header.Type, header.Round))
            return new Opening.Dropped(DropReason.UnexpectedType);
        if (header.Sequence < peer.NextToOpen || peer.Waiting.ContainsKey(header.Sequence))
            return new Opening.Dropped(DropReason.Replayed);
        var length = envelope.Length - EnvelopeHeader.Size - SessionKeys.TagSize;
        if (length > MaxOf(header.Type))
            return new Opening.Dropped(DropReason.BadLength);
        if (header.Sequence > peer.NextToOpen && (peer.Waiting.Count >= MaxWaiting || peer.WaitingBytes + length > MaxWaitingBytes))
            return new Opening.Dropped(DropReason.TooManyWaiting);

        var payload = new PayloadBuffer(length);
        if (!TryDecrypt(peer, header.Sequence, envelope, payload))
        {
            payload.Dispose();
            return new Opening.Dropped(DropReason.DoesNotOpen);
        }
        var message = new OpenedMessage(header.From, peer.Nid, header.Type, header.Round, payload);
        return header.Sequence == peer.NextToOpen ? new Opening.Opened(Deliver(peer, message)) : Wait(peer, header.Sequence, message);
    }

    private static int MaxOf(MessageType type) => type == MessageType.Start ? MaxStart : MaxPayload;

    private bool TryDecrypt(Peer peer, uint sequence, ReadOnlySpan<byte> envelope, PayloadBuffer payload)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(sequence, nonce);
        try
        {
            _keys.ReceivingFrom(peer.Nid).Decrypt(
                nonce,
                envelope.Slice(EnvelopeHeader.Size, payload.Length),
                envelope[(EnvelopeHeader.Size + payload.Length)..],
                payload.Writable,
                envelope[..EnvelopeHeader.Size]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false; // transport's fault by definition (spec §4.3)
        }
    }

    private static Opening.Waiting Wait(Peer peer, uint sequence, OpenedMessage message)
    {
        peer.Waiting.Add(sequence, message);
        peer.WaitingBytes += message.Payload.Length;
        return new();
    }

    private static List<OpenedMessage> Deliver(Peer peer, OpenedMessage message)
    {
        List<OpenedMessage> inOrder = [message];
        peer.NextToOpen = checked(peer.NextToOpen + 1);
        while (peer.Waiting.Remove(peer.NextToOpen, out var next))
        {
            inOrder.Add(next);
            peer.WaitingBytes -= next.Payload.Length;
            peer.NextToOpen = checked(peer.NextToOpen + 1);
        }
        return inOrder;
    }

    private static void Nonce(uint sequence, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], sequence);
    }

    public void Dispose()
    {
        _disposed = true;
        _keys.Dispose();
        foreach (var peer in _peers.Values)
        {
            foreach (var waiting in peer.Waiting.Values)
                waiting.Dispose();
            peer.Waiting.Clear();
        }
    }
}
