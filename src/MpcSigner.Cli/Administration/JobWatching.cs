using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>Follows a job to its end, over restarts of the node that runs it.</summary>
internal static class JobWatching
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task<JobStatus> UntilEndAsync(Report report, MpcSignerAdministrator administrator, JobStatus job, CancellationToken cancellation)
    {
        var (last, line) = (job, "");
        while (true)
        {
            try
            {
                await foreach (var now in administrator.WatchAsync(job.Job, job.Node, cancellation).ConfigureAwait(false))
                {
                    last = now;
                    if (JobText.Progress(now) is var text && text != line)
                        report.Progress(line = text);
                }
                if (last.State != JobStanding.Running)
                    return last;
            }
            catch (MpcSignerException e) when (e.IsRetryable)
            {
                if (line != e.Message)
                    report.Progress(line = e.Message);
            }
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }
}
