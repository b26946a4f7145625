using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Schedules;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Schedules;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>From minute 5 on, every 40 minutes, keys reached within 6.</summary>
    private static readonly RosterSchedule Schedule = new("nightly", "", [], Epoch.AddMinutes(5), TimeSpan.FromMinutes(40), TimeSpan.FromMinutes(6));

    private static MiniCluster Cluster(RosterSchedule? schedule = null, string seed = "schedule") => new(3, seed,
        new() { HelloInterval = TimeSpan.FromSeconds(15), PeerSilence = TimeSpan.FromSeconds(50), Schedules = new() { Interval = TimeSpan.FromSeconds(20), TakeOver = TimeSpan.FromMinutes(2) } }, change: roster => roster with { Schedules = [schedule ?? Schedule] });

    private static uint Generation(SimulatedNode node, KeyId key) => MiniCluster.RowOf(node, key)!.Record.Generation;

    private static IEnumerable<SimulatedNode> ByNid(MiniCluster mini) => mini.Nodes.OrderBy(node => node.Nid);

    private static int Begun(SimulatedNode node, KeyId key) => ((StoreAnswer.Maintenances)node.Store.Read([new StoreQuery.FindMaintenanceOfKey(key)])[0]).Rows.Count;

    [Fact]
    public void A_schedule_refreshes_each_key_once_an_instance_at_its_own_time()
    {
        using var mini = Cluster();
        var keys = mini.CreateKeys(2, 3, count: 4);
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(4.8) - mini.Cluster.Time.Now);
        Assert.All(keys, key => Assert.Equal(0u, Generation(mini.Nodes[0], key.Record.KeyId)));
        foreach (var key in keys.OrderBy(key => ScheduleClock.Turn(Schedule, 0, key.Record.KeyId)))
        {
            var turn = ScheduleClock.Turn(Schedule, 0, key.Record.KeyId) - Epoch;
            Assert.InRange(turn, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(11));
            mini.Cluster.Time.Run(turn - TimeSpan.FromSeconds(1) - mini.Cluster.Time.Now);
            Assert.Equal(0u, Generation(mini.Nodes[0], key.Record.KeyId));
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(50));
            Assert.All(mini.Nodes, node => Assert.Equal(1u, Generation(node, key.Record.KeyId)));
        }
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(44) - mini.Cluster.Time.Now);
        Assert.All(keys, key => Assert.Equal((1u, 1), (Generation(mini.Nodes[0], key.Record.KeyId), Begun(mini.Nodes[0], key.Record.KeyId))));
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(53) - mini.Cluster.Time.Now);
        Assert.All(keys, key => Assert.Equal(2u, Generation(mini.Nodes[1], key.Record.KeyId)));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[2], mini.Sign(mini.Transfer(keys[0].Record))));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Only_selected_keys_are_refreshed()
    {
        using var first = Cluster(seed: "schedule by name");
        var probe = first.CreateKeys(2, 3, count: 2);
        using var mini = Cluster(Schedule with { Keys = [probe[1].Record.KeyId], Jitter = TimeSpan.Zero }, seed: "schedule by name");
        var keys = mini.CreateKeys(2, 3, count: 2);
        var named = mini.Cluster.Roster.Schedules[0].Keys[0];
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(7));
        Assert.All(keys, key => Assert.Equal(key.Record.KeyId == named ? 1u : 0u, Generation(mini.Nodes[0], key.Record.KeyId)));
    }

    [Fact]
    public void The_next_party_takes_over_when_the_first_does_not_run_the_order()
    {
        using var mini = Cluster(Schedule with { Jitter = TimeSpan.Zero });
        var key = Assert.Single(mini.CreateKeys(2, 3)).Record.KeyId;
        var lowest = ByNid(mini).First();
        var script = mini.Script();
        // It answers and takes part, but opens no session of its own.
        script.Bends = (node, effect) => node == lowest && effect is NodeEffect.OpenStream ? null : effect;
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(5.1) - mini.Cluster.Time.Now);
        Assert.All(mini.Nodes, node => Assert.Equal(0u, Generation(node, key)));
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(15));
        Assert.All(mini.Nodes, node => Assert.Equal(1u, Generation(node, key)));
    }

    [Fact]
    public void A_schedule_that_cannot_be_met_says_which_nodes_are_missing_and_is_met_once_they_are_back()
    {
        using var mini = Cluster(Schedule with { Jitter = TimeSpan.Zero });
        var key = Assert.Single(mini.CreateKeys(2, 3)).Record.KeyId;
        var last = ByNid(mini).Last();
        last.Kill();
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(20) - mini.Cluster.Time.Now);
        var lowest = ByNid(mini).First();
        Assert.Contains(lowest.Observations, seen => seen is Observation.ScheduleUnmet unmet && unmet.Why.Contains(last.Roster.Name, StringComparison.Ordinal));
        var status = Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(lowest, mini.Client, new ClientCall.Status()))).Status;
        var shown = Assert.Single(status.Schedules);
        Assert.Equal((0u, false, 1), (shown.Index, shown.IsMet, shown.Left));
        Assert.Contains(last.Roster.Name, shown.Problem, StringComparison.Ordinal);
        Assert.Equal(0, Begun(lowest, key)); // no attempt was used up

        mini.Cluster.Time.Run(TimeSpan.FromMinutes(46) - mini.Cluster.Time.Now);
        Assert.Contains(lowest.Store.Log, entry => entry.Kind == Core.Audit.AuditKind.ScheduleUnmet);
        last.Start();
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(1u, Generation(lowest, key)); // the newest instance only: the first is not made up for
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(1u, Generation(lowest, key));
    }

    /// <summary>Whatever dies around a key's turn, its instance is begun once among all nodes, in its window.</summary>
    [Theory]
    [InlineData(0, -2)] // before its turn
    [InlineData(0, 1)] // around the look at which it begins
    [InlineData(0, 21)]
    [InlineData(1, 21)]
    [InlineData(0, 45)] // after it
    [InlineData(2, 45)]
    public void A_restart_doubles_nothing(int victimIndex, int secondsAfterTurn)
    {
        using var mini = Cluster(seed: "schedule and restart");
        var key = Assert.Single(mini.CreateKeys(2, 3)).Record.KeyId;
        var turn = ScheduleClock.Turn(mini.Cluster.Roster.Schedules[0], 0, key) - Epoch;
        mini.Cluster.Time.Run(turn + TimeSpan.FromSeconds(secondsAfterTurn) - mini.Cluster.Time.Now);
        var victim = ByNid(mini).ElementAt(victimIndex);
        victim.Kill();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        victim.Start();
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(35) - mini.Cluster.Time.Now);
        Assert.All(mini.Nodes, node => Assert.Equal(1u, Generation(node, key)));
        // At one node after the other, and none of it twice: one order, known to all three.
        Assert.Single(mini.Nodes.SelectMany(node => node.Store.Maintenance).Where(row => row.State != MaintenanceState.Aborted).Select(row => row.Order).Distinct());
        Assert.All(mini.Nodes, node => Assert.Equal(MaintenanceState.Done, node.Store.Maintenance.Single(row => row.State != MaintenanceState.Aborted).State));
        Assert.All(mini.Nodes.SelectMany(node => node.Store.Maintenance), row => Assert.InRange(row.BegunAt - Epoch, turn, TimeSpan.FromMinutes(16)));
        foreach (var node in mini.Nodes)
        {
            node.Kill();
            node.Start();
        }
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(44) - mini.Cluster.Time.Now); // the second instance begins at 45
        Assert.All(mini.Nodes, node => Assert.Equal(1u, Generation(node, key)));
        Assert.True(mini.IsSound);
    }

    /// <summary>The others are PENDING then: they end the attempt by themselves once it says that it never acknowledged, and the schedule begins the next one.</summary>
    [Theory]
    [InlineData(0)] // the one that runs the order
    [InlineData(2)]
    public void P10_a_party_killed_between_the_others_ACKs_and_its_own_costs_a_schedule_one_attempt(int victimIndex)
    {
        using var mini = Cluster(Schedule with { Jitter = TimeSpan.Zero }, seed: "schedule and a late ACK");
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        var victim = ByNid(mini).ElementAt(victimIndex);
        var others = mini.Nodes.Where(node => node != victim).ToArray();
        script.Dies = (node, effect) => node == victim && effect is NodeEffect.Commit commit && commit.Writes.Any(write => write is StoreWrite.AcknowledgeMaintenance);
        Assert.True(mini.Cluster.Time.RunUntil(() => !victim.IsUp && others.All(node => node.Store.Maintenance.Any(row => row.State == MaintenanceState.Acknowledged)), TimeSpan.FromMinutes(7)));
        script.Dies = static (_, _) => false;
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(3)); // the others ask in long intervals by now
        Assert.All(others, node => Assert.Equal((MaintenanceState.Acknowledged, 0u), (Assert.Single(node.Store.Maintenance).State, Generation(node, key.Record.KeyId))));
        Assert.IsType<ClientReply.Signed>(mini.Ask(others[0], mini.Sign(mini.Transfer(key.Record))));

        victim.Start();
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(10));
        Assert.All(mini.Nodes, node => Assert.Equal((ScheduleGate.AttemptsOf(mini.Cluster.Roster.Schedules[0], 0)[1], 1u), (MiniCluster.RowOf(node, key.Record.KeyId)!.Attempt, Generation(node, key.Record.KeyId))));
        Assert.All(others, node => Assert.Equal((byte)1, node.Store.Maintenance.Single(row => row.State == MaintenanceState.Aborted).AbortKind));
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.IsType<ClientReply.Signed>(mini.Ask(victim, mini.Sign(mini.Transfer(key.Record))));
        Assert.True(mini.IsSound);
    }

    /// <summary>Nobody signs a schedule's orders: a peer that asks about any number of them fills no node's store, and is in no later order's way.</summary>
    [Fact]
    public void Orders_of_a_schedule_that_cannot_have_begun_are_not_kept()
    {
        using var mini = Cluster(Schedule with { Jitter = TimeSpan.Zero }, seed: "schedule and asking");
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var (peer, victim) = (mini.Nodes[0], mini.Nodes[1]);
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(2) - mini.Cluster.Time.Now);
        AskAbout(0, key);
        AskAbout(100, key);
        AskAbout(1_000_000, key);
        Assert.Empty(victim.Store.Maintenance);
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(20) - mini.Cluster.Time.Now);
        Assert.Equal(1u, Generation(victim, key.Record.KeyId));
        AskAbout(0, key); // of records that are in use no more
        AskAbout(0, MiniCluster.RowOf(victim, key.Record.KeyId)!); // of those that the instance itself has made
        Assert.Single(victim.Store.Maintenance);
        // One that may have begun is refused for ever: whoever is PENDING with it is told so.
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(44) - mini.Cluster.Time.Now);
        AskAbout(1, MiniCluster.RowOf(victim, key.Record.KeyId)!);
        Assert.Equal([MaintenanceState.Aborted, MaintenanceState.Aborted, MaintenanceState.Aborted], victim.Store.Maintenance.Where(row => row.Keys[0].Generation == 2).Select(row => row.State));
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(90) - mini.Cluster.Time.Now);
        Assert.Equal(2u, Generation(victim, key.Record.KeyId));
        Assert.True(mini.IsSound);

        void AskAbout(uint index, KeyRow row)
        {
            foreach (var attempt in ScheduleGate.AttemptsOf(mini.Cluster.Roster.Schedules[0], index))
            {
                PeerCall.AskMaintenance? ask = null;
                peer.Within(rooms =>
                {
                    var order = ScheduledOrders.Compose(rooms.Context, Schedule.Name, index, attempt, [row]);
                    Assert.True(rooms.Orders.TryIdentify(order, out var hash));
                    ask = new(hash, order);
                });
                mini.Cluster.CallAside(peer, victim.Nid, ask!, TimeSpan.FromSeconds(5));
                mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>Attempts that one instance has used up are in no later one's way.</summary>
    [Fact]
    public void A_key_that_an_instance_could_not_refresh_is_refreshed_by_the_next()
    {
        using var mini = Cluster(Schedule with { Jitter = TimeSpan.Zero }, seed: "schedule and attempts");
        var key = Assert.Single(mini.CreateKeys(2, 3)).Record.KeyId;
        var script = mini.Script();
        script.Bends = static (_, effect) => effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header) && header.Type == MessageType.Round
            ? null : effect; // every session of the first instance comes to nothing
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(44) - mini.Cluster.Time.Now);
        Assert.All(mini.Nodes, node => Assert.Equal((0u, 3), (Generation(node, key), node.Store.Maintenance.Count(row => row.State == MaintenanceState.Aborted))));
        script.Bends = static (_, effect) => effect;
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(48) - mini.Cluster.Time.Now);
        Assert.All(mini.Nodes, node => Assert.Equal((1u, ScheduleGate.AttemptsOf(mini.Cluster.Roster.Schedules[0], 1)[0]), (Generation(node, key), MiniCluster.RowOf(node, key)!.Attempt)));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_schedule_by_label_reaches_the_keys_that_bear_it()
    {
        using var mini = Cluster(Schedule with { Label = "hot", Jitter = TimeSpan.Zero }, seed: "schedule by label");
        var reply = mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3, count: 3) with { Labels = ["hot", "cold", "hot"] }));
        var keys = Assert.IsType<ClientReply.KeysCreated>(reply).Keys;
        var unlabelled = Assert.Single(mini.CreateKeys(2, 3));
        mini.Cluster.Time.Run(TimeSpan.FromMinutes(8));
        foreach (var key in keys.Append(unlabelled))
        {
            var expected = string.Equals(key.Label, "hot", StringComparison.Ordinal) ? 1u : 0;
            Assert.All(mini.Nodes, node => Assert.Equal(expected, Generation(node, key.Record.KeyId)));
        }
        // Two keys alike are one order's.
        Assert.All(mini.Nodes, node => Assert.Equal(2, Assert.Single(node.Store.Maintenance).Keys.Count));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Attempts_are_numbered_by_the_second_at_which_an_instance_begins()
    {
        var first = (uint)(3 * (long)(Epoch.AddMinutes(5) - new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds) + 1;
        Assert.Equal([first, first + 1, first + 2], ScheduleGate.AttemptsOf(Schedule, 0));
        Assert.Equal(first + 3 * 7 * 40 * 60, ScheduleGate.AttemptsOf(Schedule, 7)[0]);
        // Another schedule, or this one changed: whichever begins later has the higher numbers.
        Assert.True(ScheduleGate.AttemptsOf(Schedule with { From = Schedule.From.AddDays(1), Every = TimeSpan.FromDays(1) }, 0)[0] > ScheduleGate.AttemptsOf(Schedule, 35)[^1]);
        Assert.Equal([1u, 2u, 3u], ScheduleGate.AttemptsOf(Schedule with { From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero) }, 0));
        Assert.Empty(ScheduleGate.AttemptsOf(Schedule, uint.MaxValue));
    }

    [Fact]
    public void Instances_and_turns_follow_from_the_schedule_alone()
    {
        Assert.Null(ScheduleClock.Newest(Schedule, Schedule.From - TimeSpan.FromTicks(1)));
        Assert.Equal(0u, ScheduleClock.Newest(Schedule, Schedule.From));
        Assert.Equal(0u, ScheduleClock.Newest(Schedule, Schedule.From + Schedule.Every - TimeSpan.FromTicks(1)));
        Assert.Equal(7u, ScheduleClock.Newest(Schedule, Schedule.From + 7 * Schedule.Every));
        var turns = Enumerable.Range(0, 200).Select(i => ScheduleClock.Turn(Schedule, 3, new KeyId(new Bytes32([.. new byte[31], (byte)i]))) - ScheduleClock.Begin(Schedule, 3)).ToArray();
        Assert.All(turns, turn => Assert.InRange(turn, TimeSpan.Zero, Schedule.Jitter - TimeSpan.FromMilliseconds(1)));
        Assert.True(turns.Distinct().Count() > 190);
        Assert.InRange(turns.Average(turn => turn.TotalMinutes), 2.4, 3.6);
    }
}
