using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;

namespace MpcSigner.Cli.Commands;

/// <summary><c>job list</c>.</summary>
internal static class JobList
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var command = SharedOptions.Command("list", "The jobs of all nodes that answer, newest first.", "job list", "job list --output json");
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var jobs = await open.Value.ListJobsAsync(cancellation).ConfigureAwait(false);
            report.Result(new { Jobs = jobs.Entries.Select(JobText.Describe), jobs.Silent }, text =>
            {
                JobText.PrintTable(text, jobs.Entries);
                SilentText.Print(text, jobs.Silent);
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
