using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>SIGKILL of the coordinator and of a participant at moments spread over each operation, and a participant that freezes (P10): the job ends well by itself and the key signs with every quorum.</summary>
[Trait("tier", "rotation")]
public class RotationCrashTests(RotationCluster rotation, ITestOutputHelper output) : IClassFixture<RotationCluster>
{
    /// <summary>Long enough a run to be hit in its middle.</summary>
    private const int BatchSize = 60;

    private const int Kills = 4;

    /// <summary>A refresh is over so soon that more of its moments can be tried.</summary>
    private const int RefreshKills = 16;

    private TestCluster Cluster => rotation.Cluster;

    private MpcSignerAdministrator Administrator => rotation.Administrator;

    [Fact]
    public async Task P10_A_node_killed_at_any_point_of_a_refresh()
    {
        string[] parties = ["a", "b", "c"];
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, BatchSize);
        var generation = 0u;
        var whole = await TimedAsync(RefreshAsync);
        for (var kill = 0; kill < RefreshKills; kill++)
        {
            await KilledAsync((kill + 0.5) / RefreshKills, whole, kill % 2 == 0 ? "a" : "c", RefreshAsync);
            await SignsAsync(keys, ++generation + 1, parties);
        }

        Task<JobFile> RefreshAsync() => Administrator.ComposeRefreshAsync(RotationCluster.Select(keys), "a");
    }

    [Fact]
    public async Task P10_A_node_killed_at_any_point_of_a_reshare()
    {
        // a and b stay, and the third party changes: it is the victim where a is not.
        string[][] sets = [["a", "b", "d"], ["a", "b", "e"], ["a", "b", "c"], ["a", "d", "e"], ["a", "b", "d"]];
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, BatchSize);
        var next = 0;
        var whole = await TimedAsync(ReshareAsync);
        for (var kill = 0; kill < Kills; kill++)
        {
            next++;
            await KilledAsync((kill + 0.5) / Kills, whole, kill % 2 == 0 ? sets[next][2] : "a", ReshareAsync);
            await SignsAsync(keys, (uint)next + 1, sets[next]);
        }

        Task<JobFile> ReshareAsync() => Administrator.ComposeReshareAsync(RotationCluster.Select(keys), new() { Threshold = 2, Nodes = sets[next] }, "a");
    }

    [Fact]
    public async Task P10_A_node_killed_at_any_point_of_a_recovery()
    {
        string[] parties = ["a", "b", "c"];
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, BatchSize);
        await LoseAsync();
        var whole = await TimedAsync(RecoverAsync);
        for (var kill = 0; kill < 2; kill++)
        {
            await LoseAsync();
            await KilledAsync((kill * 2 + 0.5) / Kills, whole, kill % 2 == 0 ? "a" : "c", RecoverAsync);
            await SignsAsync(keys, 0, parties);
        }

        async Task<JobFile> RecoverAsync() => (await Administrator.ComposeRecoveryAsync("c", RotationCluster.Select(keys), ["a", "b"], thenRefresh: false, "a"))!;

        async Task LoseAsync()
        {
            await Cluster["c"].StopAsync();
            await LostStore.LoseAsync(Cluster["c"]);
            await Cluster["c"].StartAsync();
            await Cluster.WaitUntilReadyAsync();
        }
    }

    [Fact]
    [Trait("row", "T23a@refresh")]
    public async Task P10_A_node_that_freezes_before_it_acknowledges_leaves_the_old_shares_in_use()
    {
        string[] parties = ["a", "b", "c"];
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, BatchSize);
        var generation = 0u;
        JobStatus job;
        while (true)
        {
            job = await rotation.SubmitAsync(await Administrator.ComposeRefreshAsync(RotationCluster.Select(keys), "a"));
            generation++;
            if (await StopsAtPendingAsync(Cluster["c"], job))
                break;
            await rotation.CompletedAsync(job); // over between two looks
            Assert.True(generation < 20, "PENDING was never seen");
        }
        try
        {
            await using var client = MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = "b" });
            var result = await client.SignAsync(new() { KeyId = keys[0].Id, Payload = SigningPayload.Raw(Messages.Next()) });
            Assert.Equal(["a", "b"], result.Signers.Order());
            Assert.Equal(generation - 1, Assert.Single(await Administrator.GetKeysAsync(RotationCluster.Select(keys[0]))).Generation);
        }
        finally
        {
            Cluster["c"].Resume();
        }
        await rotation.CompletedAsync(job);
        await SignsAsync(keys, generation, parties);
    }

    /// <summary>Lets the node run in small pieces, so that the others have acknowledged long before it, and leaves it stopped once they have.</summary>
    /// <returns>False when the job was over before that; the node runs.</returns>
    private async Task<bool> StopsAtPendingAsync(TestNode slow, JobStatus job)
    {
        var watch = Stopwatch.StartNew();
        while ((await Administrator.GetJobAsync(job.Job, job.Node)).State == JobStanding.Running && watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            slow.Suspend();
            if (await IsPendingAsync("a") && await IsPendingAsync("b"))
            {
                await Task.Delay(300); // an ACK of the slow node's may be under way
                if (await IsPendingAsync("a") && await IsPendingAsync("b"))
                    return true;
            }
            slow.Resume();
            await Task.Delay(4);
        }
        return false;
    }

    private async Task<bool> IsPendingAsync(string node)
    {
        using var caller = new DirectCaller(Cluster, Cluster[node], Cluster.AdministratorCertificate);
        var shown = await caller.Administration.ListOperationsAsync(new() { Limit = 100 }, DirectCaller.Soon);
        return shown.Operations.Any(o => o.State == Wire.V1.OperationState.Acknowledged);
    }

    private async Task<TimeSpan> TimedAsync(Func<Task<JobFile>> compose)
    {
        var file = await Administrator.SignAsync(await compose());
        var watch = Stopwatch.StartNew();
        await rotation.CompleteAsync(file);
        return watch.Elapsed;
    }

    private async Task KilledAsync(double part, TimeSpan whole, string victim, Func<Task<JobFile>> compose)
    {
        var file = await Administrator.SignAsync(await compose());
        var delay = whole * part;
        var job = await rotation.SubmitAsync(file);
        await Task.Delay(delay);
        await Cluster[victim].KillAsync();
        await Cluster[victim].StartAsync();
        var watch = Stopwatch.StartNew();
        var end = await rotation.CompletedAsync(job);
        output.WriteLine($"{victim} at {delay.TotalMilliseconds:0} of {whole.TotalMilliseconds:0} ms; {watch.Elapsed.TotalMilliseconds:0} ms after its restart: {RotationCluster.Describe(end)}");
    }

    private async Task SignsAsync(IReadOnlyList<SigningKey> keys, uint generation, string[] parties)
    {
        await Cluster.WaitUntilReadyAsync();
        foreach (var key in (SigningKey[])[keys[0], keys[^1]])
        {
            await rotation.InUseAsync(key, generation, parties);
            await EveryQuorum.SignsAsync(Cluster, key, 2, parties);
        }
    }
}
