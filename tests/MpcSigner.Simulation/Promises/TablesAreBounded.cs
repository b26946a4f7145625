using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Pools;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>At rest a machine's tables hold what is in use and no more: requests, sessions and waiters do not pile up, and no material outlives its life.</summary>
public sealed class TablesAreBounded(World world) : Promise(world)
{
    /// <summary>What is remembered for late questions has a bound of its own in the nodes.</summary>
    private const int MostRemembered = 4_096;

    /// <summary>Three times what the busiest history was seen to leave; what grows with time or with lies is soon above it.</summary>
    private const int Most = 64;

    private static readonly string[] Remembering = ["SeenCommitments._known", "SeenCommitments._oldestFirst", "Holdings._ended", "Holdings._endedFirst"];

    /// <summary>A coordinator may ask for so much in one session, a cheater too.</summary>
    private static readonly string[] OfOneLot = ["HeldLot._ready", "HeldLot._spent"];
    private static readonly string[] EmptyAtRest = ["RequestLedger._slots", "SessionTable._theirs", "SessionTable._ours"];

    /// <summary>Two looks of the sweep.</summary>
    private static readonly TimeSpan Sweeps = TimeSpan.FromSeconds(2.5);

    public override string Name => "P8_Memory_is_bounded";

    public override void AtEnd()
    {
        foreach (var node in World.Honest.Where(node => node.IsUp))
            RequireBounded(node);
    }

    private void RequireBounded(SimulatedNode node)
    {
        var census = MachineCensus.Of(node.Machine!);
        Require(Remembering.Concat(EmptyAtRest).All(census.Sizes.ContainsKey), $"the census misses a table of those that it is about: {string.Join(", ", census.Sizes.Keys)}");
        foreach (var (table, size) in census.Sizes)
        {
            var most = Remembering.Contains(table) ? MostRemembered : EmptyAtRest.Contains(table) ? 0 : OfOneLot.Contains(table) ? PoolSettings.MaxBatch : Most;
            Require(size <= most, $"{node.Roster.Name} keeps {size} in {table}, at rest");
        }
        var end = node.Machine!.Rooms.Context.Now.Elapsed - World.Cluster.Settings.Pools.Life - Sweeps;
        foreach (var lot in census.Of<HeldLot>())
            Require(lot.Made >= end, $"{node.Roster.Name} keeps a lot for {NameOf(lot.Terms.Initiator)} that was made {(end - lot.Made + World.Cluster.Settings.Pools.Life).TotalSeconds:0} s ago");
    }
}
