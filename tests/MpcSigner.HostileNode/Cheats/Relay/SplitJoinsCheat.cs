using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Relay;

/// <summary>An initiator that joins its session twice and shows one party another join than the rest: it can speak with each of them, and what they send each other does not open.</summary>
internal sealed class SplitJoinsCheat(IReadOnlyCollection<ProtocolKind> protocols) : Cheat
{
    private readonly Dictionary<SessionId, OwnSession> _second = [];

    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        switch (effect)
        {
            case NodeEffect.SendFrame { Frame: SessionFrame.Open open } send when SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join) && protocols.Contains(join.Join.Terms.Protocol)
                && hand.Sessions.Find(join.Join.Terms.Session) is { } session && IsVictim(send.Stream, session, hand):
                return [send with { Frame = open with { InitiatorJoin = JoinAgain(join, open, session, hand).Encode() } }];
            case NodeEffect.SendFrame { Frame: SessionFrame.Joins joins } send when SignedJoin.TryDecode(joins.All[0].Span, out var first)
                && _second.TryGetValue(first.Join.Terms.Session, out var second) && hand.Sessions.Find(first.Join.Terms.Session) is { } session && IsVictim(send.Stream, session, hand):
                return [send with { Frame = Assemble(joins, second, hand) }];
            case NodeEffect.SendFrame when said is not null && said.To == said.Session.Peers.First() && _second.TryGetValue(said.Session.Terms.Session, out var voice):
                return [new NodeEffect.SendFrame(((NodeEffect.SendFrame)effect).Stream, new SessionFrame.Envelope(voice.Seal(said.To, said.Type, said.Round, said.Payload)))];
            default:
                return base.Does(effect, said, hand);
        }
    }

    private static bool IsVictim(StreamId stream, OwnSession session, Hand hand) => hand.Sessions.PeerOf(stream) == session.Peers.First();

    private SignedJoin JoinAgain(SignedJoin join, SessionFrame.Open open, OwnSession session, Hand hand)
    {
        var pair = X25519KeyPair.Generate(hand.Random);
        var other = join.Join with { EphemeralKey = pair.PublicKey };
        var second = new OwnSession(session.Terms, open.Participants, hand.Self, other);
        second.Join(other, pair);
        _second.Add(session.Terms.Session, second);
        hand.Done($"{session.Peers.First()}");
        return other.Sign(hand.Signer);
    }

    private static SessionFrame.Joins Assemble(SessionFrame.Joins joins, OwnSession second, Hand hand)
    {
        List<SignedJoin> all = [];
        foreach (var bytes in joins.All)
        {
            if (!SignedJoin.TryDecode(bytes.Span, out var join))
                throw new InvalidOperationException("the node's own joins are malformed");
            all.Add(join.Join.Nid == hand.Self ? second.Own.Sign(hand.Signer) : join);
        }
        second.Assemble(all, hand.Identities);
        return new([.. all.Select(join => (ReadOnlyMemory<byte>)join.Encode())]);
    }
}
