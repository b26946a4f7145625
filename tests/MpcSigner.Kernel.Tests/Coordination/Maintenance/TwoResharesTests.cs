using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>Two reshares of one key to different nodes, ordered at once at two coordinators (spec §10 "Attempts"): without ABORTs between them both could be certified.</summary>
public sealed class TwoResharesTests
{
    private static readonly PartyId[] AAndB = [new(1), new(2)], BAndC = [new(2), new(3)];

    /// <summary>Between the two orders, in milliseconds of virtual time: from both at once to one after the other.</summary>
    public static TheoryData<Suite, int[], uint> Gaps => new()
    {
        { Suite.FrostEd25519, [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 30, 50, 100], 2 },
        { Suite.FrostEd25519, [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 30, 50, 100], 1 }, // the office erred: one attempt for two orders
        { Suite.EcdsaSecp256k1, [0, 9], 2 },
    };

    /// <summary>a and b deal to a, b, d; b and c deal to b, c, e: b is in both, so one of them is certified at most.</summary>
    [Theory]
    [MemberData(nameof(Gaps))]
    public void At_most_one_of_two_that_share_a_member_is_certified(Suite suite, int[] gaps, uint second)
    {
        HashSet<MaintenanceState> seen = [];
        foreach (var gap in gaps)
        {
            var (mini, key) = Maintained.WithKey(5, 2, 3, suite, seed: "two reshares");
            using var _ = mini;
            var one = mini.Nodes[0].Run(mini.Order(Administrators.Reshare([key], AAndB, 2, ReshareTests.Parties(mini, 0, 1, 3))));
            mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(gap));
            var other = mini.Nodes[2].Run(mini.Order(Administrators.Reshare([key], BAndC, 2, ReshareTests.Parties(mini, 1, 2, 4), second)));
            Assert.True(mini.Cluster.Time.RunUntil(() => one.Outcome is not null && other.Outcome is not null, TimeSpan.FromMinutes(2)), $"{gap} ms apart: not both have ended");
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(40));

            var certified = Certified(mini);
            Assert.True(certified.Length <= 1, $"{gap} ms apart: {certified.Length} of the two are certified");
            Assert.False(one.Outcome is MaintenanceOutcome.Completed && other.Outcome is MaintenanceOutcome.Completed, $"{gap} ms apart: both say that they are done");
            seen.UnionWith(mini.Nodes.SelectMany(node => node.Store.Maintenance.Select(row => row.State)));
            AssertUsable(mini, key, certified.Length, $"{gap} ms apart: {one.Outcome}, {other.Outcome}");
        }
        Assert.Contains(MaintenanceState.Done, seen);
    }

    /// <summary>Whatever came of it: one generation in use wherever the key is held, every quorum of it signs, and the next attempt passes.</summary>
    private static void AssertUsable(MiniCluster mini, KeyRow key, int generation, string what)
    {
        var rows = mini.Nodes.Select(node => MiniCluster.RowOf(node, key.Record.KeyId)).OfType<KeyRow>().Where(row => row.State == KeyState.Active).ToArray();
        Assert.True(rows.All(row => row.RecordHash == rows[0].RecordHash), $"{what}: generations {string.Join(", ", rows.Select(row => row.Record.Generation))}");
        Assert.Equal((uint)generation, rows[0].Record.Generation);
        foreach (var party in rows[0].Record.Parties)
            Maintained.InUse(mini, mini.Cluster.Node(party.Nid), key.Record.KeyId, (uint)generation);
        Maintained.SignsWithEveryQuorum(mini, rows[0]);
        var coordinator = mini.Cluster.Node(rows[0].Record.Parties[0].Nid);
        var next = mini.Maintain(coordinator, mini.Order(Administrators.Refresh([rows[0]], attempt: generation == 0 ? 3u : 1)));
        Assert.True(next is MaintenanceOutcome.Completed, $"{what}, then {next}");
        Assert.True(mini.IsSound, string.Join("; ", mini.Nodes.Select(node => node.HaltReason)));
    }

    private static Digest32[] Certified(MiniCluster mini) =>
        [.. mini.Nodes.SelectMany(node => node.Store.Maintenance).Where(row => row.State is MaintenanceState.Active or MaintenanceState.Done).Select(row => row.Order).Distinct()];
}
