using MpcSigner.Coordination.Boundary;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>What one node does otherwise than its machine says. The node keeps its identity, its keys and everything it has heard.</summary>
public interface ICheat : IDisposable
{
    /// <summary>The cheater's machine is about to do long arithmetic.</summary>
    void Computes(Work work);

    /// <summary>Any message of any session, the cheater's own included.</summary>
    void Saw(SentMessage message);

    /// <summary>An effect of the cheater, with its message where it sends one; what is done instead.</summary>
    NodeEffect? Bend(NodeEffect effect, SentMessage? sent);
}
