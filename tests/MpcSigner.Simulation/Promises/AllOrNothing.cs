using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>Once the nodes are up and connected for long enough, a key is ACTIVE at all its parties or at none, and nobody waits any more.</summary>
public sealed class AllOrNothing(World world) : Promise(world)
{
    public override string Name => "P10_A_key_is_active_everywhere_or_nowhere";

    public override void AtEnd()
    {
        foreach (var order in World.Steady.SelectMany(node => node.Store.Orders).Select(row => row.Order).Distinct().ToArray())
        {
            var rows = World.Steady.Where(node => PartiesOf(order).Contains(node.Nid)).Select(node => (Node: node, Row: node.Store.Orders.FirstOrDefault(row => row.Order == order))).ToArray();
            foreach (var (node, row) in rows)
            {
                // A cheating party can hold back its ACK for ever: then honest ones wait, visibly.
                Require(row is null or { State: OrderState.Active or OrderState.Aborted or OrderState.GivenUp } || World.Cheaters.Count > 0,
                    $"order {order} is still {row?.State} at {node.Roster.Name}");
                RequireShares(node, row);
            }
            var active = rows.Where(entry => entry.Row is { State: OrderState.Active }).ToArray();
            var ended = rows.Where(entry => entry.Row is null or { State: OrderState.Aborted or OrderState.GivenUp }).ToArray();
            Require(active.Length == 0 || ended.Length == 0,
                $"order {order} is ACTIVE at {string.Join(", ", active.Select(e => e.Node.Roster.Name))} and not at {string.Join(", ", ended.Select(e => e.Node.Roster.Name))}");
            var records = active.Select(entry => string.Join(',', entry.Node.Store.Keys.Where(key => key.Order == order).OrderBy(key => key.Index).Select(key => key.RecordHash)));
            Require(records.Distinct().Count() <= 1, $"order {order} made different keys");
        }
    }

    private IEnumerable<NodeId> PartiesOf(Digest32 order) =>
        ((RequestAction.CreateKeys)World.BodyOf(World.BodyHash(World.Steady.SelectMany(node => node.Store.Orders).First(row => row.Order == order).Request)).Action).Parties.Select(party => party.Nid);

    /// <summary>Whoever has acknowledged keeps its shares, whatever others say: they may hold its ACK.</summary>
    private void RequireShares(SimulatedNode node, OrderRow? row)
    {
        if (row is null || row.Ack.IsEmpty)
            return;
        var keys = node.Store.Keys.Where(key => key.Order == row.Order).ToArray();
        Require(keys.Length > 0, $"{node.Roster.Name} has acknowledged order {row.Order} and has none of its keys");
        foreach (var key in keys.Where(key => key.State is not (KeyState.Erased or KeyState.Retired)))
        {
            using var share = node.Store.OpenShare(key.Record.KeyId, key.Record.Generation);
            Require(share is not null, $"{node.Roster.Name} has acknowledged key {key.Record.KeyId} and has no share of it");
        }
    }
}
