using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Histories;

/// <summary>Administrators who order refreshes, reshares and recoveries while the weather rages, sometimes two at once on one key from two coordinators; and whose nodes lose disks.</summary>
/// <remarks>They count attempts as a real office does: no two orders for one generation of a key bear the same one, but now and then they err.</remarks>
public sealed class Administration(World world, Plan plan, Weather weather, string name)
{
    private const int SpareAttempts = 3;

    private readonly Dictionary<(KeyId Key, uint Generation, bool Recovery), uint> _attempts = [];

    /// <summary>Orders that a node has taken.</summary>
    public int Submitted { get; private set; }

    public static MaintenanceAction ActionOf(SignedOrder order) =>
        new RequestBodyCodec().TryDecode(order.Body.Span, out var body, out var error) && body.Action is MaintenanceAction action
            ? action
            : throw new InvalidOperationException($"an order of administrators is malformed: {error}");

    public void Begin(Rotation rotation)
    {
        for (var i = 0; i < rotation.Operations; i++)
        {
            var random = new SeededSource($"{name}/operation/{i}");
            if (plan.Has("operation", i))
                At(1_500 + random.Below((int)plan.Busy.TotalMilliseconds - 1_500), () => Operate(random, retries: 4));
        }
        var loss = new SeededSource($"{name}/disk");
        if (rotation.LosesDisk)
            At(1_500 + loss.Below((int)plan.Busy.TotalMilliseconds - 1_500), () => LoseDisk(loss));
    }

    /// <summary>One order and its spare attempts at a node; null when no node that deals is up, or there is nothing to be done.</summary>
    public CallId? Submit(SimulatedNode coordinator, string title, IReadOnlyList<SignedOrder> orders)
    {
        var call = world.Cluster.NextCall;
        world.Chronicle.Write(world.Cluster.Time.Now, "admins", $"{call.Value}: {title} at {coordinator.Roster.Name}");
        Submitted++;
        world.Cluster.Call(coordinator, world.Mini.AdministratorId, new AdministratorCall.SubmitJob(title, [orders]));
        return call;
    }

    /// <summary>So many orders of ascending attempts.</summary>
    public IReadOnlyList<SignedOrder> Orders(IReadOnlyList<KeyRow> keys, Func<uint, MaintenanceAction> action) =>
        [.. Enumerable.Range(0, SpareAttempts).Select(_ => world.Mini.Order(action(Next(keys, action(1) is MaintenanceAction.Recover))))];

    private void At(int milliseconds, Action action) => world.Cluster.Time.After(TimeSpan.FromMilliseconds(milliseconds), action);

    private uint Next(IReadOnlyList<KeyRow> keys, bool recovery)
    {
        var next = keys.Max(key => _attempts.GetValueOrDefault((key.Record.KeyId, key.Record.Generation, recovery))) + 1;
        foreach (var key in keys)
            _attempts[(key.Record.KeyId, key.Record.Generation, recovery)] = next;
        return next;
    }

    private void Operate(SeededSource random, int retries)
    {
        var all = KeyInUse.Of(world);
        if (all.Count == 0 || weather.IsCalm)
        {
            if (retries > 0)
                At(1_500, () => Operate(random, retries - 1));
            return;
        }
        var key = all[random.Below(all.Count)];
        // One key, or all that are held alike.
        KeyRow[] keys = random.Below(2) == 0 ? [key] : [.. all.Where(other => other.Record.Threshold == key.Record.Threshold && AreSameParties(other, key))];
        var first = Compose(random, keys);
        if (random.Below(4) != 0)
        {
            Order(random, keys, first, Orders(keys, first));
            return;
        }
        // Two at once, their attempts between each other's, or by mistake the same.
        var second = Compose(random, keys);
        if (random.Below(2) == 0)
        {
            (first, second) = (Reshare(random, keys), Reshare(random, keys));
            world.Chronicle.Write(world.Cluster.Time.Now, "admins", $"two reshares of {keys[0].Record.KeyId.ToString()[..6]} at once");
        }
        List<SignedOrder> one = [], other = [];
        var mistake = random.Below(3) == 0;
        for (var i = 0; i < SpareAttempts; i++)
        {
            var attempt = Next(keys, first(1) is MaintenanceAction.Recover);
            one.Add(world.Mini.Order(first(attempt)));
            other.Add(world.Mini.Order(second(mistake ? attempt : Next(keys, second(1) is MaintenanceAction.Recover))));
        }
        Order(random, keys, first, one);
        At(random.Below(2) * random.Below(400), () => Order(random, keys, second, other));
    }

    private void Order(SeededSource random, IReadOnlyList<KeyRow> keys, Func<uint, MaintenanceAction> action, IReadOnlyList<SignedOrder> orders)
    {
        var drawn = action(1);
        SimulatedNode[] dealers = [.. Dealers(drawn).Select(world.Cluster.Node).Where(node => node.IsUp)];
        if (dealers.Length > 0)
            Submit(dealers[random.Below(dealers.Length)], $"{drawn.GetType().Name} of {keys.Count} keys", orders);
    }

    private Func<uint, MaintenanceAction> Compose(SeededSource random, IReadOnlyList<KeyRow> keys)
    {
        var record = keys[0].Record;
        // Who lost its shares gets them again, mostly.
        if (record.Parties.FirstOrDefault(party => world.WentBack.Contains(party.Nid)) is { } lost && random.Below(3) != 0)
            return Recovery(keys, lost.Pid);
        if (random.Below(5) < 2)
            return attempt => Administrators.Refresh(keys, attempt);
        return Reshare(random, keys);
    }

    /// <summary>By any t of the parties to any nodes.</summary>
    private Func<uint, MaintenanceAction> Reshare(SeededSource random, IReadOnlyList<KeyRow> keys)
    {
        var record = keys[0].Record;
        // What may be lost can be recovered by the others.
        var spare = plan.Rotation!.LosesDisk ? 1 : 0;
        var n = 2 + spare + random.Below(plan.AllNodes - 1 - spare);
        var most = n - spare;
        var t = 2 + random.Below(most - 1);
        (PartyId, NodeId)[] parties = [.. Some(random, n, plan.AllNodes).Select(i => (new PartyId((ushort)(i + 1)), world.Mini.Nodes[i].Nid))];
        PartyId[] dealers = [.. Some(random, record.Threshold, record.Parties.Count).Select(i => record.Parties[i].Pid)];
        return attempt => Administrators.Reshare(keys, dealers, t, parties, attempt);
    }

    /// <summary>By the first t others that hold shares.</summary>
    public Func<uint, MaintenanceAction> Recovery(IReadOnlyList<KeyRow> keys, PartyId lost)
    {
        var record = keys[0].Record;
        var holders = record.Parties.Where(party => party.Pid != lost && KeyInUse.Holds(world.Cluster.Node(party.Nid), keys[0]));
        var others = record.Parties.Where(party => party.Pid != lost);
        PartyId[] helpers = [.. holders.Union(others).Take(record.Threshold).Select(party => party.Pid).Order()];
        return attempt => Administrators.Recover(keys, helpers, lost, attempt);
    }

    public static IEnumerable<NodeId> Dealers(MaintenanceAction action) => action switch
    {
        MaintenanceAction.Reshare reshare => reshare.Parties.Where(party => reshare.Dealers.Contains(party.Pid)).Select(party => party.Nid),
        MaintenanceAction.Recover recover => recover.Parties.Where(party => recover.Helpers.Contains(party.Pid)).Select(party => party.Nid),
        _ => action.Parties.Select(party => party.Nid),
    };

    private static bool AreSameParties(KeyRow one, KeyRow other) =>
        one.Record.Parties.Select(party => (party.Pid, party.Nid)).SequenceEqual(other.Record.Parties.Select(party => (party.Pid, party.Nid)));

    /// <summary>So many of 0..below − 1, ascending.</summary>
    private static int[] Some(SeededSource random, int count, int below)
    {
        List<int> left = [.. Enumerable.Range(0, below)];
        while (left.Count > count)
            left.RemoveAt(random.Below(left.Count));
        return [.. left];
    }

    private void LoseDisk(SeededSource random)
    {
        var node = world.Mini.Nodes[random.Below(plan.Nodes)];
        weather.TakeBack(node, random.Below(3) == 0 ? 0 : random.Below(node.Store.Mark + 1), said: random.Below(3) != 0);
    }
}
