using System.Diagnostics;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>Follows a job to its end, over restarts of the node that runs it.</summary>
internal static class JobWatching
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(30);

    public static async Task<JobStatus> UntilEndAsync(Report report, MpcSignerAdministrator administrator, JobStatus job, CancellationToken cancellation)
    {
        var (last, line) = (job, "");
        long? silentSince = null;
        var said = TimeSpan.Zero;
        while (true)
        {
            try
            {
                await foreach (var now in administrator.WatchAsync(job.Job, job.Node, cancellation).ConfigureAwait(false))
                {
                    silentSince = null;
                    last = now;
                    if (JobText.Progress(now) is var text && text != line)
                        report.Progress(line = text);
                }
                if (last.State != JobStanding.Running)
                    return last;
            }
            catch (MpcSignerException e) when (e.IsRetryable)
            {
                if (silentSince is null)
                {
                    (silentSince, said, line) = (Stopwatch.GetTimestamp(), TimeSpan.Zero, "");
                    report.Progress($"  {e.Message}");
                    report.Progress($"  {job.Node} runs this job, which goes on by itself when the node starts again: waiting for it. If it is gone for good, interrupt this"
                        + " and run the same command again: orders are then composed for the nodes that answer. What is done stays done.");
                }
                else if (Stopwatch.GetElapsedTime(silentSince.Value) is var silent && silent - said >= Reminder)
                {
                    said = silent;
                    report.Progress($"  still waiting for {job.Node}, which has not answered for {silent.TotalSeconds:0} s");
                }
            }
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }
}
