using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using System.Text;
using MpcSigner.Core.Ports;

namespace MpcSigner.Simulation.Promises;

/// <summary>However the network and the disks behave, no honest node says of another honest one that it cheated.</summary>
public sealed class NobodyIsBlamedFalsely(World world) : Promise(world)
{
    public override string Name => "P9_Nobody_is_blamed_falsely";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.Observe { Observation: Observation.PeerBlamed blamed }:
                // A node whose disk went back takes back what it said: it does contradict itself.
                Require(World.IsCheater(blamed.Peer) || World.WentBack.Contains(blamed.Peer), $"{node.Roster.Name} blames {NameOf(blamed.Peer)}: {blamed.Fault}");
                break;
            case NodeEffect.Commit commit when World.Cheaters.Count == 0 && World.WentBack.Count == 0:
                foreach (var append in commit.Writes.OfType<StoreWrite.Append>())
                {
                    Require(append.Entry.Kind != AuditKind.PeerFault,
                        $"{node.Roster.Name} logs a fault: {Encoding.UTF8.GetString(append.Entry.Detail.Span)}");
                }
                break;
        }
    }
}
