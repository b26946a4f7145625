using MpcSigner.Coordination.Boundary;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats;

/// <summary>Plays its rounds and then keeps its ACK to itself, and everything by which the others could learn it later: from all, or from one victim.</summary>
/// <param name="isAckBad">It sends an ACK that is none instead.</param>
internal sealed class SilentCheat(ProtocolKind protocol, bool toAll, bool isAckBad = false) : Cheat
{
    public override IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand)
    {
        var isKept = effect switch
        {
            _ when said is not null => said.Protocol == protocol && said.Type is MessageType.Ack or MessageType.Certificate or MessageType.Done
                && (toAll || (said.Type == MessageType.Ack && said.To == said.Session.Peers.First())),
            NodeEffect.CallPeer { Body: PeerCall.PushCertificate or PeerCall.PushMaintained } => toAll,
            NodeEffect.AnswerPeer { Reply: PeerReply.Order or PeerReply.Maintenance } or NodeEffect.AnswerClient { Reply: ClientReply.KeysCreated } => toAll,
            _ => false,
        };
        if (!isKept)
            return base.Does(effect, said, hand);
        if (said is { Type: MessageType.Ack })
            hand.Done($"{said.To}");
        return said is { Type: MessageType.Ack } && isAckBad ? [Hand.Say(effect, said, [(byte)(said.Payload[0] ^ 1), .. said.Payload[1..]])] : [];
    }
}
