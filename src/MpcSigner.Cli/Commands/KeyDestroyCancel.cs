using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key destroy-cancel</c>.</summary>
internal static class KeyDestroyCancel
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, run) = (new AdministratorOptions(), new OrderRun());
        var order = new Argument<string>("order") { Description = "The destruction's order, as key destroy and key destructions show it" };
        var command = SharedOptions.Command("destroy-cancel", """
            Call a destruction off that has not happened yet. One administrator is enough.
            """, "key destroy-cancel ORDER");
        command.Arguments.Add(order);
        run.AddTo(command, job: false);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            return await run.RunAsync(parsed, report, open.Value, open.Value.ComposeCancelDestruction(parsed.GetValue(order)!), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
