using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;

namespace MpcSigner.Cli.Commands;

/// <summary><c>job show</c>.</summary>
internal static class JobShow
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var job = JobOptions.Job();
        var node = JobOptions.Node();
        var command = SharedOptions.Command("show", "A job with what its steps order, and what came of each key.", "job show JOB", "job show JOB --node node-1 --output json");
        command.Arguments.Add(job);
        command.Options.Add(node);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.GetJobAsync(parsed.GetValue(job)!, parsed.GetValue(node), cancellation).ConfigureAwait(false);
            report.Result(JobText.Describe(found), text => JobText.Print(text, found));
            return ExitCode.Ok;
        });
        return command;
    }
}
