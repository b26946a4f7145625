using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Dealing;

/// <summary>Deals from forgeries of the host's own instead of what the machine deals.</summary>
internal sealed class ForgerCheat(ProtocolKind protocol, ForgerCheat.Kind kind) : Cheat
{
    /// <summary>What is wrong with the dealing; every statement opens and is signed.</summary>
    internal enum Kind
    {
        /// <summary>Nothing, but in maintenance: it stands for another share than the dealer's.</summary>
        Foreign,

        /// <summary>Proofs of knowledge are those of another party.</summary>
        ProofsOfOther,

        /// <summary>Proofs of knowledge are those of another session.</summary>
        ProofsOfOtherSession,

        /// <summary>The victim gets another dealing, with its own commitment.</summary>
        TwoDealings,
    }

    private readonly Dictionary<SessionId, Run> _runs = [];

    /// <summary>An opening is made once: its proofs are fresh each time.</summary>
    private readonly Dictionary<(SessionId, Forgery), byte[]> _openings = [];

    private sealed class Run(Deal deal, Hand hand)
    {
        public readonly Forgery Forgery = new(deal, hand);
        public readonly Forgery Second = new(deal, hand);
        public readonly Dictionary<PartyId, Digest32> Heard = [];
    }

    public override void Heard(SessionMessage message, Hand hand)
    {
        if (message is { Type: MessageType.Round, Round: 1 } && message.Protocol == protocol && RunOf(message, hand) is { } run)
            run.Heard[message.Session.PidOf(message.From)] = new(message.Payload.AsSpan(Deal.CommitmentAt, Digest32.Size));
    }

    /// <summary>The node's own machine, which deals something else, breaks with the others as soon as it hears them: nobody is to be told.</summary>
    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand) =>
        effect is NodeEffect.SendFrame { Frame: SessionFrame.Refuse } or NodeEffect.CloseStream ? [] : base.Does(effect, said, hand);

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message.Protocol != protocol)
            return message.Payload;
        if (message.Type == MessageType.Abort)
            return null;
        if (message.Type != MessageType.Round || message.Round > 2 || RunOf(message, hand) is not { } run || Deal.Of(message.Session) is not { } deal)
            return message.Payload;
        var isVictim = message.To == message.Session.Peers.First();
        var forgery = kind == Kind.TwoDealings && isVictim ? run.Second : run.Forgery;
        if (message.Round == 1)
            return deal.Sign(hand, 1, null, [.. message.Payload[..Deal.CommitmentAt], .. forgery.Commitment().ToArray(), .. message.Payload[(Deal.CommitmentAt + Digest32.Size)..^Deal.SignatureSize]]);
        if (kind != Kind.TwoDealings || isVictim)
            hand.Done($"{message.To}");
        var t1 = forgery.T1(run.Heard);
        var hasShares = message.Payload.Length > deal.OpeningSize + Deal.SignatureSize;
        return deal.SignRound2(hand, message.To, t1, _openings.TryGetValue((message.Session.Terms.Session, forgery), out var said) ? said : _openings[(message.Session.Terms.Session, forgery)] = Opening(forgery, message, t1), hasShares ? forgery.SharesFor(message.Session.PidOf(message.To)) : []);
    }

    private byte[] Opening(Forgery forgery, SessionMessage message, Digest32 t1) => kind switch
    {
        Kind.ProofsOfOther => forgery.Opening(t1, (message.Session.PidOf(message.Session.Peers.First()), t1)),
        Kind.ProofsOfOtherSession => forgery.Opening(t1, (message.Session.SelfPid, new(message.Session.Terms.Session.Value))),
        Kind.Foreign or Kind.TwoDealings => forgery.Opening(t1),
        _ => throw new InvalidOperationException("a forgery of no known kind"),
    };

    private Run? RunOf(SessionMessage message, Hand hand)
    {
        var id = message.Session.Terms.Session;
        if (!_runs.TryGetValue(id, out var run) && Deal.Of(message.Session) is { } deal)
            _runs.Add(id, run = new(deal, hand));
        return run;
    }
}
