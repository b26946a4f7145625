using System.CommandLine;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key list</c>.</summary>
internal static class KeyList
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var command = SharedOptions.Command("list", "List all keys that the cluster knows, each verified against the roster. Labels are the answering node's word.", "key list", "key list --output json");
        foreach (var option in client.All)
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(client.Load(parsed), cancellation).ConfigureAwait(false);
            var keys = new List<SigningKey>();
            await foreach (var key in connection.ListKeysAsync(cancellation).ConfigureAwait(false))
                keys.Add(key);
            report.Result(new { Keys = keys.Select(KeyText.Describe) }, text =>
            {
                if (keys.Count > 0)
                    KeyText.PrintTable(text, keys);
                text.WriteLine($"{keys.Count} keys, {keys.Count(k => k.Standing == KeyStanding.Pending)} of them pending.");
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
