using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A party of refreshes and reshares that plays its rounds and then keeps its ACK to itself: from everybody, or from one victim only, whom it tells nothing later either.</summary>
/// <param name="victim">Null: everybody.</param>
public sealed class SilentParty(World world, SimulatedNode? victim) : ICheat
{
    private readonly SimulatedNode _cheater = world.Cheater!;
    private readonly Voices _voices = new(world.Cheater!.Nid);

    public void Computes(SimulatedNode cheater, Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        switch (effect)
        {
            case NodeEffect.SendFrame send when sent is not null:
                if (IsKept(sent))
                {
                    world.Chronicle.Write(world.Cluster.Time.Now, _cheater.Roster.Name, $"keeps its {sent.Type} from {sent.Session.PidOf(sent.Recipient)}");
                    return null;
                }
                return send with { Frame = _voices.Say(sent, sent.Payload.Span) };
            case NodeEffect.CallPeer { Body: PeerCall.PushMaintained } push when victim is null || push.Peer == victim.Nid:
                return null;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Maintenance } when victim is null:
                return null;
            case NodeEffect.CallPeer { Body: PeerCall.PartialSign ask } call when sent is not null:
                return call with { Body = ask with { Envelope = _voices.Say(sent, sent.Payload.Span).Bytes } };
            case NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } answer when sent is not null:
                return answer with { Reply = new PeerReply.PartiallySigned(_voices.Say(sent, sent.Payload.Span).Bytes) };
            default:
                return effect;
        }
    }

    private bool IsKept(SentMessage sent) => sent.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare
        && sent.Type is MessageType.Ack or MessageType.Certificate or MessageType.Done && (victim is null || sent.Recipient == victim.Nid);

    public void Dispose() => _voices.Dispose();
}
