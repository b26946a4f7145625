using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>A coordinator whose START takes its dealers or its attempt from another order than the session is about (spec §18.3).</summary>
public sealed class OtherOrderTests
{
    /// <summary>u8 version ‖ KH_old, then H(order) 32, then in a reshare and a recovery u16 2 ‖ 2 × (pid ‖ nid).</summary>
    private const int OrderAt = 1 + 32, SecondDealerAt = OrderAt + 32 + 2 + 34;

    [Theory]
    [InlineData(MaintenanceKind.Refresh, "attempt")]
    [InlineData(MaintenanceKind.Refresh, "attempt and its hash")]
    [InlineData(MaintenanceKind.Reshare, "attempt")]
    [InlineData(MaintenanceKind.Reshare, "attempt and its hash")]
    [InlineData(MaintenanceKind.Reshare, "S")]
    [InlineData(MaintenanceKind.Recovery, "attempt")]
    [InlineData(MaintenanceKind.Recovery, "attempt and its hash")]
    [InlineData(MaintenanceKind.Recovery, "S")]
    [Trait("row", "T21c@reshare"), Trait("row", "T21c@recovery"), Trait("row", "T21d@refresh"), Trait("row", "T21d@reshare"), Trait("row", "T21d@recovery")]
    public void Refuses_a_START_before_round_1_and_the_honest_one_works(MaintenanceKind kind, string what)
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var order = mini.Order(Maintained.Action(mini, kind, key, attempt: 1));
        var other = mini.Order(Maintained.Action(mini, kind, key, attempt: 2));
        var bent = 0;
        var puppet = new Puppet(mini, mini.Nodes[0]);
        puppet.Bends = (type, payload) =>
        {
            if (type != MessageType.Start)
                return payload.ToArray();
            bent++;
            return Bend(payload, what, other, kind, mini);
        };
        var outcome = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[0], order));
        Assert.True(bent > 0);
        Assert.NotEmpty(outcome.Error.Nodes);
        Assert.All(outcome.Error.Nodes, node => Assert.True(node.Reason is Reason.PeerFault or Reason.BadClientSignature or Reason.MalformedRequest, $"{what}: {node}"));
        Assert.All(mini.Nodes, node => Assert.Empty(node.Store.Maintenance)); // nothing is begun, so no round 1 left anybody
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);

        puppet.Bends = null;
        var honest = mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, kind, key, attempt: 1)));
        Assert.True(honest is MaintenanceOutcome.Completed, $"{honest}");
        Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[1], key.Record.KeyId, kind == MaintenanceKind.Recovery ? 0u : 1));
        Assert.True(mini.IsSound);
    }

    private static byte[] Bend(ReadOnlySpan<byte> payload, string what, SignedOrder other, MaintenanceKind kind, MiniCluster mini)
    {
        Assert.True(MaintenanceStart.TryDecode(payload, out var start));
        var inputs = start.Inputs.ToArray();
        if (what == "S")
        {
            Assert.Equal(2, inputs[SecondDealerAt + 1]);
            inputs[SecondDealerAt + 1] = 3;
            mini.Nodes[2].Nid.CopyTo(inputs.AsSpan(SecondDealerAt + 2));
            return [.. MaintenanceStart.Encode(inputs, start.Order, []), .. start.Anchors.Span];
        }
        if (what == "attempt and its hash")
            HashOf(other, kind).CopyTo(inputs.AsSpan(OrderAt));
        return [.. MaintenanceStart.Encode(inputs, other, []), .. start.Anchors.Span];
    }

    private static Digest32 HashOf(SignedOrder order, MaintenanceKind kind) => OrderHash.Compute(
        kind switch
        {
            MaintenanceKind.Refresh => OrderKind.Refresh,
            MaintenanceKind.Reshare => OrderKind.Reshare,
            MaintenanceKind.Recovery => OrderKind.Recovery,
        },
        new(SHA256.HashData(order.Body.Span)), OrderHash.SignersId([.. order.Signatures.Select(signature => signature.Administrator.Value)]));
}
