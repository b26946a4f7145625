using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>A coordinator whose START says anything else than the administrators' order (spec §18.3): refused before anything is begun.</summary>
public sealed class HostileCoordinatorTests
{
    [Theory]
    [InlineData("t′")]
    [InlineData("n′")]
    [InlineData("a newcomer")]
    [InlineData("the old root")]
    [InlineData("the order")]
    [InlineData("an anchor")]
    [InlineData("something more")]
    [Trait("row", "T21a"), Trait("row", "T21b")]
    public void Refuses_a_START_that_does_not_follow_from_the_order(string what)
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var puppet = new Puppet(mini, mini.Nodes[0]) { Bends = (type, payload) => type == MessageType.Start ? Bend(payload, what) : payload.ToArray() };
        Assert.Empty(puppet.Held);
        var outcome = Assert.IsType<MaintenanceOutcome.Refused>(
            mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], [new(1), new(2)], 2, ReshareTests.Parties(mini, 0, 1, 2, 3)))));
        Assert.All(outcome.Error.Nodes, node => Assert.True(node.Reason is Reason.PeerFault or Reason.BadClientSignature or Reason.MalformedRequest, $"{what}: {node}"));
        Assert.NotEmpty(outcome.Error.Nodes);
        Assert.All(mini.Nodes, node => Assert.Empty(node.Store.Maintenance));
        Assert.Equal(KeyState.Active, Maintained.InUse(mini, mini.Nodes[1], key.Record.KeyId, 0).State);
        puppet.Bends = null;
        Assert.IsType<MaintenanceOutcome.Completed>(
            mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], [new(1), new(2)], 2, ReshareTests.Parties(mini, 0, 1, 2, 3)))));
        Assert.True(mini.IsSound);
    }

    /// <summary>While the first runs, when it is over, and after a restart: what a member signs in a session stands under an id of its own (spec §4.5, §18.3).</summary>
    [Theory]
    [InlineData(MaintenanceKind.Refresh)]
    [InlineData(MaintenanceKind.Reshare)]
    [InlineData(MaintenanceKind.Recovery)]
    [Trait("row", "T22@refresh"), Trait("row", "T22@reshare"), Trait("row", "T22@recovery")]
    public void Refuses_a_session_that_is_run_twice_under_one_id(MaintenanceKind kind)
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var (coordinator, member) = (mini.Nodes[0], mini.Nodes[1]);
        var script = mini.Script();
        var running = coordinator.Run(mini.Order(Maintained.Action(mini, kind, key, attempt: 1)));
        Assert.Null(running.Refusal);
        Assert.True(mini.Cluster.Time.RunUntil(() => member.Store.Maintenance.Count == 1, TimeSpan.FromSeconds(5)));
        var open = script.Effects.Where(e => e.Node == coordinator).Select(e => e.Effect).OfType<NodeEffect.SendFrame>().Select(send => send.Frame).OfType<SessionFrame.Open>()
            .First(frame => SignedJoin.TryDecode(frame.InitiatorJoin.Span, out var join) && join.Join.Terms.Protocol is ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery);
        AssertUsed(mini, script, member, coordinator, open, 1_000_000);

        Assert.True(mini.Cluster.Time.RunUntil(() => running.Outcome is not null, TimeSpan.FromSeconds(30)));
        Assert.IsType<MaintenanceOutcome.Completed>(running.Outcome); // the second run has not touched the first
        AssertUsed(mini, script, member, coordinator, open, 1_000_002);

        member.Kill();
        member.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        AssertUsed(mini, script, member, coordinator, open, 1_000_004);
        Assert.Single(member.Store.Maintenance);
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, member, key.Record.KeyId, kind == MaintenanceKind.Recovery ? 0u : 1));
        Assert.True(mini.IsSound);
    }

    private static void AssertUsed(MiniCluster mini, ScriptedTraffic script, SimulatedNode member, SimulatedNode coordinator, SessionFrame.Open open, ulong stream)
    {
        var refused = Assert.IsType<SessionFrame.Refuse>(PeerTests.Show(mini, script, member, coordinator, open, stream));
        Assert.Equal(Reason.PeerFault, refused.Error.Reason);
        Assert.Contains("used before", refused.Error.Message, StringComparison.Ordinal);
    }

    /// <summary>u32 length ‖ u8 version ‖ KH_old 32 ‖ H(order) 32 ‖ u16 2 ‖ 2 × 34 ‖ u16 4 ‖ 4 × 34 ‖ t′ ‖ n′ ‖ initiator 32 ‖ session 32 ‖ order ‖ anchors.</summary>
    private static byte[] Bend(ReadOnlySpan<byte> start, string what)
    {
        var bent = start.ToArray();
        const int newParties = 4 + 1 + 64 + 2 + 2 * 34 + 2;
        const int threshold = newParties + 4 * 34;
        switch (what)
        {
            case "t′": bent[threshold]++; break;
            case "n′": bent[threshold + 1]--; break;
            case "a newcomer": bent[newParties + 3 * 34 + 2] ^= 1; break;
            case "the old root": bent[5] ^= 1; break;
            case "the order": bent[threshold + 2 + 64 + 1 + 32] ^= 1; break; // the first signature
            case "an anchor": bent[^1] ^= 1; break; // the chain code of its record
            default: return [.. bent, 0];
        }
        return bent;
    }
}
