using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>job watch</c>.</summary>
internal static class JobWatch
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var job = JobOptions.Job();
        var node = JobOptions.Node();
        var command = SharedOptions.Command("watch", """
            Follow a job until it has ended, also over a restart of its node. Exit code 0: completed; 1: failed or cancelled.
            """, "job watch JOB", "job watch JOB --node node-1 --output json");
        command.Arguments.Add(job);
        command.Options.Add(node);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.GetJobAsync(parsed.GetValue(job)!, parsed.GetValue(node), cancellation).ConfigureAwait(false);
            return await OrderRun.WatchAsync(report, open.Value, [found], cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
