using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A party of refreshes and reshares that plays its rounds and then keeps its ACK to itself: from everybody, or from one victim only, whom it tells nothing later either.</summary>
/// <param name="victim">Null: everybody.</param>
public sealed class SilentParty(World world, SimulatedNode cheater, SimulatedNode? victim) : ICheat
{
    private readonly Voices _voices = new(cheater.Nid);

    public void Computes(Work work)
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
                    world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"keeps its {sent.Type} from {sent.Session.PidOf(sent.Recipient)}");
                    return null;
                }
                return _voices.Say(send, sent, sent.Payload.Span);
            case NodeEffect.CallPeer { Body: PeerCall.PushMaintained } push when victim is null || push.Peer == victim.Nid:
                return null;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Maintenance } when victim is null:
                return null;
            default:
                return sent is null ? effect : _voices.Say(effect, sent, sent.Payload.Span);
        }
    }

    private bool IsKept(SentMessage sent) => sent.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare
        && sent.Type is MessageType.Ack or MessageType.Certificate or MessageType.Done && (victim is null || sent.Recipient == victim.Nid);

    public void Dispose() => _voices.Dispose();
}
