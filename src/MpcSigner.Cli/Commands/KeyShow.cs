using System.CommandLine;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key show</c>.</summary>
internal static class KeyShow
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var id = new Argument<string>("ID") { Description = "The key's id: 64 hexadecimal digits" };
        var command = SharedOptions.Command("show", "Show one key, verified against the roster. JSON holds its record and certificate, for others to verify.", "key show ID", "key show ID --output json");
        command.Arguments.Add(id);
        foreach (var option in client.All)
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(client.Load(parsed), cancellation).ConfigureAwait(false);
            var key = await connection.GetKeyAsync(parsed.GetValue(id)!, cancellation).ConfigureAwait(false);
            report.Result(KeyText.Describe(key), text => KeyText.Print(text, key));
            return ExitCode.Ok;
        });
        return command;
    }
}
