using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>node recover</c>.</summary>
internal static class NodeRecover
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, keys, run) = (new AdministratorOptions(), new KeyOptions("All keys of the node, also those it says it has"), new OrderRun());
        var node = new Argument<string>("name") { Description = "The node whose shares are rebuilt; it must run, under its own identity" };
        var helpers = new Option<string?>("--helpers") { HelpName = "A,B,…", Description = "The nodes that help, as many as sign together; chosen if not given" };
        var keep = new Option<bool>("--no-refresh") { Description = "Do not refresh the keys afterwards. Without a refresh, shares that were lost to others stay of use to them" };
        var command = SharedOptions.Command("recover", """
            Rebuild a node's lost shares with the help of others, none of whom sees them; then refresh the keys. Without --key,
            --label or --all: the keys that the node itself says it lacks.
            """, "node recover node-3 --wait", "node recover node-3 --all --helpers node-1,node-2", "node recover node-3 --key ID --no-refresh");
        command.Arguments.Add(node);
        keys.AddTo(command);
        foreach (var option in (Option[])[helpers, keep])
            command.Options.Add(option);
        run.AddTo(command);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var name = parsed.GetValue(node)!;
            var file = await open.Value.ComposeRecoveryAsync(name, keys.Find(parsed, KeySelection.HeldBy(name)), SharedOptions.Names(parsed.GetValue(helpers)),
                !parsed.GetValue(keep), run.Via(parsed), cancellation).ConfigureAwait(false);
            if (file is null)
            {
                report.Result(new { Jobs = Array.Empty<object>(), Node = name }, text => text.WriteLine($"{name} lacks no share: nothing is to be recovered."));
                return ExitCode.Ok;
            }
            return await run.RunAsync(parsed, report, open.Value, file, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
