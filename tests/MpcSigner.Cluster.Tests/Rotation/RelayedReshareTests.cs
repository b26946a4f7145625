using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A reshare from a and b to a, b and c, hit at each of its messages on each leg (P10): the job ends well by itself, and the key signs with every quorum.</summary>
[Trait("tier", "rotation")]
public sealed class RelayedReshareTests(RelayedRotation rotation, ITestOutputHelper output) : IClassFixture<RelayedRotation>
{
    private const string Dealer = "b";
    private const string Newcomer = "c";

    private static readonly string[] Parties = [RelayedRotation.Coordinator, Dealer, Newcomer];

    private static readonly IReadOnlyList<Moment> Moments = [.. All()];

    [Fact]
    [Trait("row", "T28a@reshare")]
    public Task P10_The_link_to_a_participant_cut_at_any_message_of_a_reshare() => AtEachAsync(moment => moment.Blow == Blow.Cut);

    [Fact]
    public Task P10_The_coordinator_killed_at_any_message_of_a_reshare() => AtEachAsync(IsKillOf(RelayedRotation.Coordinator));

    [Fact]
    public Task P10_Another_dealer_killed_at_any_message_of_a_reshare() => AtEachAsync(IsKillOf(Dealer));

    [Fact]
    public Task P10_The_newcomer_killed_at_any_message_of_a_reshare() => AtEachAsync(IsKillOf(Newcomer));

    private static Func<Moment, bool> IsKillOf(string node) => moment => moment.Blow != Blow.Cut && moment.Victim == node;

    private async Task AtEachAsync(Func<Moment, bool> which)
    {
        Moment[] moments = [.. Moments.Where(which)];
        await using var client = rotation.Cluster.NewClient();
        var keys = await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 2, NodeNames = [RelayedRotation.Coordinator, Dealer], Count = moments.Length, Use = KeyUse.TransactionsAndRaw });
        for (var i = 0; i < moments.Length; i++)
        {
            var (moment, key, watch) = (moments[i], keys[i], Stopwatch.StartNew());
            var file = await rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = Parties, Dealers = [RelayedRotation.Coordinator, Dealer] }, RelayedRotation.Coordinator);
            var end = await rotation.StruckAsync(ProtocolKind.Reshare, moment, TimeSpan.FromSeconds(1), file);
            var t = watch.ElapsedMilliseconds;
            Assert.True(end.State == JobStanding.Completed, $"{moment}: {RotationCluster.Describe(end)}\n{rotation.Cluster.Logs}");
            await rotation.InUseAsync(key, 1, Parties);
            var t2 = watch.ElapsedMilliseconds;
            await EveryQuorum.SignsAsync(rotation.Cluster, key, 2, Parties);
            output.WriteLine($"{moment}; {t}+{t2-t}+{watch.ElapsedMilliseconds - t2} ms: {RotationCluster.Describe(end)}");
        }
    }

    private static IEnumerable<Moment> All()
    {
        const string a = RelayedRotation.Coordinator;
        (string, string)[] ofDealers = [(a, Dealer), (a, Newcomer), (Dealer, a), (Dealer, Newcomer)];
        (string, string)[] ofAll = [.. ofDealers, (Newcomer, a), (Newcomer, Dealer)];
        return
        [
            .. Moment.Of(a, MessageType.Start, 0, [(a, Dealer), (a, Newcomer)]),
            .. Moment.Of(a, MessageType.Ready, 0, ofAll),
            .. Moment.Of(a, MessageType.Round, 1, ofDealers),
            .. Moment.Of(a, MessageType.Round, 2, ofDealers),
            .. Moment.Of(a, MessageType.Round, 3, ofAll),
            .. Moment.Of(a, MessageType.Ack, 0, ofAll),
            .. Moment.Of(a, MessageType.Certificate, 0, ofAll),
            .. Moment.Of(a, MessageType.Done, 0, ofAll),
        ];
    }
}
