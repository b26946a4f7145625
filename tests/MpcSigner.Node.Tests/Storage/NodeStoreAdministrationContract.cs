using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Node.Tests.Storage.MaintenanceSamples;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract's part on destructions, jobs and the chain of rosters.</summary>
public abstract class NodeStoreAdministrationContract : NodeStoreRecoveryContract
{
    private async Task<DestructionRow?> FindDestruction(int number) =>
        (await Read<StoreAnswer.Destruction>(new StoreQuery.FindDestruction(Digest("destruction", number)))).Row;

    private static StoreWrite Destroy(int number) => new StoreWrite.DestroyKeys(Digest("destruction", number), Text("attestation"));

    private static StoreWrite Cancel(int number) => new StoreWrite.CancelDestruction(Digest("destruction", number));

    [Fact]
    public async Task A_destruction_waits_and_then_takes_every_generation()
    {
        await Create(3);
        await Make(1, 1);
        await Commit(new StoreWrite.AcceptDestruction(Destruction(1, 0, 2)), new StoreWrite.AcceptDestruction(Destruction(2, 1)));
        await Commit(new StoreWrite.AcceptDestruction(Destruction(1, 0, 2) with { NotBefore = Time }));
        await Restart();
        var waiting = (await Store.BeginInstanceAsync(Instance(5), CancellationToken.None)).WaitingDestructions;
        Assert.Equal([Digest("destruction", 1), Digest("destruction", 2)], waiting.Select(row => row.Order));
        Assert.Equal([Key(1, 0), Key(1, 2)], waiting[0].Keys);
        Assert.Equal((Time.AddDays(1), "order 1"), (waiting[0].NotBefore, Ascii(waiting[0].Signed.Body)));
        Assert.Equal(Ascii(Sealed(1, 0)), await Share(0, 0));

        await Commit(Destroy(1));
        await Conflicts(Destroy(1));
        await Conflicts(Cancel(1));
        await Restart();
        Assert.Equal([(0, KeyState.Destroyed), (1, KeyState.Destroyed)], await States(0));
        Assert.Equal((1u, KeyState.Destroyed), await InUse(0));
        Assert.Equal((0u, KeyState.Destroyed), await InUse(2));
        Assert.Equal((null, null), (await Share(0, 0), await Share(0, 1)));
        Assert.Equal((1u, KeyState.Active), await InUse(1));
        Assert.Equal(Ascii(NewShare(1, 1)), await Share(1, 1));
        Assert.Equal((DestructionState.Destroyed, "attestation"), ((await FindDestruction(1))!.State, Ascii((await FindDestruction(1))!.Attestation)));

        await Commit(Cancel(2));
        await Commit(Cancel(2));
        await Conflicts(Destroy(2));
        await Conflicts(Destroy(9));
        await Conflicts(Cancel(9));
        Assert.Equal(DestructionState.Cancelled, (await FindDestruction(2))!.State);
        Assert.Empty((await Store.BeginInstanceAsync(Instance(6), CancellationToken.None)).WaitingDestructions);
        Assert.Equal([Digest("destruction", 2), Digest("destruction", 1)], (await Read<StoreAnswer.Destructions>(new StoreQuery.ListDestructions())).Rows.Select(row => row.Order));
        Assert.Equal([Key(1, 1)], (await Read<StoreAnswer.Destructions>(new StoreQuery.ListDestructions())).Rows[0].Keys);
    }

    [Fact]
    public async Task A_destroyed_key_never_comes_back()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 0, kind: Recovery)));
        await Commit(new StoreWrite.AcceptDestruction(Destruction(1, 0)));
        await Commit(Destroy(1));
        await Conflicts(AcknowledgeMaintenance(1, 1));
        await Conflicts(new StoreWrite.PutSealedShare(Key(1, 0), 0, Text("back again")));
        await Conflicts([
            new StoreWrite.CompleteRecovery(OrderOf(2), [Certified(NewRow(3, 0, 0)), Certified(NewRow(3, 1, 0))]),
            new StoreWrite.PutSealedShare(Key(1, 0), 0, Text("a")), new StoreWrite.PutSealedShare(Key(1, 1), 0, Text("b"))]);
        await Commit(new StoreWrite.LearnKeys([Certified(NewRow(4, 0, 4)), Certified(NewRow(4, 1, 4))]));
        Assert.Equal((0u, KeyState.Destroyed), await InUse(0));
        Assert.Equal((4u, KeyState.Active), await InUse(1));
    }

    [Fact]
    public async Task P10_A_key_destroyed_after_the_acknowledgement_does_not_keep_its_batch_from_its_certificate()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Commit(new StoreWrite.AcceptDestruction(Destruction(1, 0)));
        await Commit(Destroy(1));
        Assert.Null(await Share(0, 1));
        await Commit(ActivateMaintenance(1));
        Assert.Equal((1u, KeyState.Destroyed), await InUse(0));
        Assert.Equal((1u, KeyState.Active), await InUse(1));
        await Commit(RollBack(1));
        Assert.Equal([(0, KeyState.Destroyed), (1, KeyState.Destroyed)], await States(0));
        Assert.Equal([(0, KeyState.Active)], await States(1));
    }

    private async Task<JobRow?> FindJob(int number) => (await Read<StoreAnswer.Job>(new StoreQuery.FindJob(Digest("job", number)))).Row;

    [Fact]
    public async Task A_job_keeps_its_orders_and_the_last_of_its_progress()
    {
        await Commit(new StoreWrite.PutJob(Job(1)), new StoreWrite.PutJob(Job(2, steps: 3)));
        var progress = Job(1) with
        {
            Detail = "half", UpdatedAt = Time.AddHours(1),
            Steps = [new([], 1, JobStepState.Completed, "done"), new([], 2, JobStepState.Running, "")],
        };
        await Commit(new StoreWrite.PutJob(progress));
        await Restart();
        var job = (await FindJob(1))!;
        Assert.Equal(("job 1", JobState.Running, "half", Time.AddSeconds(1), Time.AddHours(1)), (job.Title, job.State, job.Detail, job.CreatedAt, job.UpdatedAt));
        Assert.Equal([(1, JobStepState.Completed, "done"), (2, JobStepState.Running, "")], job.Steps.Select(step => (step.Tried, step.State, step.Outcome)));
        Assert.Equal(["order 10", "order 60", "order 11", "order 61"], job.Steps.SelectMany(step => step.Orders).Select(order => Ascii(order.Body)));

        var running = (await Store.BeginInstanceAsync(Instance(5), CancellationToken.None)).RunningJobs;
        Assert.Equal([Digest("job", 1), Digest("job", 2)], running.Select(row => row.Job));
        Assert.Equal(2, running[0].Steps[1].Orders.Count);
        var listed = (await Read<StoreAnswer.Jobs>(new StoreQuery.ListJobs())).Rows;
        Assert.Equal([(Digest("job", 2), 3), (Digest("job", 1), 2)], listed.Select(row => (row.Job, row.Steps.Count)));
        Assert.All(listed.SelectMany(row => row.Steps), step => Assert.Empty(step.Orders));
        Assert.Equal("done", listed[1].Steps[0].Outcome);
        Assert.Null(await FindJob(3));
    }

    [Fact]
    public async Task Rejects_a_job_that_runs_again_or_has_other_steps()
    {
        await Commit(new StoreWrite.PutJob(Job(1)));
        await Conflicts(new StoreWrite.PutJob(Job(1, steps: 3)));
        await Commit(new StoreWrite.PutJob(Job(1, state: JobState.Cancelled)));
        await Commit(new StoreWrite.PutJob(Job(1, state: JobState.Cancelled) with { Detail = "by an administrator" }));
        await Conflicts(new StoreWrite.PutJob(Job(1)));
        await Conflicts(new StoreWrite.PutJob(Job(1, state: JobState.Completed)));
        await Restart();
        Assert.Equal((JobState.Cancelled, "by an administrator"), ((await FindJob(1))!.State, (await FindJob(1))!.Detail));
        Assert.Empty((await Store.BeginInstanceAsync(Instance(5), CancellationToken.None)).RunningJobs);
    }

    [Fact]
    public async Task The_chain_of_rosters_has_no_gap_no_fork_and_no_way_back()
    {
        Assert.Null((await Store.BeginInstanceAsync(Instance(5), CancellationToken.None)).Roster);
        await Commit(new StoreWrite.AppendRoster(Roster(2)));
        await Conflicts(new StoreWrite.AppendRoster(Roster(1)));
        await Conflicts(new StoreWrite.AppendRoster(Roster(4)));
        await Conflicts(new StoreWrite.AppendRoster(Roster(2, fork: 1)));
        await Commit(new StoreWrite.AppendRoster(Roster(2)));
        await Commit(new StoreWrite.AppendRoster(Roster(3)), new StoreWrite.PutRosterAck(Roster(3).Hash, Nid(2), Text("ack")));
        await Commit(new StoreWrite.PutRosterAck(Roster(3).Hash, Nid(2), Text("another")), new StoreWrite.PutRosterAck(Roster(3).Hash, Nid(3), Text("ack 3")));
        await Commit(new StoreWrite.AppendRoster(Roster(2)));
        await Restart();

        var head = (await Store.BeginInstanceAsync(Instance(6), CancellationToken.None)).Roster!;
        Assert.Equal((3u, Roster(3).Hash, Roster(3).AcceptedAt), (head.Version, head.Hash, head.AcceptedAt));
        Assert.Equal(Roster(3).Bytes.ToArray(), head.Bytes.ToArray());
        Assert.Equal(["signature 1", "signature 2"], head.Signatures.Select(signature => Ascii(signature)));
        Assert.Equal(Text("ack"), head.Acks[Nid(2)].ToArray());
        Assert.Equal(2, head.Acks.Count);
        for (var version = 4u; version <= 30; version++)
            await Commit(new StoreWrite.AppendRoster(Roster(version)));
        var page = (await Read<StoreAnswer.Rosters>(new StoreQuery.ListRosters(3))).Rows;
        Assert.Equal(Enumerable.Range(3, StoreLimits.MaxRosterPage).Select(version => (uint)version), page.Select(row => row.Version));
        Assert.Equal(2, page[0].Acks.Count);
        Assert.Empty((await Read<StoreAnswer.Rosters>(new StoreQuery.ListRosters(31))).Rows);
        Assert.Equal(29, (await Read<StoreAnswer.Rosters>(new StoreQuery.ListRosters(0))).Rows.Count + (await Read<StoreAnswer.Rosters>(new StoreQuery.ListRosters(18))).Rows.Count);
    }
}
