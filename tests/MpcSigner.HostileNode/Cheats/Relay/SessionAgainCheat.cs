using MpcSigner.Coordination.Boundary;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Relay;

/// <summary>An initiator that opens its session again under the same id, again and again (spec §4.5): while the first runs, when it is over, after a member was started anew.</summary>
internal sealed class SessionAgainCheat(ProtocolKind protocol) : Cheat
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    private bool _begun;

    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        if (!_begun && effect is NodeEffect.SendFrame { Frame: SessionFrame.Open open } send && SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join)
            && join.Join.Terms.Protocol == protocol && hand.Sessions.Find(join.Join.Terms.Session) is { } session)
        {
            _begun = true;
            hand.After(Pause, () => Again(hand.Sessions.PeerOf(send.Stream), open, hand));
        }
        return base.Does(effect, said, hand);
    }

    private static void Again(Core.Identities.NodeId peer, SessionFrame.Open open, Hand hand)
    {
        // Whoever asked for another cheat meanwhile has seen enough.
        if (!hand.IsWanted)
            return;
        var stream = hand.Open(peer, happened =>
        {
            switch (happened)
            {
                case NodeEvent.FrameReceived { Frame: SessionFrame.Refuse refuse }:
                    hand.Done($"refused: {refuse.Error.Message}");
                    break;
                case NodeEvent.FrameReceived received:
                    hand.Done($"{received.Frame.GetType().Name}");
                    break;
                default:
                    break; // the peer is being started anew
            }
        });
        hand.Do(new NodeEffect.SendFrame(stream, open with { Clock = DateTimeOffset.UtcNow }));
        hand.After(Pause, () => Again(peer, open, hand));
    }
}
