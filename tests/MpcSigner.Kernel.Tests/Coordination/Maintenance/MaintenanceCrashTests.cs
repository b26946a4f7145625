using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>A node dies at each single point of an operation: afterwards every quorum of the generation in use signs, and the next attempt, or the next generation, succeeds (P10).</summary>
/// <remarks>
/// A point is an effect that the disk or another node can tell: what else a step does, a crash takes with it, so dying before it is dying before the next of these. An effect after a
/// commit happens once that is durable: between the two lies each persistence point.
/// </remarks>
public sealed class MaintenanceCrashTests
{
    /// <summary>Where a victim dies.</summary>
    public enum Points
    {
        /// <summary>Before each effect that the disk or another node can tell.</summary>
        All = 1,

        /// <summary>Before each commit, and before what follows each.</summary>
        Durable = 2,
    }

    /// <summary>Of so many runs one signs, and all are checked by their shares: threshold ECDSA costs a hundred times what FROST does.</summary>
    private const int EcdsaSignsEvery = 6;

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(25);

    public static TheoryData<Suite, MaintenanceKind, int, double, Points> Cases()
    {
        var cases = new TheoryData<Suite, MaintenanceKind, int, double, Points>();
        foreach (var kind in Enum.GetValues<MaintenanceKind>())
        {
            for (var victim = 0; victim < (kind == MaintenanceKind.Reshare ? 4 : 3); victim++)
            {
                cases.Add(Suite.FrostEd25519, kind, victim, 2, Points.All);
                cases.Add(Suite.EcdsaSecp256k1, kind, victim, 2, Points.Durable);
            }
        }
        cases.Add(Suite.FrostEd25519, MaintenanceKind.Refresh, 0, 20, Points.All); // slow flushes: sessions end while something is being written
        cases.Add(Suite.FrostEd25519, MaintenanceKind.Reshare, 1, 20, Points.All);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void P10_killed_at_any_point_the_key_is_usable_and_the_operation_goes_on(Suite suite, MaintenanceKind kind, int victimIndex, double flushMs, Points points)
    {
        var (activated, aborted) = (0, 0);
        for (var fatal = 0; ; fatal++)
        {
            var (mini, key) = Maintained.WithKey(4, 2, 3, suite, seed: $"crash {suite} {kind} {victimIndex} {flushMs}");
            using var _ = mini;
            if (!Dies(mini, mini.Nodes[victimIndex], kind, key, flushMs, points, fatal))
                break; // all points are tried
            var what = $"{kind}, {mini.Nodes[victimIndex].Roster.Name} died at point {fatal}";
            Rest(mini, what);
            if (Generation(mini.Nodes[0], key) > 0)
                activated++;
            else
                aborted++;
            Resume(mini, kind, key, what, signs: suite == Suite.FrostEd25519 || fatal % EcdsaSignsEvery == 0);
        }
        var least = points == Points.All ? 5 : 2;
        Assert.True(kind == MaintenanceKind.Recovery || (activated > least && aborted > least), $"{activated} runs ended with the new generation, {aborted} with the old");
    }

    /// <summary>Runs the operation until the victim is dead, and starts it again after a while; false when it outlived the operation.</summary>
    private static bool Dies(MiniCluster mini, SimulatedNode victim, MaintenanceKind kind, KeyRow key, double flushMs, Points points, int fatal)
    {
        var script = mini.Script();
        script.FlushTime = TimeSpan.FromMilliseconds(flushMs);
        var (count, died, afterCommit) = (0, false, false);
        script.Dies = (node, effect) =>
        {
            if (node != victim || died || !CanBeTold(effect))
                return false;
            var isPoint = points == Points.All || effect is NodeEffect.Commit || afterCommit;
            afterCommit = effect is NodeEffect.Commit;
            return isPoint && (died = count++ == fatal);
        };
        mini.Nodes[0].Run(mini.Order(Maintained.Action(mini, kind, key, 1)));
        if (!mini.Cluster.Time.RunUntil(() => died, TimeSpan.FromSeconds(1.5)))
            return false;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(4));
        victim.Start();
        return true;
    }

    /// <summary>Greetings go on all the time and have nothing to do with the operation.</summary>
    private static bool CanBeTold(NodeEffect effect) => effect
        is NodeEffect.Commit or NodeEffect.OpenStream or NodeEffect.SendFrame or NodeEffect.CloseStream or NodeEffect.CallPeer { Body: not PeerCall.Hello }
        or NodeEffect.AnswerPeer { Reply: not PeerReply.Hello };

    /// <summary>Until no node waits for anything any more, but for the administrators where some have acknowledged and one has signed ABORT.</summary>
    private static void Rest(MiniCluster mini, string what)
    {
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        var rested = mini.Cluster.Time.RunUntil(() => IsOver([.. mini.Nodes.SelectMany(node => node.Store.Maintenance).Select(row => row.State)]), LongestRest);
        Assert.True(mini.IsSound, $"{what}: {string.Join("; ", mini.Nodes.Select(node => node.HaltReason))}");
        Assert.True(rested, $"{what}: {string.Join("; ", mini.Nodes.SelectMany(node => node.Store.Maintenance.Select(row => $"{node.Roster.Name} {row.State}")))}");
    }

    private static bool IsOver(IReadOnlyList<MaintenanceState> states) =>
        states.All(state => state is MaintenanceState.Aborted or MaintenanceState.Done || (state == MaintenanceState.Acknowledged && states.Contains(MaintenanceState.Aborted)));

    /// <summary>No two nodes of the key use different generations once they can talk; then the same operation is ordered again and succeeds.</summary>
    private static void Resume(MiniCluster mini, MaintenanceKind kind, KeyRow key, string what, bool signs)
    {
        var rows = mini.Nodes.Select(node => MiniCluster.RowOf(node, key.Record.KeyId)).OfType<KeyRow>().Where(row => row.State == KeyState.Active).ToArray();
        var used = rows.MaxBy(row => row.Record.Generation)!;
        Assert.True(rows.All(row => row.RecordHash == used.RecordHash), $"{what}: generations {string.Join(", ", rows.Select(row => row.Record.Generation))}");
        Maintained.AssertSharesOf(mini, used);
        if (signs)
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(Maintained.Raw(used.Record, 1))));
        var again = used.Record.Generation == 0
            ? mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, kind, key, 2)))
            : mini.Maintain(mini.Nodes[1], mini.Order(Administrators.Refresh([used])));
        Assert.True(again is MaintenanceOutcome.Completed, $"{what}, again: {again}");
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Maintained.AssertSharesOf(mini, MiniCluster.RowOf(mini.Nodes[1], key.Record.KeyId)!);
        if (signs)
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(Maintained.Raw(used.Record, 2))));
        Assert.True(mini.IsSound, $"{what}, again: {string.Join("; ", mini.Nodes.Select(node => node.HaltReason))}");
    }

    private static uint Generation(SimulatedNode node, KeyRow key) => MiniCluster.RowOf(node, key.Record.KeyId)?.Record.Generation ?? 0;
}
