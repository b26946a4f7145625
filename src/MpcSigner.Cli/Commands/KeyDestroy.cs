using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key destroy</c>.</summary>
internal static class KeyDestroy
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, run) = (new AdministratorOptions(), new OrderRun());
        var keys = new Option<string[]>("--key") { HelpName = "ID", Description = "A key's id; several may be given", AllowMultipleArgumentsPerToken = true, Required = true };
        var after = new Option<DateTimeOffset?>("--not-before") { HelpName = "TIME", Description = "No node erases before, e.g. 2026-12-31T12:00:00Z; as early as the roster's delay allows if not given" };
        var command = SharedOptions.Command("destroy", """
            Have every node erase its shares of keys, for ever. Nothing happens before the roster's delay has passed; until then
            one administrator can call it off. Each node then attests with its identity that its shares are gone.
            """, "key destroy --key ID", "key destroy --key ID --out orders.json", "key destructions");
        foreach (var option in (Option[])[keys, after])
            command.Options.Add(option);
        run.AddTo(command, job: false);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var file = await open.Value.ComposeDestructionAsync(Client.KeySelection.Of(parsed.GetValue(keys)!), parsed.GetValue(after), cancellation).ConfigureAwait(false);
            return await run.RunAsync(parsed, report, open.Value, file, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
