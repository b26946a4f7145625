using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>job cancel</c>.</summary>
internal static class JobCancel
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, run) = (new AdministratorOptions(), new OrderRun());
        var job = JobOptions.Job();
        var node = JobOptions.Node();
        var command = SharedOptions.Command("cancel", """
            Stop a job before its next order; what was begun runs to its end. One administrator is enough.
            """, "job cancel JOB");
        command.Arguments.Add(job);
        command.Options.Add(node);
        run.AddTo(command, job: false);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.GetJobAsync(parsed.GetValue(job)!, parsed.GetValue(node), cancellation).ConfigureAwait(false);
            return await run.RunAsync(parsed, report, open.Value, open.Value.ComposeCancelJob(found.Job, found.Node), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
