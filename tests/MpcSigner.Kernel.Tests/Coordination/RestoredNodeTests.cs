using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Kernel.Tests.Coordination.Maintenance;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A node whose disk went back has forgotten bookings, sessions and its own words: what was issued before opens nothing there again, by whichever door it comes.</summary>
[Trait("row", "X-backup-restore")]
public sealed class RestoredNodeTests : IDisposable
{
    private readonly MiniCluster _mini;
    private readonly KeyRow _key;

    public RestoredNodeTests() => (_mini, _key) = Maintained.WithKey(3, 2, 3);

    private SimulatedNode Restored => _mini.Nodes[2];

    public void Dispose() => _mini.Dispose();

    /// <summary>Its disk goes back to what it is now, or is lost.</summary>
    private void GoesBack(bool lost = false)
    {
        var backup = lost ? 0 : Restored.BackUp();
        Restored.Kill();
        Restored.Restore(backup);
        Restored.Start();
        _mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Signs_nothing_that_was_issued_before_and_says_so_by_either_door()
    {
        var (before, other) = (_mini.Sign(Maintained.Raw(_key.Record, 1)), _mini.Sign(Maintained.Raw(_key.Record, 2)));
        GoesBack();

        var refused = Assert.IsType<ClientReply.Refused>(_mini.Ask(Restored, before)).Error;
        Assert.Equal(Reason.IssuedBeforeRestore, refused.Reason);
        Assert.Contains("restored at", refused.Message, StringComparison.Ordinal);
        var signed = Assert.IsType<ClientReply.Signed>(_mini.Ask(_mini.Nodes[0], before)); // the others have forgotten nothing
        Assert.DoesNotContain(Restored.Nid, signed.Signers);

        _mini.Nodes[1].Kill();
        _mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        var alone = Assert.IsType<ClientReply.Refused>(_mini.Ask(_mini.Nodes[0], other)).Error;
        Assert.Contains(alone.Nodes, node => node.Node == Restored.Nid && node.Reason == Reason.IssuedBeforeRestore);
        Assert.DoesNotContain(Restored.Store.Log, entry => entry.Kind == AuditKind.ShareReleased);

        Assert.IsType<ClientReply.Signed>(_mini.Ask(_mini.Nodes[0], _mini.Sign(Maintained.Raw(_key.Record, 3)))); // what is issued since, it serves
        Assert.True(_mini.IsSound);
    }

    [Fact]
    public void Takes_part_in_no_creation_that_was_issued_before()
    {
        var creation = _mini.Sign(_mini.Creation(2, 3));
        GoesBack(lost: true);

        var refused = Assert.IsType<ClientReply.Refused>(_mini.Ask(_mini.Nodes[0], creation)).Error;
        Assert.Contains(refused.Nodes, node => node.Node == Restored.Nid && node.Reason == Reason.IssuedBeforeRestore);
        Assert.Empty(Restored.Store.Orders);
        Assert.IsType<ClientReply.KeysCreated>(_mini.Ask(_mini.Nodes[0], _mini.Sign(_mini.Creation(2, 3))));
        Assert.DoesNotContain(_mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(_mini.IsSound);
    }

    [Fact]
    public void Begins_no_maintenance_that_was_ordered_before_and_is_recovered_by_an_order_of_since()
    {
        var before = _mini.Order(Administrators.Refresh([_key]));
        GoesBack();

        Assert.Equal(Reason.IssuedBeforeRestore, Assert.IsType<MaintenanceOutcome.Refused>(_mini.Maintain(Restored, before)).Error.Reason);
        var refused = Assert.IsType<MaintenanceOutcome.Refused>(_mini.Maintain(_mini.Nodes[0], before)).Error;
        Assert.True(refused.Reason == Reason.IssuedBeforeRestore || refused.Nodes.Any(node => node.Node == Restored.Nid && node.Reason == Reason.IssuedBeforeRestore), refused.Message);
        Assert.Empty(Restored.Store.Maintenance);

        Assert.IsType<MaintenanceOutcome.Completed>(_mini.Maintain(_mini.Nodes[0], _mini.Order(Administrators.Refresh([_key], attempt: 2))));
        Maintained.SignsWithEveryQuorum(_mini, Maintained.InUse(_mini, Restored, _key.Record.KeyId, 1));
    }

    /// <summary>It opens no session and must come to be known again, from administrators alone: what a peer shows may have been called off.</summary>
    [Fact]
    public void Takes_a_destruction_that_was_ordered_before_from_administrators_and_from_no_peer()
    {
        var delay = _mini.Cluster.Roster.DestructionDelay;
        var order = _mini.Order(new AdministratorAction.Destroy([_key.Record.KeyId], DateTimeOffset.FromUnixTimeMilliseconds((_mini.Now + delay).ToUnixTimeMilliseconds())));
        var backup = Restored.BackUp();
        Assert.IsType<AdministratorReply.Accepted>(_mini.Tell(_mini.Nodes[0], new AdministratorCall.Command(order)));
        _mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Assert.Single(Restored.Store.Destructions);
        Restored.Kill();
        Restored.Restore(backup);
        Restored.Start();
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(3)); // its peers show it
        Assert.Empty(Restored.Store.Destructions);
        Assert.IsType<AdministratorReply.Accepted>(_mini.Tell(Restored, new AdministratorCall.Command(order)));
        Assert.Equal(DestructionState.Waiting, Assert.Single(Restored.Store.Destructions).State);
    }

    [Fact]
    public void Refuses_to_the_moment_and_nothing_without_a_restore()
    {
        var body = new RequestBody(_mini.Cluster.Roster.Cluster, "edge", _mini.Now, _mini.Now + TimeSpan.FromMinutes(1), "", _mini.Creation(2, 3));
        Assert.Null(RestoreOf(null, body));
        Assert.Null(RestoreOf(_mini.Now - TimeSpan.FromMilliseconds(1), body));
        var refused = RestoreOf(_mini.Now, body)!;
        Assert.Equal(Reason.IssuedBeforeRestore, refused.Reason);
        Assert.DoesNotContain("store restored", refused.NextStep, StringComparison.Ordinal);
        // A clock that was ahead then is told from one that was right.
        Assert.Contains("store restored", RestoreOf(_mini.Now.AddHours(1), body)!.NextStep, StringComparison.Ordinal);
    }

    /// <summary>The clock was a day ahead when the disk went back; said again by the right one, the word counts anew.</summary>
    [Fact]
    public void A_restore_by_a_clock_that_was_ahead_is_said_again()
    {
        Restored.ClockOffset = TimeSpan.FromDays(1);
        GoesBack();
        Restored.ClockOffset = TimeSpan.Zero;
        var refused = Assert.IsType<ClientReply.Refused>(_mini.Ask(Restored, _mini.Sign(Maintained.Raw(_key.Record, 1)))).Error;
        Assert.Equal(Reason.IssuedBeforeRestore, refused.Reason);
        Assert.Contains("store restored", refused.NextStep, StringComparison.Ordinal);
        Restored.Kill();
        Restored.Store.SkipStarts();
        Restored.Start();
        _mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.IsType<ClientReply.Signed>(_mini.Ask(Restored, _mini.Sign(Maintained.Raw(_key.Record, 2))));
    }

    private ServiceError? RestoreOf(DateTimeOffset? restored, RequestBody body) => MpcSigner.Coordination.Requests.RequestTimes.JudgeRestore(restored, body, _mini.Now);
}
