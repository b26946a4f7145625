using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>An attempt that its members give up by themselves, since one of them never acknowledged it, is in use at none of them, then or later.</summary>
/// <remarks>What administrators have a node abandon may be in use at another (spec §10 "Attempts"): they see to that.</remarks>
public sealed class OneEnd(World world) : Promise(world)
{
    /// <summary>As the log entry of such an end says.</summary>
    private static readonly byte[] ByThemselves = "no member has it in use"u8.ToArray();

    private readonly Dictionary<Digest32, SimulatedNode> _givenUp = [];

    public override string Name => "P10_An_attempt_has_one_end";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.Commit commit || World.WentBack.Contains(node.Nid))
            return;
        foreach (var write in commit.Writes)
        {
            switch (write)
            {
                case StoreWrite.AbortMaintenance abort when commit.Writes.OfType<StoreWrite.Append>().Any(IsByThemselves):
                    _givenUp.TryAdd(abort.Order, node);
                    var other = World.Steady.FirstOrDefault(member => member != node
                        && member.Store.Maintenance.Any(row => row.Order == abort.Order && row.State is MaintenanceState.Active or MaintenanceState.Done));
                    Require(other is null, $"{node.Roster.Name} gives order {abort.Order} up, and {other?.Roster.Name} has it in use");
                    break;
                case StoreWrite.ActivateMaintenance activated when _givenUp.TryGetValue(activated.Order, out var by) && !World.WentBack.Contains(by.Nid):
                    Require(by == node, $"{node.Roster.Name} takes order {activated.Order} into use, and {by.Roster.Name} has given it up");
                    break;
                default:
                    break;
            }
        }
    }

    private static bool IsByThemselves(StoreWrite.Append append) => append.Entry.Kind == AuditKind.OrderAborted && append.Entry.Detail.Span.IndexOf(ByThemselves) >= 0;
}
