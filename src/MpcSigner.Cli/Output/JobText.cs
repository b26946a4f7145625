using MpcSigner.Client;

namespace MpcSigner.Cli.Output;

/// <summary>Jobs for people and for scripts.</summary>
internal static class JobText
{
    public static object Describe(JobStatus job) => new
    {
        Id = job.Job,
        job.Title,
        job.Node,
        job.State,
        job.StepsDone,
        Steps = job.Steps.Select(s => new { s.State, s.Tried, Outcome = s.Outcome.Length == 0 ? null : s.Outcome, Order = s.Order is null ? null : OrderText.Describe(s.Order) }),
        Detail = job.Detail.Length == 0 ? null : job.Detail,
        job.CreatedAt,
        job.UpdatedAt,
    };

    public static string Progress(JobStatus job) =>
        $"  {job.Title}: {Steps(job)}, {job.State.ToString().ToLowerInvariant()}{Attempt(job)}";

    public static void Print(TextWriter text, JobStatus job)
    {
        text.WriteLine($"job       {job.Job}");
        text.WriteLine($"          {job.Title}");
        text.WriteLine($"node      {job.Node}");
        text.WriteLine($"state     {job.State.ToString().ToLowerInvariant()}, {Steps(job)}{(job.Detail.Length == 0 ? "" : $": {job.Detail}")}");
        foreach (var (step, index) in job.Steps.Select((s, i) => (s, i)))
        {
            if (step.Order is not null || step.Outcome.Length > 0)
                text.WriteLine($"step {index + 1,-4} {step.State.ToString().ToLowerInvariant()}{(step.Order is null ? "" : $", {OrderText.Line(step.Order)}")}{(step.Outcome.Length == 0 ? "" : $": {step.Outcome}")}");
        }
    }

    public static void PrintTable(TextWriter text, IEnumerable<JobStatus> jobs) => Report.WriteTable(text, ["job", "node", "state", "steps", "updated", "title"],
        jobs.Select(j => (IReadOnlyList<string>)[j.Job, j.Node, j.State.ToString().ToLowerInvariant(), $"{Count(j, JobStepStanding.Completed)}/{j.Steps.Count}", j.UpdatedAt.ToString("u", System.Globalization.CultureInfo.InvariantCulture), j.Title]));

    /// <summary>A step that failed or was cancelled is over, and nothing is done.</summary>
    private static string Steps(JobStatus job) => $"{Count(job, JobStepStanding.Completed)} of {job.Steps.Count} step{(job.Steps.Count == 1 ? "" : "s")} done"
        + Others(job, JobStepStanding.Failed) + Others(job, JobStepStanding.Cancelled);

    private static string Others(JobStatus job, JobStepStanding standing) => Count(job, standing) is > 0 and var count ? $", {count} {standing.ToString().ToLowerInvariant()}" : "";

    private static int Count(JobStatus job, JobStepStanding standing) => job.Steps.Count(s => s.State == standing);

    private static string Attempt(JobStatus job) => job.Steps.FirstOrDefault(s => s.State == JobStepStanding.Running) is { Tried: > 1 } step ? $" (order {step.Tried} of the step)" : "";
}
