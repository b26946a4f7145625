using System.CommandLine;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key show</c>.</summary>
internal static class KeyShow
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var client = SharedOptions.Client();
        var id = new Argument<string>("ID") { Description = "The key's id: 64 hexadecimal digits" };
        var command = SharedOptions.Command("show", "Show one key, verified against the roster. JSON holds its record and certificate, for others to verify.", "key show ID", "key show ID --output json");
        command.Arguments.Add(id);
        command.Options.Add(dir);
        command.Options.Add(client);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(SharedOptions.LoadClient(parsed, dir, client), cancellation).ConfigureAwait(false);
            var key = await connection.GetKeyAsync(parsed.GetValue(id)!, cancellation).ConfigureAwait(false);
            report.Result(KeyText.Describe(key), text => KeyText.Print(text, key));
            return ExitCode.Ok;
        });
        return command;
    }
}
