using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>Attempts that end at some parties and not at others (spec §10 "Attempts").</summary>
public sealed class StuckAttemptTests
{
    [Theory]
    [InlineData(MaintenanceKind.Refresh)]
    [InlineData(MaintenanceKind.Reshare)]
    [Trait("row", "T23a@refresh"), Trait("row", "T23a@reshare"), Trait("row", "M23")]
    public void A_party_that_falls_silent_after_round_3_is_evicted_by_the_next_attempt(MaintenanceKind kind)
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        var silent = mini.Nodes[2];
        script.Dies = (node, effect) => node == silent && IsOwn(effect, silent, MessageType.Ack, 3);
        var pending = mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, kind, key, attempt: 1)));
        Assert.IsType<MaintenanceOutcome.Pending>(pending);
        Assert.All(mini.Nodes.Take(kind == MaintenanceKind.Refresh ? 3 : 4), node => Assert.Equal(MaintenanceState.Acknowledged, Assert.Single(node.Store.Maintenance).State));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 1))));

        // Without it: attempt 2 moves the key to a, b and d.
        script.Dies = static (_, _) => false;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(8));
        var evicting = mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], [new(1), new(2)], 2, ReshareTests.Parties(mini, 0, 1, 3), attempt: 2)));
        Assert.True(evicting is MaintenanceOutcome.Completed, evicting.ToString());
        Assert.Contains(mini.Nodes[0].Store.Maintenance, row => row is { State: MaintenanceState.Aborted, AbortKind: 1 });

        // It comes back with the ACK of attempt 1, which nobody will complete, and learns that it holds the key no more.
        silent.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(60));
        foreach (var node in mini.Nodes)
        {
            Maintained.InUse(mini, node, key.Record.KeyId, 1);
            Assert.Null(node.Store.OpenShare(key.Record.KeyId, 0));
        }
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[3], key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }

    /// <summary>The others are PENDING then, and stay it until the next attempt: the job begins that by itself, as soon as c says that it aborted.</summary>
    [Fact]
    public void P10_a_party_killed_between_the_others_ACKs_and_its_own_costs_a_job_one_attempt()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        var victim = mini.Nodes[2];
        var others = mini.Nodes.Take(2).ToArray();
        script.Dies = (node, effect) => node == victim && effect is NodeEffect.Commit commit && commit.Writes.Any(write => write is StoreWrite.AcknowledgeMaintenance);
        SignedOrder[] orders = [.. Enumerable.Range(1, 3).Select(attempt => mini.Order(Administrators.Refresh([key], (uint)attempt)))];
        var job = Assert.IsType<AdministratorReply.JobIs>(mini.Tell(mini.Nodes[0], new AdministratorCall.SubmitJob("refresh", [orders]))).Job.Job;
        Assert.True(mini.Cluster.Time.RunUntil(() => !victim.IsUp && others.All(node => node.Store.Maintenance.Any(row => row.State == MaintenanceState.Acknowledged)), TimeSpan.FromSeconds(20)));

        script.Dies = static (_, _) => false;
        victim.Start();
        Assert.True(mini.Cluster.Time.RunUntil(() => mini.Nodes[0].Store.Jobs.Single(row => row.Job == job).State == JobState.Completed, TimeSpan.FromSeconds(30)));
        Assert.Equal(1, Assert.Single(mini.Nodes[0].Store.Jobs.Single(row => row.Job == job).Steps).Tried);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        foreach (var node in mini.Nodes)
        {
            Assert.Equal((2u, 1u), (Maintained.InUse(mini, node, key.Record.KeyId, 1).Attempt, node.Store.Maintenance.Single(row => row.State == MaintenanceState.Aborted).Attempt));
            Assert.Null(node.Store.OpenShare(key.Record.KeyId, 0));
        }
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, victim, key.Record.KeyId, 1));
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
    }

    [Theory]
    [InlineData(MaintenanceKind.Refresh)]
    [InlineData(MaintenanceKind.Reshare)]
    [Trait("row", "T23b@refresh"), Trait("row", "T23b@reshare")]
    public void An_ACK_shown_to_half_still_ends_at_everybody(MaintenanceKind kind)
    {
        var (mini, key) = Maintained.WithKey(kind == MaintenanceKind.Refresh ? 3 : 4, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        // What c acknowledges never reaches b in the session, and b never hears of the certificate there.
        script.Bends = (node, effect) => IsOwn(effect, node, MessageType.Ack, 3, to: 2) || IsTo(effect, MessageType.Certificate, 2) ? null : effect;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, kind, key, attempt: 1))));
        script.Bends = static (_, effect) => effect;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        foreach (var node in mini.Nodes)
        {
            Maintained.InUse(mini, node, key.Record.KeyId, 1);
            Assert.Null(node.Store.OpenShare(key.Record.KeyId, 0));
        }
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void An_operator_abandons_a_pending_attempt_and_cannot_abandon_a_certified_one()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        script.Dies = (node, effect) => node == mini.Nodes[2] && IsOwn(effect, node, MessageType.Ack, 3);
        Assert.IsType<MaintenanceOutcome.Pending>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        var order = mini.Nodes[0].Store.Maintenance.Single().Order;
        Assert.Null(End(mini, mini.Nodes[0], order, AttemptEnd.Abandon));
        Assert.Equal(MaintenanceState.Aborted, mini.Nodes[0].Store.Maintenance.Single().State);
        Assert.Equal(Reason.AlreadyEnded, End(mini, mini.Nodes[0], order, AttemptEnd.Abandon)!.Reason);
        Assert.Equal(Reason.UnknownOrder, End(mini, mini.Nodes[0], default, AttemptEnd.Abandon)!.Reason);

        script.Dies = static (_, _) => false;
        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        // c shows the ACK that it never had shown: b and c, who were not told to abandon, have the certificate and sign by themselves.
        foreach (var certified in new[] { mini.Nodes[1], mini.Nodes[2] })
            Maintained.InUse(mini, certified, key.Record.KeyId, 1);
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(Maintained.Raw(key.Record, 1))));
        // Some aborted and some activated: the operator orders these back, and then the next attempt is free (spec §10 "Attempts").
        foreach (var certified in new[] { mini.Nodes[1], mini.Nodes[2] })
            Assert.Null(End(mini, certified, order, AttemptEnd.RollBack));
        var again = mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([key], attempt: 2)));
        Assert.True(again is MaintenanceOutcome.Completed, again.ToString());
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_certified_attempt_is_rolled_back_while_old_shares_wait_and_then_done_again()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        // b and c say no DONE that a hears: a keeps its old shares.
        script.Bends = (node, effect) => IsTo(effect, MessageType.Done, 1) || IsTo(effect, MessageType.Done, 2) || IsTo(effect, MessageType.Done, 3) ? null : effect;
        script.Loses = (_, _, what) => what is PeerCall.AskMaintenance or PeerCall.PushMaintained;
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
        var order = mini.Nodes[0].Store.Maintenance.Single().Order;
        foreach (var node in mini.Nodes)
        {
            Assert.Equal(MaintenanceState.Active, node.Store.Maintenance.Single().State);
            Assert.Equal(Reason.AlreadyEnded, End(mini, node, order, AttemptEnd.Abandon)!.Reason);
            Assert.Null(End(mini, node, order, AttemptEnd.RollBack));
            Maintained.InUse(mini, node, key.Record.KeyId, 0);
        }
        script.Loses = static (_, _, _) => false;
        script.Bends = static (_, effect) => effect;
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 3))));
        var again = mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key], attempt: 2)));
        Assert.True(again is MaintenanceOutcome.Completed, again.ToString());
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[2], key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void P10_a_stream_that_breaks_at_any_frame_leaves_the_key_usable(int breaks)
    {
        for (var fatal = 0; ; fatal++)
        {
            var (mini, key) = Maintained.WithKey(3, 2, 3, seed: "maintenance-partition");
            using var _ = mini;
            var script = mini.Script();
            var (count, broken) = (0, false);
            var victim = mini.Nodes[breaks].Nid;
            script.Loses = (from, to, what) => what is NodeEffect.SendFrame && (from == victim || to == victim) && !broken && (broken = count++ == fatal);
            var first = mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key])));
            if (!broken)
                break; // all frames are tried
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
            var rows = mini.Nodes.Select(node => MiniCluster.RowOf(node, key.Record.KeyId)!).ToArray();
            Assert.True(rows.All(row => row.RecordHash == rows[0].RecordHash), $"broken at frame {fatal}: {first}");
            var again = rows[0].Record.Generation == 0
                ? mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([key], attempt: 2)))
                : mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([rows[0]])));
            Assert.True(again is MaintenanceOutcome.Completed, $"broken at frame {fatal}: {first}, then {again}");
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[2], mini.Sign(Maintained.Raw(key.Record, 5))));
            Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
            Assert.True(mini.IsSound);
        }
    }

    /// <summary>Else one party could leave a key without any share that can be used: new ones abandoned, old ones out of use.</summary>
    [Fact]
    public void A_certificate_kept_back_until_the_attempt_was_abandoned_takes_nothing_from_those_who_did()
    {
        var (mini, key) = Maintained.WithKey(3, 2, 3);
        using var _ = mini;
        var script = mini.Script();
        var (a, hider, c) = (mini.Nodes[0], mini.Nodes[1], mini.Nodes[2]);
        script.Bends = (node, effect) => node == hider
            && (IsOwn(effect, hider, MessageType.Ack, 2) || IsOwn(effect, hider, MessageType.Certificate, 2) || IsOwn(effect, hider, MessageType.Done, 2)
                || effect is NodeEffect.AnswerPeer { Reply: PeerReply.Maintenance } or NodeEffect.CallPeer { Body: PeerCall.PushMaintained }) ? null : effect;
        Assert.IsType<MaintenanceOutcome.Pending>(mini.Maintain(a, mini.Order(Administrators.Refresh([key]))));
        foreach (var node in new[] { a, c })
            Assert.Null(End(mini, node, Assert.Single(node.Store.Maintenance).Order, AttemptEnd.Abandon));
        Maintained.InUse(mini, hider, key.Record.KeyId, 1);

        // Now it shows what it has, and works with it.
        script.Bends = static (_, effect) => effect;
        mini.Ask(hider, mini.Sign(Maintained.Raw(key.Record, 6)));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(20));
        foreach (var node in new[] { a, c })
        {
            Maintained.InUse(mini, node, key.Record.KeyId, 0);
            Assert.IsType<ClientReply.Signed>(mini.Ask(node, mini.Sign(Maintained.Raw(key.Record, (byte)node.Roster.Name[^1]))));
        }
        Assert.True(mini.IsSound);
    }

    private static ServiceError? End(MiniCluster mini, SimulatedNode node, Digest32 order, AttemptEnd end)
    {
        var (ended, error) = (false, (ServiceError?)null);
        node.Within(rooms => rooms.Maintenance.EndAttempt(order, end, refused => (ended, error) = (true, refused)));
        Assert.True(mini.Cluster.Time.RunUntil(() => ended, TimeSpan.FromSeconds(30)), "the attempt's end was not answered");
        return error;
    }

    /// <summary>An envelope that a party sends of its own, not one that it relays.</summary>
    private static bool IsOwn(NodeEffect effect, SimulatedNode node, MessageType type, ushort from, ushort to = 0) =>
        Header(effect) is { } header && header.Type == type && header.From == from && (to == 0 || header.To == to) && node.IsUp;

    private static bool IsTo(NodeEffect effect, MessageType type, ushort to) => Header(effect) is { } header && header.Type == type && header.To == to;

    private static EnvelopeHeader? Header(NodeEffect effect) =>
        effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header) ? header : null;
}
