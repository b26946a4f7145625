using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>What honest nodes put in use as one generation of a key is one and the same: of two attempts at it not both come into use among the later one's members.</summary>
/// <remarks>A node outside the later attempt may hold the earlier one's certificate alone (spec §10 "Attempts"): administrators who order an attempt abandon those before it.</remarks>
public sealed class OneCertificate(World world) : Promise(world)
{
    private readonly Dictionary<(KeyId Key, uint Generation), List<(SimulatedNode Node, Digest32 Record, MaintenanceRow Order)>> _inUse = [];

    public override string Name => "P10_One_certificate_a_generation";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.Commit commit || World.WentBack.Contains(node.Nid))
            return;
        foreach (var activated in commit.Writes.OfType<StoreWrite.ActivateMaintenance>())
        {
            if (node.Store.Maintenance.FirstOrDefault(row => row.Order == activated.Order) is not { } order)
                continue; // learned by an old party outside the session: it comes in one commit
            foreach (var member in Members(order).Where(member => !World.IsCheater(member) && !World.WentBack.Contains(member)))
            {
                Require(World.Cluster.Node(member).Store.Maintenance.Any(row => row.Order == order.Order && !row.Ack.IsEmpty),
                    $"{node.Roster.Name} takes order {order.Order} into use, and {NameOf(member)} has not acknowledged it");
            }
            foreach (var key in node.Store.Keys.Where(key => key.Order == activated.Order))
                See(node, key, order);
        }
    }

    private void See(SimulatedNode node, KeyRow key, MaintenanceRow order)
    {
        var place = (key.Record.KeyId, key.Record.Generation);
        if (!_inUse.TryGetValue(place, out var seen))
            _inUse.Add(place, seen = []);
        seen.RemoveAll(other => World.WentBack.Contains(other.Node.Nid)); // gone with the disk that it was on
        foreach (var other in seen.Where(other => other.Record != key.RecordHash))
        {
            var (earlier, later) = other.Order.Attempt < order.Attempt ? (other.Node, order) : (node, other.Order);
            Require(!Members(later).Contains(earlier.Nid),
                $"generation {key.Record.Generation} of {key.Record.KeyId} is in use at {other.Node.Roster.Name} by attempt {other.Order.Attempt} and at {node.Roster.Name} by attempt {order.Attempt}");
        }
        seen.Add((node, key.RecordHash, order));
    }

    internal static IEnumerable<NodeId> Members(MaintenanceRow row) => Administration.ActionOf(row.Signed) switch
    {
        MaintenanceAction.Reshare reshare => reshare.Parties.Where(party => reshare.Dealers.Contains(party.Pid)).Concat(reshare.NewParties).Select(party => party.Nid),
        var action => action.Parties.Select(party => party.Nid),
    };
}
