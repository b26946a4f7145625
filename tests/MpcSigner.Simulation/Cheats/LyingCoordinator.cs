using MpcSigner.Coordination.Boundary;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A coordinator whose START of a refresh, reshare or recovery says something else than the order: another t′, another newcomer, another old root, to all members or to one.</summary>
/// <param name="victim">Null: everybody.</param>
public sealed class LyingCoordinator(World world, SimulatedNode cheater, SimulatedNode? victim, SeededSource random) : ICheat
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
        if (sent is null)
            return effect;
        var payload = sent.Payload.Span;
        if (sent.Type == MessageType.Start && sent.Session.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery
            && (victim is null || sent.Recipient == victim.Nid))
            payload = Bent(sent);
        return _voices.Say(effect, sent, payload);
    }

    /// <summary>One bit of the inputs, or of whatever follows them.</summary>
    private byte[] Bent(SentMessage sent)
    {
        var bent = sent.Payload.ToArray();
        const int lengthField = 4;
        var inputs = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bent);
        var at = random.Below(3) == 0 ? lengthField + inputs + random.Below(bent.Length - inputs - lengthField) : lengthField + random.Below(inputs);
        bent[at] ^= (byte)(1 << random.Below(8));
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, $"lies to {sent.Session.PidOf(sent.Recipient)} about byte {at} of START");
        return bent;
    }

    public void Dispose() => _voices.Dispose();
}
