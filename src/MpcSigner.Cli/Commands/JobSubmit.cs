using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>job submit</c>.</summary>
internal static class JobSubmit
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var file = JobOptions.File();
        var node = new Option<string?>("--node") { HelpName = "NAME", Description = "The node that runs it, in place of the one that the file names; it must take part in all of its orders" };
        var wait = new Option<bool>("--wait") { Description = "Watch the job until it has ended; the exit code then tells its outcome" };
        var command = SharedOptions.Command("submit", """
            Give a signed file of orders to the nodes. The same file again is the same job.
            """, "job submit orders.json --wait");
        command.Arguments.Add(file);
        command.Options.Add(node);
        command.Options.Add(wait);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var orders = JobFile.Read(await File.ReadAllBytesAsync(parsed.GetValue(file)!, cancellation).ConfigureAwait(false));
            return await OrderRun.SubmitAsync(report, open.Value, orders, parsed.GetValue(node), parsed.GetValue(wait), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
