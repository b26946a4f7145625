using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A coordinator whose START of a refresh, reshare or recovery says something else than the order: another t′, another newcomer, another old root, to all members or to one.</summary>
/// <param name="victim">Null: everybody.</param>
public sealed class LyingCoordinator(World world, SimulatedNode? victim, SeededSource random) : ICheat
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
        if (sent is null)
            return effect;
        var payload = sent.Payload.Span;
        if (sent.Type == MessageType.Start && sent.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery
            && (victim is null || sent.Recipient == victim.Nid))
            payload = Bent(sent);
        return effect switch
        {
            NodeEffect.SendFrame send => send with { Frame = _voices.Say(sent, payload) },
            NodeEffect.CallPeer { Body: PeerCall.PartialSign ask } call => call with { Body = ask with { Envelope = _voices.Say(sent, payload).Bytes } },
            NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } answer => answer with { Reply = new PeerReply.PartiallySigned(_voices.Say(sent, payload).Bytes) },
            _ => effect,
        };
    }

    /// <summary>One bit of the inputs, or of whatever follows them.</summary>
    private byte[] Bent(SentMessage sent)
    {
        var bent = sent.Payload.ToArray();
        const int lengthField = 4;
        var inputs = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bent);
        var at = random.Below(3) == 0 ? lengthField + inputs + random.Below(bent.Length - inputs - lengthField) : lengthField + random.Below(inputs);
        bent[at] ^= (byte)(1 << random.Below(8));
        world.Chronicle.Write(world.Cluster.Time.Now, _cheater.Roster.Name, $"lies to {sent.Session.PidOf(sent.Recipient)} about byte {at} of START");
        return bent;
    }

    public void Dispose() => _voices.Dispose();
}
