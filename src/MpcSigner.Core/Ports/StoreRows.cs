using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Core.Ports;

/// <summary>A client's request and where it stands.</summary>
/// <param name="BodyHash">SHA-256 of the exact body.</param>
/// <param name="Key">The key to sign with; zero for a creation.</param>
/// <param name="Result">COMPLETED: the signature (sign) or the order hash (creation); FAILED or DENIED: the encoded error.</param>
public sealed record RequestRow(
    ClientId Client,
    string IdempotencyKey,
    Digest32 BodyHash,
    SignedRequest Request,
    KeyId Key,
    RequestState State,
    ReadOnlyMemory<byte> Result,
    DateTimeOffset ReceivedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset ExpiresAt);

/// <summary>design §6; numbers are stored. WAITING states join with approvals.</summary>
public enum RequestState : byte
{
    Received = 1,
    Denied = 2,
    Ready = 3,
    Signing = 4,
    Completed = 5,
    Failed = 6,
    Expired = 7,
}

/// <summary>An exclusive choice this node has booked (design §11.1): once booked, the scope never takes another value.</summary>
/// <param name="Scope">H("booking-scope"; kind, client, idempotency key).</param>
/// <param name="Value">SHA-256 of the request body.</param>
public sealed record BookingRow(byte Kind, Digest32 Scope, Digest32 Value, DateTimeOffset BookedAt)
{
    /// <summary>Kind: one body per (client, idempotency key).</summary>
    public const byte IdempotencyKind = 1;
}

/// <summary>An order (spec §9) this node has begun.</summary>
/// <param name="Order">H(order).</param>
/// <param name="Kind">2 creation; 3–5 maintenance.</param>
/// <param name="AbortedBy">The other party whose ABORT <paramref name="AbortSignature"/> is; null when it is this node's own, or there is none. Stays when the order becomes ACTIVE after all: evidence.</param>
public sealed record OrderRow(
    Digest32 Order,
    byte Kind,
    Suite Suite,
    uint Generation,
    uint Attempt,
    InstanceId Instance,
    SignedRequest Request,
    OrderState State,
    Digest32 Echo,
    Digest32 RecordsRoot,
    ReadOnlyMemory<byte> Ack,
    byte AbortKind,
    ReadOnlyMemory<byte> AbortSignature,
    PartyId? AbortedBy,
    DateTimeOffset BegunAt);

public enum OrderState : byte
{
    /// <summary>Begun, own ACK not durable: after a restart it can only be aborted.</summary>
    Begun = 1,

    /// <summary>Own ACK durable: PENDING until the certificate or an ABORT is seen.</summary>
    Acknowledged = 2,
    Active = 3,

    /// <summary>This node never acknowledged: it has no shares of it.</summary>
    Aborted = 4,

    /// <summary>Own ACK durable, and another party's ABORT seen: keys and shares stay, since that party may have acknowledged to others.</summary>
    GivenUp = 5,
}

/// <summary>A key this node holds a share of.</summary>
/// <param name="Index">k: its place in the order's batch.</param>
/// <param name="RecordHash">KH.</param>
/// <param name="Certificate">Encoded commit certificate; empty while PENDING.</param>
public sealed record KeyRow(
    KeyRecord Record,
    Digest32 RecordHash,
    Digest32 Order,
    ushort Index,
    ClientId Owner,
    string Label,
    KeyUsage Usage,
    KeyState State,
    uint Attempt,
    InstanceId Instance,
    ReadOnlyMemory<byte> Certificate,
    DateTimeOffset CreatedAt)
{
    /// <summary>Parties whose ACKs the certificate carries beside those of the record: the dealers of a reshare, ascending; else empty.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Dealers { get; init; } = [];

    /// <summary>Whether the node holds a sealed share of this generation. Reads say so; writes do not care.</summary>
    public bool HasShare { get; init; } = true;
}

/// <summary>Numbers are stored.</summary>
public enum KeyState : byte
{
    Pending = 1,
    Active = 2,

    /// <summary>A later generation is ACTIVE; this one's share is kept sealed and unused until all parties said DONE (spec §10).</summary>
    Retired = 3,

    /// <summary>This generation's share is erased; the record stays.</summary>
    Erased = 4,

    /// <summary>The key was destroyed by order: no share of any generation is left here.</summary>
    Destroyed = 5,
}

/// <summary>Which session ids of one initiator are used: the highest start counter seen and, under it, a sliding window of sequence numbers (spec §4.5).</summary>
/// <param name="Highest">Highest sequence number used under <paramref name="StartCounter"/>.</param>
/// <param name="Used">Bit i: sequence Highest − i is used; 512 bytes.</param>
public sealed record SessionWindow(ulong StartCounter, ulong Highest, ReadOnlyMemory<byte> Used)
{
    public const int Length = 4_096;

    /// <summary>Whether some session id that <paramref name="old"/> refuses would be taken by this one (spec §4.5).</summary>
    public bool Forgets(SessionWindow old)
    {
        if (old.StartCounter != StartCounter)
            return StartCounter < old.StartCounter;
        if (Highest < old.Highest)
            return true;
        var moved = Highest - old.Highest;
        // Bits that moved out at the far end stand for numbers below the window, refused without a bit.
        for (var bit = 0; bit < Length && moved < (ulong)(Length - bit); bit++)
            if (old.IsUsed(bit) && !IsUsed(bit + (int)moved))
                return true;
        return false;
    }

    private bool IsUsed(int bit) => (Used.Span[bit / 8] >> (bit % 8) & 1) != 0;
}

/// <summary>Since when and why a node leaves a peer out: it broke the protocol in a way no accident explains (spec §15).</summary>
/// <param name="Why">What the log says of it; 1..<see cref="MaxWhyLength"/> characters.</param>
public sealed record ExclusionRow(NodeId Peer, DateTimeOffset Since, string Why)
{
    public const int MaxWhyLength = 256;
}

/// <summary>What a node remembers of its pair setups with one peer, whatever becomes of them (spec §5, §8.4). The setups themselves are never stored.</summary>
/// <param name="SendingEpoch">The last epoch used with this node as A; 0 before the first.</param>
/// <param name="ReceivingEpoch">With this node as B.</param>
/// <param name="DeadSendingEpoch">The last epoch whose setup a failed check condemned, with this node as A; 0: none.</param>
/// <param name="DeadReceivingEpoch">With this node as B.</param>
/// <param name="Failures">Failed checks with this peer, ever.</param>
/// <param name="Day">Days since 1970-01-01 UTC that the two counts below are of; a clock that goes back does not begin a day anew.</param>
/// <param name="FailuresOnDay">Failed checks on that day.</param>
/// <param name="SetupsOnDay">Setups on that day.</param>
public sealed record PairRow(
    NodeId Peer, ulong SendingEpoch, ulong ReceivingEpoch, ulong DeadSendingEpoch, ulong DeadReceivingEpoch,
    uint Failures, uint Day, uint FailuresOnDay, uint SetupsOnDay)
{
    /// <summary>Whether this row forgets something that <paramref name="old"/> knows.</summary>
    public bool Forgets(PairRow old) =>
        SendingEpoch < old.SendingEpoch || ReceivingEpoch < old.ReceivingEpoch || DeadSendingEpoch < old.DeadSendingEpoch || DeadReceivingEpoch < old.DeadReceivingEpoch
        || Failures < old.Failures || Day < old.Day || (Day == old.Day && (FailuresOnDay < old.FailuresOnDay || SetupsOnDay < old.SetupsOnDay));
}
