using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A party that uses another share than its own, consistently, in signatures and presignatures; now and then the right one.</summary>
/// <remarks>T16: wrong sk_j with its own pk_j. A machine refuses to deal such a share: that is told as a lie, T27b and T27d.</remarks>
public sealed class BentShare : ICheat
{
    private const int Times = 3;

    public BentShare(World world, SimulatedNode cheater, SeededSource random) => cheater.BendShare = share =>
    {
        if (random.Below(Times) == 0)
            return share;
        world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, "uses another share than its own");
        using (share)
            return SecretScalar.Random(share.Group, random);
    };

    public void Computes(Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent) => effect;

    public void Dispose()
    {
    }
}
