using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>A node dies before each single effect of an operation: afterwards every quorum of the generation in use signs, and the next attempt, or the next generation, succeeds (P10).</summary>
public sealed class MaintenanceCrashTests
{
    public static TheoryData<string, int, double> Cases()
    {
        var cases = new TheoryData<string, int, double>();
        foreach (var operation in new[] { "refresh", "reshare", "recover" })
        {
            for (var victim = 0; victim < 3; victim++)
                cases.Add(operation, victim, 2);
        }
        cases.Add("refresh", 0, 20); // slow flushes: sessions end while something is being written
        cases.Add("reshare", 1, 20);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void P10_killed_at_any_effect_the_key_is_usable_and_the_operation_goes_on(string operation, int victimIndex, double flushMs)
    {
        var (activated, aborted) = (0, 0);
        for (var fatal = 0; ; fatal += 1)
        {
            using var mini = new MiniCluster(4, seed: "maintenance-crash");
            var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
            var victim = mini.Nodes[victimIndex];
            var script = mini.Script();
            script.FlushTime = TimeSpan.FromMilliseconds(flushMs);
            var (count, died) = (0, false);
            script.Dies = (node, _) => node == victim && !died && (died = count++ == fatal);
            mini.Nodes[0].Run(mini.Order(Action(mini, operation, key, 1)));
            mini.Cluster.Time.RunUntil(() => died, TimeSpan.FromSeconds(1.5));
            if (!died)
                break; // all effects are tried
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
            victim.Start();
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(20));
            Assert.True(mini.IsSound, $"{operation}, died before effect {fatal}: {string.Join("; ", mini.Nodes.Select(node => node.HaltReason))}");

            if (Generation(mini.Nodes[0], key) > 0)
                activated++;
            else
                aborted++;
            Resume(mini, operation, key, fatal);
        }
        Assert.True(operation == "recover" || (activated > 5 && aborted > 5), $"{activated} runs ended with the new generation, {aborted} with the old");
    }

    /// <summary>No two nodes of the key use different generations once they can talk; then the same operation is ordered again and succeeds.</summary>
    private static void Resume(MiniCluster mini, string operation, KeyRow key, int fatal)
    {
        var rows = mini.Nodes.Select(node => MiniCluster.RowOf(node, key.Record.KeyId)).OfType<KeyRow>().Where(row => row.State == KeyState.Active).ToArray();
        var hash = rows.MaxBy(row => row.Record.Generation)!;
        Assert.True(rows.All(row => row.RecordHash == hash.RecordHash), $"{operation}, died before effect {fatal}: generations {string.Join(", ", rows.Select(row => row.Record.Generation))}");
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(Maintained.Raw(hash.Record, 1))));
        var again = hash.Record.Generation == 0
            ? mini.Maintain(mini.Nodes[0], mini.Order(Action(mini, operation, key, 2)))
            : mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([hash])));
        Assert.True(again is MaintenanceOutcome.Completed, $"{operation}, died before effect {fatal}, again: {again}");
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(Maintained.Raw(hash.Record, 2))));
        Assert.True(mini.IsSound);
    }

    private static uint Generation(SimulatedNode node, KeyRow key) => MiniCluster.RowOf(node, key.Record.KeyId)?.Record.Generation ?? 0;

    private static MaintenanceAction Action(MiniCluster mini, string operation, KeyRow key, uint attempt) => operation switch
    {
        "refresh" => Administrators.Refresh([key], attempt),
        "reshare" => Administrators.Reshare([key], [new(1), new(2)], 2, ReshareTests.Parties(mini, 0, 1, 2, 3), attempt),
        _ => Administrators.Recover([key], [new(1), new(2)], new(3), attempt),
    };
}
