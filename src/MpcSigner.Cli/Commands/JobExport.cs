using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>job export</c>.</summary>
internal static class JobExport
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var job = JobOptions.Job();
        var node = JobOptions.Node();
        var target = new Option<string>("--out") { HelpName = "FILE", Description = "Where to write it", Required = true };
        var command = SharedOptions.Command("export", """
            Write a job's signed orders to a file again, to be given to another node: it goes on there with what is not done.
            """, "job export JOB --out orders.json", "job submit orders.json --node node-2");
        command.Arguments.Add(job);
        command.Options.Add(node);
        command.Options.Add(target);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.GetJobAsync(parsed.GetValue(job)!, parsed.GetValue(node), cancellation).ConfigureAwait(false);
            JobFile file = await open.Value.ExportJobAsync(found.Job, found.Node, cancellation).ConfigureAwait(false);
            var path = parsed.GetValue(target)!;
            await File.WriteAllBytesAsync(path, file.Write(), cancellation).ConfigureAwait(false);
            report.Result(new { File = path, Job = found.Job }, text => text.WriteLine($"{path} written: mpcsigner job submit {path} --node NAME"));
            return ExitCode.Ok;
        });
        return command;
    }
}
