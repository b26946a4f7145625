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
        foreach (var write in commit.Writes)
        {
            if (write is StoreWrite.AcknowledgeOrder creation)
                See(node, creation.Order, creation.Echo, creation.RecordsRoot);
            else if (write is StoreWrite.AcknowledgeMaintenance maintenance && !maintenance.Ack.IsEmpty)
                See(node, maintenance.Order, maintenance.Echo, maintenance.RecordsRoot);
        }
    }

    private void See(SimulatedNode node, Digest32 order, Digest32 echo, Digest32 root)
    {
        if (_acknowledged.TryAdd(order, (node, echo, root)))
            return;
        var first = _acknowledged[order];
        Require(first.Echo == echo && first.Root == root, $"{first.Node.Roster.Name} and {node.Roster.Name} acknowledge different runs of one order");
    }
}
