using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>A cheater's message before it leaves, to be changed part by part; what the cheater signs is signed anew with its own identity.</summary>
public sealed class Draft
{
    private const int SignatureSize = 64;

    private readonly SentMessage _sent;
    private readonly Heard _heard;

    /// <param name="random">Of this lie in this session and round: whoever is told the same is told the same.</param>
    public Draft(SentMessage sent, Heard heard, SeededSource random)
    {
        (_sent, _heard, Random) = (sent, heard, random);
        Payload = sent.Payload.ToArray();
        Parts = MessageParts.Of(sent);
    }

    public SeededSource Random { get; }

    public byte[] Payload { get; private set; }

    /// <summary>Of the message as it was made; what has been inserted before moves them.</summary>
    public MessageParts Parts { get; }

    public SimulatedNode Sender => _sent.Sender;

    public PartyId SenderPid => _sent.Session.PidOf(_sent.Sender.Nid);

    public PartyId RecipientPid => _sent.Session.PidOf(_sent.Recipient);

    /// <summary>ctx of the session, which round 1 begins with.</summary>
    public Digest32 Context => _heard.ContextOf(_sent.Session.Terms.Session) ?? throw new TapException("round 1 was never made");

    /// <summary>The administrators' order of the session; null where it has none.</summary>
    public MaintenanceAction? Order =>
        _sent.Sender.Store.Maintenance.FirstOrDefault(row => row.Order == _sent.Session.Terms.Subject) is { } row ? Administration.ActionOf(row.Signed) : null;

    /// <summary>Changes one bit of a part.</summary>
    public Draft Flip(Range part)
    {
        var (offset, length) = part.GetOffsetAndLength(Payload.Length);
        Payload[offset + Random.Below(length)] ^= (byte)(1 << Random.Below(8));
        return this;
    }

    /// <summary>Another scalar in this place, canonical as well: the lowest bit of one of them.</summary>
    public Draft Nudge(Range scalars)
    {
        var (offset, length) = scalars.GetOffsetAndLength(Payload.Length);
        var which = Random.Below(length / 32);
        Payload[offset + 32 * which + (Parts.IsLittleEndian ? 0 : 31)] ^= 1;
        return this;
    }

    public Draft Overwrite(Range part, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Payload.AsSpan(part));
        return this;
    }

    public Draft Insert(int at, ReadOnlySpan<byte> bytes)
    {
        Payload = [.. Payload.AsSpan(0, at), .. bytes, .. Payload.AsSpan(at)];
        return this;
    }

    public Draft Remove(int at, int count)
    {
        Payload = [.. Payload.AsSpan(0, at), .. Payload.AsSpan(at + count)];
        return this;
    }

    /// <summary>One byte more or less than the message has, or nothing at all.</summary>
    public Draft OtherLength()
    {
        Payload = Random.Below(3) switch { 0 => [.. Payload, (byte)Random.Below(256)], 1 => Payload[..^1], _ => [] };
        return this;
    }

    /// <summary>What the recipient itself said in this round, from the same place.</summary>
    public bool TryTheirs(Range part, out ReadOnlyMemory<byte> theirs)
    {
        theirs = default;
        if (!_heard.TryFind(_sent.Session.Terms.Session, _sent.Round, _sent.Recipient, out var message) || message.Length != _sent.Payload.Length)
            return false;
        theirs = message[part];
        return true;
    }

    /// <summary>What another party said in a round.</summary>
    public bool TryHear(byte round, PartyId from, out ReadOnlyMemory<byte> message) => _heard.TryFind(_sent.Session.Terms.Session, round, _sent.Session.NidOf(from.Value), out message);

    /// <summary>Signs the broadcast part anew; it ends where its signature begins in the draft as it is now.</summary>
    /// <param name="t1">Where it is not what the cheater's own machine has.</param>
    public Draft SignBroadcast(int added = 0, Digest32? t1 = null) => Sign(0, Parts.BroadcastSize + added, to: 0, t1);

    /// <summary>Signs the dealt shares anew.</summary>
    public Draft SignShares(Digest32? t1 = null) => Sign(Payload.Length - SignatureSize - Parts.SharesSize, Parts.SharesSize, RecipientPid.Value, t1);

    private Draft Sign(int from, int length, ushort to, Digest32? otherT1)
    {
        Digest32? t1 = _sent.Round == 1 ? null : otherT1 ?? _heard.T1Of(_sent.Session.Terms.Session, _sent.Sender.Nid);
        var statement = new SignedStatement(
            Context, _sent.Round, _sent.Session.PidOf(_sent.Sender.Nid), to, t1, Payload.AsMemory(from, length), ReadOnlyMemory<byte>.Empty);
        _sent.Sender.Identity.Sign(statement.Digest()).CopyTo(Payload, from + length);
        return this;
    }
}
