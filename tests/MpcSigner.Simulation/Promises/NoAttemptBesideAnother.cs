using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>When a node acknowledges an attempt, it and every other member that was a party of an attempt before it at the same generation have aborted that one, durably (spec §10 "Attempts").</summary>
public sealed class NoAttemptBesideAnother(World world) : Promise(world)
{
    private const byte Recovery = 5;

    public override string Name => "P10_No_attempt_beside_an_earlier_one";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.Commit commit)
            return;
        foreach (var write in commit.Writes.OfType<StoreWrite.AcknowledgeMaintenance>().Where(write => !write.Ack.IsEmpty))
        {
            var order = node.Store.Maintenance.First(row => row.Order == write.Order);
            foreach (var earlier in node.Store.Maintenance.Where(row => row.Kind != Recovery && row.Attempt < order.Attempt && row.Keys.Intersect(order.Keys).Any()))
                RequireAborted(node, order, earlier);
        }
    }

    private void RequireAborted(SimulatedNode node, MaintenanceRow order, MaintenanceRow earlier)
    {
        var both = OneCertificate.Members(order).Intersect(OneCertificate.Members(earlier)).Append(node.Nid).Distinct();
        foreach (var member in both.Where(member => !World.IsCheater(member) && !World.WentBack.Contains(member)))
        {
            // One that has never begun it, and has begun a later one, refuses it for ever by that.
            var theirs = World.Cluster.Node(member).Store.Maintenance.FirstOrDefault(row => row.Order == earlier.Order);
            Require(theirs is null or { State: MaintenanceState.Aborted },
                $"{node.Roster.Name} acknowledges attempt {order.Attempt}, and attempt {earlier.Attempt} is {theirs?.State} at {NameOf(member)}");
        }
    }
}
