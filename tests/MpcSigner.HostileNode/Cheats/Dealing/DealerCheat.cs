using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Dealing;

/// <summary>Changes a part of a message; the same array, changed or not, or another one.</summary>
internal delegate byte[] Edit(Deal deal, byte[] part);

/// <summary>A dealer of one protocol that changes what it sends in rounds 1 to 3 and signs it as its own word.</summary>
/// <param name="toAll">False: one victim is told otherwise, the party of the lowest number.</param>
internal sealed class DealerCheat(ProtocolKind protocol, bool toAll = true) : Cheat
{
    private readonly Dictionary<SessionId, Digest32> _t1 = [];

    /// <summary>ctx ‖ com (‖ records).</summary>
    public Edit? Commitment { get; init; }

    /// <summary>T1 ‖ points … of round 2.</summary>
    public Edit? Opening { get; init; }

    /// <summary>The shares dealt to the recipient.</summary>
    public Edit? Shares { get; init; }

    /// <summary>Round 3 without its signature.</summary>
    public Edit? Confirmation { get; init; }

    /// <summary>The whole message of a round, its signatures included, which are not made anew.</summary>
    public (byte Round, Edit Edit)? Raw { get; init; }

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message.Protocol != protocol || message.Type != MessageType.Round || Deal.Of(message.Session) is not { } deal)
            return message.Payload;
        if (message.Round == 2)
            _t1[message.Session.Terms.Session] = new(message.Payload.AsSpan(0, Digest32.Size));
        if (!toAll && message.To != message.Session.Peers.First())
            return message.Payload;
        var said = (message.Round, this) switch
        {
            (var round, { Raw: { } raw }) when raw.Round == round => raw.Edit(deal, message.Payload[..]),
            (1, { Commitment: { } edit }) => deal.Sign(hand, 1, null, edit(deal, message.Payload[..^Deal.SignatureSize])),
            (2, { Opening: not null } or { Shares: not null }) => Round2(deal, message, hand),
            (3, { Confirmation: { } edit }) => deal.SignRound3(hand, message.To, T1(message), edit(deal, message.Payload[..^Deal.SignatureSize])),
            _ => null,
        };
        if (said is null)
            return message.Payload;
        hand.Done($"{message.To}");
        return said;
    }

    private byte[]? Round2(Deal deal, SessionMessage message, Hand hand)
    {
        var opening = message.Payload[..deal.OpeningSize];
        var shares = message.Payload.Length > deal.OpeningSize + Deal.SignatureSize
            ? message.Payload.AsSpan(deal.OpeningSize + Deal.SignatureSize, deal.SharesSize).ToArray()
            : [];
        if (Opening is null && shares.Length == 0)
            return null; // nothing is dealt to this member
        return deal.SignRound2(hand, message.To, T1(message), Opening?.Invoke(deal, opening) ?? opening, shares.Length > 0 ? Shares?.Invoke(deal, shares) ?? shares : shares);
    }

    private Digest32 T1(SessionMessage message) => _t1[message.Session.Terms.Session];
}
