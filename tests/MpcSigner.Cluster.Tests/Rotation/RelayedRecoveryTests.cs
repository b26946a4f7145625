using MpcSigner.Client;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A recovery of the shares of c, whose database is gone, by a and b, of which a coordinates, hit at each of its messages on each leg (P10).</summary>
/// <remarks>
/// What is durable where (spec §10.3, Coordination/Maintenance/README.md), and the messages around it. Round 1 of a member: it has begun. Round 3 of a helper: it has sent all it has, and asks the lost node
/// before it gives up. AskKeys of the lost node, after the session's rounds: its shares are whole, and on no disk. DONE of the lost node: rows and shares are there together; helpers end on it, and one that
/// misses it asks.
/// </remarks>
[Trait("tier", "rotation")]
public sealed class RelayedRecoveryTests(RelayedRotation rotation, ITestOutputHelper output) : IClassFixture<RelayedRotation>
{
    private const string Coordinator = RelayedRotation.Coordinator;
    private const string Helper = "b";
    private const string Lost = "c";

    private static readonly string[] All = [Coordinator, Helper, Lost];

    [Fact]
    [Trait("row", "T28a@recovery")]
    public Task P10_The_link_to_a_participant_cut_at_any_message_of_a_recovery() => AtEachAsync(moment => moment.Blow == Blow.Cut);

    [Fact]
    public Task P10_The_coordinator_killed_at_any_message_of_a_recovery() => AtEachAsync(moment => moment.IsKillOf(Coordinator));

    [Fact]
    public Task P10_Another_helper_killed_at_any_message_of_a_recovery() => AtEachAsync(moment => moment.IsKillOf(Helper));

    [Fact]
    public Task P10_The_lost_node_killed_at_any_message_of_a_recovery() => AtEachAsync(moment => moment.IsKillOf(Lost));

    [Fact]
    public Task P10_All_nodes_killed_at_any_message_of_a_recovery() => AtEachAsync(moment => moment.IsKillOfAll);

    /// <summary>Each of a key of its own, and all of them lost at once.</summary>
    private async Task AtEachAsync(Func<Moment, bool> which)
    {
        Moment[] moments = [.. Moments().Where(which)];
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, moments.Length + RelayedOperation.Spare);
        var lost = rotation.Cluster[Lost];
        await lost.StopAsync();
        await LostStore.LoseAsync(lost);
        await lost.StartAsync();
        await rotation.Cluster.WaitUntilReadyAsync();
        foreach (var key in (SigningKey[])[keys[0], keys[^1]])
            Assert.Equal("UNKNOWN_KEY", (await DirectRefusal.OfAsync(rotation.Cluster, Lost, key)).Reason);
        await rotation.AtEachAsync(moments, new(ProtocolKind.Recovery, keys, ComposeAsync, 0, All), output.WriteLine);

        async Task<JobFile> ComposeAsync(SigningKey key) =>
            (await rotation.Administrator.ComposeRecoveryAsync(Lost, RotationCluster.Select(key), [Coordinator, Helper], thenRefresh: false, Coordinator))!;
    }

    private static IEnumerable<Moment> Moments()
    {
        (string From, string To)[] ways = [.. All.SelectMany(from => All.Where(to => to != from).Select(to => (from, to)))];
        (string, string)[] ofHelpers = [.. ways.Where(way => way.From != Lost)];
        return
        [
            .. Of(nameof(MessageType.Start), ways.Where(way => way.From == Coordinator)),
            .. Of(nameof(MessageType.Ready), ways),
            .. Of("Round 1", ofHelpers),
            .. Of("Round 2", ofHelpers),
            .. Of("Round 3", [(Coordinator, Lost), (Helper, Lost)]),
            .. Moment.OfCall(Coordinator, "AskKeys", Lost),
            .. Of(nameof(MessageType.Done), [(Lost, Coordinator), (Lost, Helper)]),
        ];

        static IEnumerable<Moment> Of(string what, IEnumerable<(string, string)> ways) => Moment.Of(Coordinator, what, ways);
    }
}
