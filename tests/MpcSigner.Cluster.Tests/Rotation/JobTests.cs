using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Jobs given twice, elsewhere, too late, cancelled; keys and nodes that are not there; two operations at once.</summary>
[Collection(SharedRotation.Name)]
public class JobTests(RotationCluster rotation)
{
    private static readonly string[] Parties = ["a", "b", "c"];

    private TestCluster Cluster => rotation.Cluster;

    private MpcSignerAdministrator Administrator => rotation.Administrator;

    [Fact]
    public async Task A_job_given_twice_and_at_another_node_is_done_once()
    {
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, 2);
        var file = await Administrator.SignAsync(await Administrator.ComposeRefreshAsync(RotationCluster.Select(keys), "a"));
        var first = await rotation.SubmitAsync(file);
        var again = await rotation.SubmitAsync(file);
        Assert.Equal(first.Job, again.Job);
        var elsewhere = await rotation.SubmitAsync(file, "b");
        Assert.Equal((first.Job, "b"), (elsewhere.Job, elsewhere.Node));
        await rotation.CompletedAsync(first);
        await rotation.CompletedAsync(elsewhere);
        Assert.Equal(JobStanding.Completed, (await rotation.SubmitAsync(file)).State);
        foreach (var key in keys)
        {
            await rotation.InUseAsync(key, 1, Parties);
            await EveryQuorum.SignsAsync(Cluster, key, 2, Parties);
        }

        // Out of its file again, it is the same job; and cancelled, it was over before.
        var exported = await Administrator.ExportJobAsync(first.Job, "a");
        Assert.Equal(first.Job, (await rotation.SubmitAsync(JobFile.Read(exported.Write()))).Job);
        Assert.Equal("ALREADY_ENDED", await CancelAsync(first.Job, "a"));
    }

    [Fact]
    [Trait("tier", "rotation")]
    public async Task Rejects_what_starts_from_another_generation()
    {
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, 1);
        var stale = await Administrator.ComposeRefreshAsync(RotationCluster.Select(keys), "b");
        await rotation.CompleteAsync(await Administrator.ComposeRefreshAsync(RotationCluster.Select(keys), "a"));
        await rotation.InUseAsync(keys[0], 1, Parties);
        var end = await rotation.EndAsync(await rotation.SubmitAsync(stale));
        Assert.True(end.State == JobStanding.Failed, RotationCluster.Describe(end));
        await rotation.InUseAsync(keys[0], 1, Parties);
        await EveryQuorum.SignsAsync(Cluster, keys[0], 2, Parties);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_node_is_cancelled_once_and_names_the_missing()
    {
        var keys = await rotation.CreateAsync(KeySuite.Ed25519, 1);
        var file = await Administrator.SignAsync(await Administrator.ComposeRefreshAsync(RotationCluster.Select(keys), "a"));
        await Cluster["c"].KillAsync();
        try
        {
            var job = await rotation.SubmitAsync(file);
            await Wait.UntilAsync(async () => (await Administrator.GetJobAsync(job.Job, "a")).Steps[0].Outcome.Contains('c'), TimeSpan.FromSeconds(20), () => $"the job does not say who is missing\n{Cluster.Logs}");
            Assert.Null(await CancelAsync(job.Job, "a"));
            Assert.Equal(JobStanding.Cancelled, (await rotation.EndAsync(job)).State);
            Assert.Equal("ALREADY_ENDED", await CancelAsync(job.Job, "a"));
            Assert.Equal("UNKNOWN_JOB", await CancelAsync(new string('0', 63) + "1", "a"));

            var refresh = await Assert.ThrowsAsync<MpcSignerException>(() => Administrator.ComposeRefreshAsync(RotationCluster.Select(keys)));
            Assert.Equal(("TOO_FEW_NODES", "c"), (refresh.Reason, Assert.Single(refresh.Nodes).NodeName));
            await Cluster["b"].KillAsync();
            var reshare = await Assert.ThrowsAsync<MpcSignerException>(() => Administrator.ComposeReshareAsync(RotationCluster.Select(keys), new() { Threshold = 2, Nodes = ["a", "d", "e"] }));
            Assert.Equal("TOO_FEW_NODES", reshare.Reason);
            Assert.Equal(["b", "c"], reshare.Nodes.Select(n => n.NodeName).Order());
            var unknown = await Assert.ThrowsAsync<MpcSignerException>(() => Administrator.ComposeRefreshAsync(KeySelection.Of([new string('0', 63) + "1"])));
            Assert.Equal("UNKNOWN_KEY", unknown.Reason);
        }
        finally
        {
            await Task.WhenAll(Parties.Skip(1).Where(n => !Cluster[n].IsRunning).Select(n => Cluster[n].StartAsync()));
        }
        await Cluster.WaitUntilReadyAsync();
        await rotation.InUseAsync(keys[0], 0, Parties);
        await EveryQuorum.SignsAsync(Cluster, keys[0], 2, Parties);
    }

    [Fact]
    public async Task P10_Two_operations_on_one_key_from_two_nodes_end_cleanly()
    {
        for (var i = 0; i < 2; i++)
        {
            var key = (await rotation.CreateAsync(KeySuite.Ed25519, 1))[0];
            var refresh = await Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "a");
            var reshare = await Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = ["b", "c", "d"], Dealers = ["b", "c"] }, "b");
            var jobs = await Task.WhenAll(rotation.SubmitAsync(refresh), rotation.SubmitAsync(reshare));
            var ends = await Task.WhenAll(jobs.Select(rotation.EndAsync));
            Assert.All(ends, end => Assert.True(end.State is JobStanding.Completed or JobStanding.Failed, RotationCluster.Describe(end)));
            Assert.True(ends.Count(end => end.State == JobStanding.Completed) == 1, string.Join(" | ", ends.Select(RotationCluster.Describe)));
            string[] parties = ends[1].State == JobStanding.Completed ? ["b", "c", "d"] : Parties;
            await rotation.InUseAsync(key, 1, parties);
            await EveryQuorum.SignsAsync(Cluster, key, 2, parties);
        }
    }

    /// <summary>Which of them is done depends on who comes first; never both, nor halves of either.</summary>
    [Fact]
    [Trait("tier", "rotation")]
    public async Task P10_Two_reshares_of_one_key_to_different_nodes_from_two_nodes_end_cleanly()
    {
        string[][] sets = [["a", "b", "d"], ["b", "c", "e"]];
        for (var i = 0; i < 2; i++)
        {
            var key = (await rotation.CreateAsync(KeySuite.Ed25519, 1))[0];
            var one = await Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = sets[0], Dealers = ["a", "b"] }, "a");
            var other = await Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = sets[1], Dealers = ["b", "c"] }, "c");
            var jobs = await Task.WhenAll(rotation.SubmitAsync(one), rotation.SubmitAsync(other));
            var ends = await Task.WhenAll(jobs.Select(rotation.EndAsync));
            var done = Array.FindIndex(ends, end => end.State == JobStanding.Completed);
            Assert.True(done >= 0 && ends[1 - done].State == JobStanding.Failed, string.Join(" | ", ends.Select(RotationCluster.Describe)));
            await rotation.InUseAsync(key, 1, sets[done]);
            await EveryQuorum.SignsAsync(Cluster, key, 2, sets[done]);
            foreach (var former in Parties)
                await rotation.ErasedAsync(key, 0, former);
        }
    }

    /// <returns>Null when it was taken, else why not.</returns>
    private async Task<string?> CancelAsync(string job, string node)
    {
        var order = await Administrator.SignAsync(Administrator.ComposeCancelJob(job, node));
        try
        {
            await Administrator.SubmitAsync(order);
            return null;
        }
        catch (MpcSignerException e)
        {
            return e.Reason;
        }
    }
}
