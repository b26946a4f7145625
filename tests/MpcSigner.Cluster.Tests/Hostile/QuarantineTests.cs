using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Start;
using MpcSigner.Protocols.Faults;
using MpcSigner.Storage.Sqlite;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>How often the setup of a pair whose checks fail is made again (spec §8.4, C8): durably three times a day, and 31 times in all.</summary>
[Trait("tier", "hostile")]
[Trait("row", "C08")]
[Collection(OneAtATime.Name)]
public class QuarantineTests(HostileFixture fixture) : IClassFixture<HostileFixture>
{
    private const string Cheat = "T12c@presign";
    private const uint PerDay = 3, InAll = 32;

    private static readonly TimeSpan Day = TimeSpan.FromHours(25);

    private HostileCluster Cluster => fixture.Cluster;

    private TestNode Victim => Cluster.Honest.First();

    [Fact]
    public async Task Failed_checks_end_a_pair_for_the_day_and_for_good()
    {
        var key = await Cluster.PairKeyAsync(Victim, KeySuite.EcdsaSecp256k1);
        await Cluster.SignsAsync(key, Victim);
        await WhatIsNoFailedCheckCountsNothing(key);
        await ThreeAreMadeAgainAndNoFourth(key);
        await AnotherDayAllowsThemAnew(key);
        await TheLastOfAllEndsThemForGood(key);
    }

    /// <summary>A session that ends without a verdict, and processes that are killed.</summary>
    private async Task WhatIsNoFailedCheckCountsNothing(SigningKey key)
    {
        await Cluster.RejectsSigningAsync("T10@presign", key, Victim, null);
        await Cluster.Cheater.KillAsync();
        await Cluster.Cheater.StartAsync();
        await Cluster.RestartAsync(Victim);
        await Cluster.SignsAsync(key, Victim);
        var row = (await Cluster.PairAsync(Victim))!;
        Assert.Equal((0u, 0u, 0ul, 0ul), (row.Failures, row.FailuresOnDay, row.DeadSendingEpoch, row.DeadReceivingEpoch));
    }

    private async Task ThreeAreMadeAgainAndNoFourth(SigningKey key)
    {
        for (var failures = 1u; failures <= PerDay + 1; failures++)
        {
            await FailsAsync(key, failures);
            if (failures <= PerDay)
                await Cluster.SignsAsync(key, Victim); // the setup is made again
        }
        var row = (await Cluster.PairAsync(Victim))!;
        Assert.Equal(PerDay + 1, row.FailuresOnDay);
        await MakesNoSetupAsync(key, TimeSpan.Zero);

        // Nor after a crash of either; their operators can read why, and the peer is not told.
        foreach (var node in (TestNode[])[Victim, Cluster.Cheater])
        {
            await node.KillAsync();
            await node.StartAsync();
        }
        await Cluster.Nodes.WaitUntilReadyAsync();
        await MakesNoSetupAsync(key, TimeSpan.Zero);
        Assert.Equal(row, await Cluster.PairAsync(Victim));
        Assert.Contains($"{PerDay + 1} checks of setups with it have failed today", Victim.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("checks of setups with it have failed", Cluster.Cheater.Log, StringComparison.Ordinal);

        // It is this pair alone, and what needs no setup goes on.
        await Cluster.SignsAsync(await Cluster.PairKeyAsync(Cluster.Honest.Last(), KeySuite.EcdsaSecp256k1), Cluster.Honest.Last());
        await Cluster.SignsAsync(await Cluster.PairKeyAsync(Victim, KeySuite.Ed25519), Victim);
    }

    private async Task AnotherDayAllowsThemAnew(SigningKey key)
    {
        var before = (await Cluster.PairAsync(Victim))!;
        await StopAllAsync();
        await StartAllAsync(Day);
        await using var client = ClientOf(Day);
        await client.SignAsync(Request(key));
        var row = (await Cluster.PairAsync(Victim))!;
        Assert.Equal((before.Failures, 0u, 1u), (row.Failures, row.FailuresOnDay, row.SetupsOnDay));
        Assert.Equal((before.SendingEpoch + 1, before.DeadSendingEpoch), (row.SendingEpoch, row.DeadSendingEpoch));
    }

    /// <summary>Ten days later, as ten more such days would have left the victim's store.</summary>
    private async Task TheLastOfAllEndsThemForGood(SigningKey key)
    {
        await StopAllAsync();
        var row = (await Cluster.PairAsync(Victim))!;
        await using (var store = SqliteNodeStore.Open(new NodeDirectory(Victim.Directory).Store, new(Cluster.Nodes.Roster.Cluster, Cluster.Nodes.Roster.Nodes.First(node => node.Name == Victim.Name).Nid), TimeProvider.System))
            await store.CommitAsync([new StoreWrite.PutPair(row with { Failures = InAll - 1 })], CancellationToken.None);
        await StartAllAsync(TimeSpan.Zero);
        await FailsAsync(key, InAll);
        await MakesNoSetupAsync(key, TimeSpan.Zero);

        await StopAllAsync();
        await StartAllAsync(11 * Day);
        await MakesNoSetupAsync(key, 11 * Day);
        Assert.Contains($"{InAll} checks of setups with it have failed", Victim.Log, StringComparison.Ordinal);
        Assert.Equal(InAll, (await Cluster.PairAsync(Victim))!.Failures);
    }

    /// <summary>A check that fails over a setup in use: dead, counted, and the peer blamed. The node is started anew, or it would leave the peer out altogether.</summary>
    private async Task FailsAsync(SigningKey key, uint failures)
    {
        await Cluster.RejectsSigningAsync(Cheat, key, Victim, FaultKind.BadVectorOle);
        var row = (await Cluster.PairAsync(Victim))!;
        Assert.Equal((failures, row.SendingEpoch, row.ReceivingEpoch), (row.Failures, row.DeadSendingEpoch, row.DeadReceivingEpoch));
        await Cluster.ReadmittedAsync(Victim);
    }

    /// <summary>The cheater is honest, whichever of the two is asked: no setup is begun, and nothing signed.</summary>
    private async Task MakesNoSetupAsync(SigningKey key, TimeSpan ahead)
    {
        var before = await Cluster.PairAsync(Victim);
        await using var client = ClientOf(ahead);
        var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.SignAsync(Request(key)));
        Assert.Contains(refused.Nodes, node => node.Message.Contains("no pair setup", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(before, await Cluster.PairAsync(Victim));
    }

    private MpcSignerClient ClientOf(TimeSpan ahead) =>
        MpcSignerClient.Create(Cluster.OptionsAt(Victim) with { Time = new ShiftedClock(ahead), SigningTimeout = TimeSpan.FromSeconds(12) });

    private static SignRequest Request(SigningKey key) => new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) };

    private async Task StopAllAsync()
    {
        foreach (var node in Cluster.Nodes.Nodes)
            await node.StopAsync();
    }

    private async Task StartAllAsync(TimeSpan ahead)
    {
        await Task.WhenAll(Cluster.Nodes.Nodes.Select(node => ahead == TimeSpan.Zero ? node.StartAsync() : ShiftedClock.StartAsync(node, ahead)));
        await Wait.UntilAsync(async () =>
        {
            await using var client = ClientOf(ahead);
            return (await client.GetStatusAsync()).All(state => state is { Reachable: true, Ready: true } && state.Peers.All(peer => peer.Reachable && peer.Problem.Length == 0));
        }, TimeSpan.FromSeconds(60), () => $"the nodes do not reach each other\n{Cluster.Nodes.Logs}");
    }
}
