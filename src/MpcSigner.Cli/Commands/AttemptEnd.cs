using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary>What <c>attempt abandon</c>, <c>attempt rollback</c> and <c>attempt erase-old</c> share: they differ in one word of the order.</summary>
internal static class AttemptEnd
{
    public static Command Create(Func<Command, Runner> bind, string verb, AttemptEnding how, string description)
    {
        var (administrators, run) = (new AdministratorOptions(), new OrderRun());
        var order = new Argument<string>("order") { Description = "The attempt's order, as attempt list shows it" };
        var node = new Option<string>("--node") { HelpName = "NAME", Description = "The node that is told; tell each one that needs it", Required = true };
        var command = SharedOptions.Command(verb, description, $"attempt {verb} ORDER --node node-2");
        command.Arguments.Add(order);
        command.Options.Add(node);
        run.AddTo(command, job: false);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            return await run.RunAsync(parsed, report, open.Value, open.Value.ComposeEndAttempt(parsed.GetValue(order)!, how, parsed.GetValue(node)!), cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
