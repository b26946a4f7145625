using MpcSigner.Coordination.Boundary;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>With a disk that works, nothing that comes from outside brings a node to halt.</summary>
public sealed class NoNodeStops(World world) : Promise(world)
{
    public const string Title = "P8_No_input_stops_a_node";

    public override string Name => Title;

    public override void OnEffect(SimulatedNode node, NodeEffect effect) =>
        Require(effect is not NodeEffect.Halt, $"{node.Roster.Name} halts: {(effect as NodeEffect.Halt)?.Reason}");
}
