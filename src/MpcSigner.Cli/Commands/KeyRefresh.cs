using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key refresh</c>.</summary>
internal static class KeyRefresh
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, keys, run) = (new AdministratorOptions(), new KeyOptions("All keys of the cluster"), new OrderRun());
        var command = SharedOptions.Command("refresh", """
            Give the nodes of keys new shares: same keys, same addresses, and what was stolen of old shares is worthless.
            All nodes of a key take part; signing goes on meanwhile. Administrators' quorum signs the orders.
            """, "key refresh --key ID --wait", "key refresh --label treasury", "key refresh --all --out orders.json");
        keys.AddTo(command);
        run.AddTo(command);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var file = await open.Value.ComposeRefreshAsync(keys.Read(parsed), run.Via(parsed), cancellation).ConfigureAwait(false);
            return await run.RunAsync(parsed, report, open.Value, file, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
