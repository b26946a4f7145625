using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

/// <summary>The faults are over: administrators put in order what they find, by the operators' manual, until there is nothing left to do.</summary>
internal sealed class Healing(World world, Administration administration)
{
    private const string Title = "P10_Administrators_can_put_everything_in_order";
    private const int MaxRounds = 10;

    private static readonly TimeSpan JobsEnd = TimeSpan.FromSeconds(150);

    /// <summary>What nodes do by themselves has its time first.</summary>
    private static readonly TimeSpan ByThemselves = TimeSpan.FromSeconds(12);

    public void Run()
    {
        AwaitJobs();
        for (var round = 0; ; round++)
        {
            world.Cluster.Time.Run(ByThemselves);
            var remedies = Remedies().ToArray();
            if (remedies.Length == 0)
                return;
            if (round == MaxRounds)
                throw new BrokenPromiseException($"after {round} rounds there is still to do: {string.Join("; ", remedies.Select(remedy => remedy.What))}", Title);
            foreach (var (what, act) in remedies)
            {
                world.Chronicle.Write(world.Cluster.Time.Now, "admins", what);
                act();
            }
            AwaitJobs();
        }
    }

    public void AwaitJobs()
    {
        if (world.Cluster.Time.RunUntil(() => world.Honest.All(node => node.Store.Jobs.All(job => job.State != JobState.Running)), JobsEnd))
            return;
        var open = world.Honest.SelectMany(node => node.Store.Jobs.Where(job => job.State == JobState.Running)
            .Select(job => $"{node.Roster.Name}: {job.Title}, {job.Steps[0].State}, {job.Steps[0].Outcome}"));
        throw new BrokenPromiseException($"after {JobsEnd.TotalSeconds} s jobs still run: {string.Join("; ", open)}", "P10_Jobs_end");
    }

    /// <summary>One order a key at a time.</summary>
    private IEnumerable<(string What, Action Act)> Remedies()
    {
        var keys = KeyInUse.Of(world);
        foreach (var key in keys)
        {
            if (Remedy(key) is { } remedy)
                yield return remedy;
        }
        foreach (var node in world.Cluster.Nodes)
        {
            foreach (var order in node.Store.Maintenance.Where(row => row.State is MaintenanceState.Acknowledged or MaintenanceState.Active).ToArray())
            {
                if (EndOf(node, order, keys) is { } end && (end == AttemptEnd.RollBack || !world.IsCheater(node.Nid)))
                    yield return ($"{end} order {order.Order.ToString()[..6]} at {node.Roster.Name}", () => End(node, order, end));
            }
        }
    }

    private (string, Action)? Remedy(KeyRow key)
    {
        var record = key.Record;
        var holders = record.Parties.Where(party => KeyInUse.Holds(world.Cluster.Node(party.Nid), key)).ToArray();
        // A cheater that has gone on alone is ordered back, as below; whether it then signs is its own doing.
        if (record.Parties.Count(party => holders.Contains(party) || world.IsCheater(party.Nid)) < record.Threshold)
            throw new BrokenPromiseException($"of key {record.KeyId} in generation {record.Generation} only {holders.Length} of {record.Threshold} shares are left", "P10_Every_key_stays_usable");
        if (holders.Length < record.Threshold)
            return null;
        if (record.Parties.Except(holders).FirstOrDefault(party => !world.IsCheater(party.Nid)) is { } lost)
            return ($"recover {record.KeyId.ToString()[..6]} at {lost.Pid}", () => Submit(key, administration.Recovery([key], lost.Pid), holders));
        // An attempt that waits for ever gives way to the next one.
        if (world.Honest.SelectMany(node => node.Store.Maintenance).Any(row => row.State == MaintenanceState.Acknowledged && row.Keys.Contains((record.KeyId, record.Generation + 1))))
            return ($"refresh {record.KeyId.ToString()[..6]}", () => Submit(key, attempt => Administrators.Refresh([key], attempt), holders));
        return null;
    }

    private void Submit(KeyRow key, Func<uint, MaintenanceAction> action, IReadOnlyList<Core.Keys.KeyParty> holders)
    {
        var dealers = Administration.Dealers(action(1)).ToHashSet();
        var coordinator = holders.Select(party => world.Cluster.Node(party.Nid)).First(node => dealers.Contains(node.Nid) && !world.IsCheater(node.Nid));
        administration.Submit(coordinator, "healing", administration.Orders([key], action));
    }

    /// <summary>PENDING of a generation that is in use by another attempt, or past: abandoned. ACTIVE, but not what is in use: rolled back. ACTIVE, and waits for the DONE of a node that has forgotten it: the old shares go.</summary>
    private static AttemptEnd? EndOf(SimulatedNode node, MaintenanceRow order, IReadOnlyList<KeyRow> keys)
    {
        var inUse = keys.Where(key => order.Keys.Any(made => made.Key == key.Record.KeyId)).ToArray();
        var own = node.Store.Keys.Where(key => key.Order == order.Order).ToArray();
        if (order.State == MaintenanceState.Acknowledged)
            return inUse.All(key => order.Keys.Any(made => made.Key == key.Record.KeyId && made.Generation <= key.Record.Generation)) ? AttemptEnd.Abandon : null;
        return own.Any(row => row.State == KeyState.Active && inUse.All(key => key.RecordHash != row.RecordHash)) ? AttemptEnd.RollBack : AttemptEnd.EraseOld;
    }

    private void End(SimulatedNode node, MaintenanceRow order, AttemptEnd end)
    {
        world.Ended.Add((node.Nid, order.Order));
        world.Cluster.Call(node, world.Mini.AdministratorId, new AdministratorCall.Command(world.Mini.Order(new AdministratorAction.EndAttempt(order.Order, end))));
    }
}
