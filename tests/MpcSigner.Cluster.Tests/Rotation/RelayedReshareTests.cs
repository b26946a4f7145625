using MpcSigner.Client;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A reshare from a and b, of which a coordinates, to c, a newcomer, hit at each of its messages on each leg (P10).</summary>
/// <remarks>
/// What is durable where (spec §10, Coordination/Maintenance/README.md), and the messages around it. START, READY: nothing yet, anywhere. Round 1 of a member: it has begun, order and attempt are used up;
/// rounds 2 and 3 add nothing to its disk, and a kill in them ends the attempt. ACK of a member: records, sealed shares and ACK are there together, PENDING; lost ACKs leave others PENDING beside it, or ACTIVE.
/// CERTIFICATE and DONE of a member: the new generation is in use there, in one commit. DONE of all new parties: the old shares are erased, after the last message; who misses one asks for it.
/// </remarks>
[Trait("tier", "rotation")]
public sealed class RelayedReshareTests(RelayedRotation rotation, ITestOutputHelper output) : IClassFixture<RelayedRotation>
{
    private const string Coordinator = RelayedRotation.Coordinator;
    private const string Dealer = "b";
    private const string Newcomer = "c";

    /// <summary>Nobody leaves: two of two become two of three.</summary>
    private static readonly string[] All = [Coordinator, Dealer, Newcomer];

    /// <summary>The other dealer leaves: the two that are left need each other's new share.</summary>
    private static readonly string[] WithoutDealer = [Coordinator, Newcomer];

    [Fact]
    [Trait("row", "T28a@reshare")]
    public Task P10_The_link_to_a_participant_cut_at_any_message_of_a_reshare() => AtEachAsync(All, moment => moment.Blow == Blow.Cut);

    [Fact]
    public Task P10_The_coordinator_killed_at_any_message_of_a_reshare() => AtEachAsync(All, moment => moment.IsKillOf(Coordinator));

    [Fact]
    public Task P10_Another_dealer_killed_at_any_message_of_a_reshare() => AtEachAsync(All, moment => moment.IsKillOf(Dealer));

    [Fact]
    public Task P10_A_dealer_that_leaves_killed_at_any_message_of_a_reshare() => AtEachAsync(WithoutDealer, moment => moment.IsKillOf(Dealer));

    [Fact]
    public Task P10_The_newcomer_killed_at_any_message_of_a_reshare() => AtEachAsync(All, moment => moment.IsKillOf(Newcomer));

    [Fact]
    public Task P10_All_nodes_killed_at_any_message_of_a_reshare() => AtEachAsync(WithoutDealer, moment => moment.IsKillOfAll);

    /// <summary>Each of a key of its own, so that the newcomer is new.</summary>
    private async Task AtEachAsync(string[] parties, Func<Moment, bool> which)
    {
        Moment[] moments = [.. Moments(parties).Where(which)];
        await using var client = rotation.Cluster.NewClient();
        var keys = await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 2, NodeNames = [Coordinator, Dealer], Count = moments.Length + RelayedOperation.Spare, Use = KeyUse.TransactionsAndRaw });
        await rotation.AtEachAsync(moments, new(ProtocolKind.Reshare, keys, ComposeAsync, 1, parties), output.WriteLine);
        foreach (var node in (string[])[Coordinator, Dealer])
            await rotation.ErasedAsync(keys[0], 0, node);

        Task<JobFile> ComposeAsync(SigningKey key) => rotation.Administrator.ComposeReshareAsync(
            RotationCluster.Select(key), new() { Threshold = 2, Nodes = parties, Dealers = [Coordinator, Dealer] }, Coordinator);
    }

    private static IEnumerable<Moment> Moments(string[] newParties)
    {
        (string From, string To)[] ways = [.. All.SelectMany(from => All.Where(to => to != from).Select(to => (from, to)))];
        (string, string)[] ofDealers = [.. ways.Where(way => way.From != Newcomer)], ofNewParties = [.. ways.Where(way => newParties.Contains(way.From))];
        return
        [
            .. Of(nameof(MessageType.Start), ways.Where(way => way.From == Coordinator)),
            .. Of(nameof(MessageType.Ready), ways),
            .. Of("Round 1", ofDealers),
            .. Of("Round 2", ofDealers),
            .. Of("Round 3", ofNewParties),
            .. Of(nameof(MessageType.Ack), ways),
            .. Of(nameof(MessageType.Certificate), ways),
            .. Of(nameof(MessageType.Done), ofNewParties),
        ];

        static IEnumerable<Moment> Of(string what, IEnumerable<(string, string)> ways) => Moment.Of(Coordinator, what, ways);
    }
}
