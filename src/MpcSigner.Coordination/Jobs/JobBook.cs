using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Jobs;

/// <summary>The jobs of this node that have not ended: accepted durably, run a few at a time, taken up again by the next process.</summary>
internal sealed class JobBook(MachineContext context, OrderGate gate, OrderRunner run, StepKeys stepKeys)
{
    private readonly Dictionary<Digest32, JobRun> _open = [];
    private readonly Queue<JobRun> _waiting = new();
    private readonly Dictionary<Digest32, List<Action<AdministratorReply>>> _accepting = [];
    private int _running;

    /// <summary>Takes up what a former process left.</summary>
    public void Restore()
    {
        foreach (var row in context.Setup.Stored.RunningJobs.OrderBy(row => row.CreatedAt))
            Open(row);
        RunNext();
    }

    public void Submit(AdministratorCall.SubmitJob job, Action<AdministratorReply> reply) =>
        new JobReading(context, gate, job, () => OnRead(job, reply), error => reply(new AdministratorReply.Refused(error))).Begin();

    /// <summary>Stops a job before its next order.</summary>
    /// <param name="by">For people: who says so.</param>
    /// <param name="ended">Null once it is durable; else why not.</param>
    public void Cancel(Digest32 job, string by, Action<ServiceError?> ended)
    {
        if (_open.TryGetValue(job, out var open))
        {
            if (open.IsStopping)
                ended(Ended(job, "was cancelled before"));
            else
                open.Stop($"cancelled by {by}", () => ended(null));
            return;
        }
        context.Read([new StoreQuery.FindJob(job)],
            answers => ended(((StoreAnswer.Job)answers[0]).Row is { } row
                ? Ended(job, $"has ended: {row.State}")
                : new(Reason.UnknownJob, $"Node {context.NameOf(context.Self)} has no job {job}.", "Ask the node that the job was given to.")),
            _ => ended(Refusals.Storage()));
    }

    private static ServiceError Ended(Digest32 job, string how) => new(Reason.AlreadyEnded, $"Job {job} {how}.", "Nothing is left to be done.");

    /// <summary>Of two submissions of one job at the same time the second waits for the first.</summary>
    private void OnRead(AdministratorCall.SubmitJob job, Action<AdministratorReply> reply)
    {
        var id = JobIds.Of(job.Steps);
        if (_open.TryGetValue(id, out var open))
        {
            reply(new AdministratorReply.JobIs(open.Row));
            return;
        }
        if (_accepting.TryGetValue(id, out var others))
        {
            others.Add(reply);
            return;
        }
        _accepting.Add(id, [reply]);
        context.Read([new StoreQuery.FindJob(id)], answers =>
        {
            if (((StoreAnswer.Job)answers[0]).Row is { } known)
                Reply(id, new AdministratorReply.JobIs(known));
            else
                Accept(id, job);
        }, _ => Reply(id, new AdministratorReply.Refused(Refusals.Storage())));
    }

    private void Accept(Digest32 id, AdministratorCall.SubmitJob job)
    {
        if (_open.Count + _accepting.Count > context.Settings.Jobs.MaxOpen)
        {
            Reply(id, new AdministratorReply.Refused(Refusals.Overloaded("jobs that have not ended")));
            return;
        }
        var now = context.Now.Wall;
        var row = new JobRow(id, job.Title, JobState.Running, [.. job.Steps.Select(orders => new JobStep(orders, 0, JobStepState.Waiting, ""))], "", now, now);
        context.Observe(new Observation.JobChanged(id, $"accepted, {row.Steps.Count} steps"));
        context.Commit(new Batch().Write(new StoreWrite.PutJob(row)).Log(AuditKind.JobChanged, id, default, Journal.Text($"accepted, {row.Steps.Count} steps: {job.Title}")), () =>
        {
            Open(row);
            Reply(id, new AdministratorReply.JobIs(row));
            RunNext();
        });
    }

    private void Reply(Digest32 id, AdministratorReply reply)
    {
        _accepting.Remove(id, out var waiting);
        foreach (var one in waiting!)
            one(reply);
    }

    private void Open(JobRow row)
    {
        var job = new JobRun(context, gate, run, stepKeys, row, OnEnded);
        _open.Add(row.Job, job);
        _waiting.Enqueue(job);
    }

    private void RunNext()
    {
        while (_running < context.Settings.Jobs.MaxAtOnce && _waiting.TryDequeue(out var job))
        {
            if (!_open.ContainsKey(job.Row.Job))
                continue; // cancelled while it waited
            _running++;
            job.Begin();
        }
    }

    private void OnEnded(JobRun job)
    {
        _open.Remove(job.Row.Job);
        if (job.HasBegun)
            _running--;
        RunNext();
    }
}
