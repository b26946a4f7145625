using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>All honest parties that acknowledge an order acknowledge one and the same run: a dealer that tells them different things is caught before.</summary>
public sealed class OneTranscript(World world) : Promise(world)
{
    private readonly Dictionary<Digest32, (SimulatedNode Node, Digest32 Echo, Digest32 Root)> _acknowledged = [];

    public override string Name => "P1_All_acknowledge_one_transcript";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.Commit commit)
            return;
        foreach (var write in commit.Writes.OfType<StoreWrite.AcknowledgeOrder>())
        {
            if (_acknowledged.TryAdd(write.Order, (node, write.Echo, write.RecordsRoot)))
                continue;
            var first = _acknowledged[write.Order];
            Require(first.Echo == write.Echo && first.Root == write.RecordsRoot, $"{first.Node.Roster.Name} and {node.Roster.Name} acknowledge different runs of one order");
        }
    }
}
