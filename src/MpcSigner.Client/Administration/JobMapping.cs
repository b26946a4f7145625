using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Administration;

/// <summary>Jobs as a node sends them. A node's word: what the job has changed is proved by the keys' certificates.</summary>
internal static class JobMapping
{
    public static JobStatus Read(V1.Job job, RosterNode from)
    {
        if (job.Job_.Length != Digest32.Size || job.State is < V1.JobState.Running or > V1.JobState.Cancelled
            || job.Steps.Any(s => s.State is < V1.JobStepState.Waiting or > V1.JobStepState.Cancelled))
            throw Failures.NotVerified($"Node {from.Name} sent a job that is malformed.");
        return new()
        {
            Job = Convert.ToHexStringLower(job.Job_.Span),
            Title = job.Title,
            Node = from.Name,
            State = (JobStanding)(int)job.State,
            Steps = [.. job.Steps.Select(s => new JobStepStatus { State = (JobStepStanding)(int)s.State, Tried = (int)Math.Min(s.Tried, int.MaxValue), Outcome = s.Outcome })],
            Detail = job.Detail,
            CreatedAt = Times.Read(job.CreatedAtMs),
            UpdatedAt = Times.Read(job.UpdatedAtMs),
        };
    }
}
