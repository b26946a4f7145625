using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>Locked memory runs out in the middle of an operation, at any of a member's computations: that attempt ends with a reason, the old shares sign, the next attempt passes.</summary>
[Collection(nameof(SecretsTests))]
public sealed class ShortMemoryTests
{
    /// <summary>More computations than any member has in one operation.</summary>
    private const int Many = 40;

    public static TheoryData<MaintenanceKind, Suite, int> Cases => new()
    {
        { MaintenanceKind.Refresh, Suite.FrostEd25519, 0 }, { MaintenanceKind.Refresh, Suite.FrostEd25519, 1 }, { MaintenanceKind.Refresh, Suite.EcdsaSecp256k1, 1 },
        { MaintenanceKind.Reshare, Suite.FrostEd25519, 0 }, { MaintenanceKind.Reshare, Suite.FrostEd25519, 1 }, { MaintenanceKind.Reshare, Suite.FrostEd25519, 3 },
        { MaintenanceKind.Recovery, Suite.FrostEd25519, 0 }, { MaintenanceKind.Recovery, Suite.FrostEd25519, 1 }, { MaintenanceKind.Recovery, Suite.FrostEd25519, 2 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_shortage_ends_the_attempt_and_not_the_node(MaintenanceKind kind, Suite suite, int victimIndex)
    {
        var (mini, created) = Maintained.WithKey(4, 2, 3, suite, seed: "short of memory");
        using var _ = mini;
        var (key, victim, attempt, shortages) = (created, mini.Nodes[victimIndex], 0u, 0);
        var script = mini.Script();
        for (var fatal = 1; fatal <= Many; fatal++)
        {
            var (count, ranOut) = (0, false);
            script.Bends = (node, effect) => node == victim && effect is NodeEffect.Compute compute && ++count == fatal
                ? new NodeEffect.Compute(compute.Token, new Starved(compute.Work, () => ranOut = true))
                : effect;
            var outcome = mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, kind, key, ++attempt)));
            script.Bends = static (_, effect) => effect;
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
            Assert.True(mini.IsSound, string.Join("; ", mini.Nodes.Select(node => node.HaltReason)));
            if (!ranOut)
            {
                Assert.True(outcome is MaintenanceOutcome.Completed, outcome.ToString());
                if (count < fatal)
                    break; // every computation was tried
            }
            shortages += AssertEnded(mini, victim, key, attempt, outcome) ? 1 : 0;
            if (outcome is MaintenanceOutcome.Completed && kind != MaintenanceKind.Recovery)
                return; // the rest of its computations need none
        }
        Assert.True(shortages >= 1, "locked memory was never short");
    }

    /// <returns>Whether the attempt ended by the shortage.</returns>
    private static bool AssertEnded(MiniCluster mini, SimulatedNode victim, KeyRow key, uint attempt, MaintenanceOutcome outcome)
    {
        if (outcome is MaintenanceOutcome.Completed)
            return false;
        // The victim says what it was short of; the coordinator, that the victim gave up.
        Assert.Contains(victim.Observations, seen => seen is Observation.MaintenanceAborted aborted && aborted.Why.Contains($"{victim.Roster.Name} is short of locked memory", StringComparison.Ordinal));
        Assert.IsType<MaintenanceOutcome.Aborted>(outcome);
        Assert.All(mini.Nodes.SelectMany(node => node.Store.Maintenance).Where(row => row.Attempt == attempt), row => Assert.Equal(MaintenanceState.Aborted, row.State));
        Assert.All(mini.Nodes, node => Assert.DoesNotContain(node.Store.Log, entry => entry.Kind == AuditKind.PeerFault));
        foreach (var node in mini.Nodes.Take(3))
            Maintained.InUse(mini, node, key.Record.KeyId, 0);
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, (byte)mini.Nodes[0].Store.Maintenance.Count))));
        return true;
    }

    /// <summary>A computation that finds no locked memory: all that the process may have is taken meanwhile.</summary>
    private sealed class Starved(Work work, Action ranOut) : Work
    {
        public override void Run()
        {
            var slabs = SecureSlabs.Shared;
            var limit = slabs.Limit;
            List<SecureMemory> taken = [];
            try
            {
                slabs.Limit = SecureSlabs.SlabSize;
                for (var size = SecureSlabs.SlabSize / 2; size >= 32; size /= 2)
                    Take(size, taken);
                work.Run();
                ranOut();
            }
            finally
            {
                slabs.Limit = limit;
                foreach (var piece in taken)
                    piece.Dispose();
            }
        }

        private static void Take(int size, List<SecureMemory> taken)
        {
            try
            {
                while (true)
                    taken.Add(SecureMemory.Allocate(size));
            }
            catch (SecureMemoryException)
            {
                // as much as there is
            }
        }
    }
}
