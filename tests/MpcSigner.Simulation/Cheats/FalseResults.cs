using MpcSigner.Coordination.Boundary;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A node that tells others of results that are none: asked for its share or for a booking it says that the request was signed long ago, and it pushes what nobody has signed.</summary>
public sealed class FalseResults(World world, SimulatedNode cheater, SeededSource random) : ICheat
{
    private const int SignatureSize = 64;

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
            case NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } answer when random.Below(2) == 0:
                return answer with { Reply = new PeerReply.AlreadySigned(Made("its share")) };
            case NodeEffect.AnswerPeer { Reply: PeerReply.Booked booked } answer when random.Below(2) == 0:
                return answer with { Reply = booked with { KnownResult = Made("a booking") } };
            case NodeEffect.CallPeer { Body: PeerCall.PushResult push } call:
                return call with { Body = push with { Signature = Made("nothing") } };
            default:
                return effect;
        }
    }

    private byte[] Made(string asked)
    {
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"asked for {asked}, tells of a result that is none");
        return random.Bytes(SignatureSize);
    }

    public void Dispose()
    {
    }
}
