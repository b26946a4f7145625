using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>job sign</c>.</summary>
internal static class JobSign
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var file = JobOptions.File();
        var show = new Option<bool>("--show") { Description = "Only show what the file orders; sign nothing" };
        var command = SharedOptions.Command("sign", """
            Show what a file orders and add this administrator's signature to it. Needs no connection. The signed bytes alone
            count: read what is shown before the file goes on.
            """, "job sign orders.json --show", "job sign orders.json --admin my-files");
        command.Arguments.Add(file);
        command.Options.Add(show);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var path = parsed.GetValue(file)!;
            var orders = JobFile.Read(await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false));
            if (!parsed.GetValue(show))
            {
                orders = await open.Value.SignAsync(orders, cancellation).ConfigureAwait(false);
                await File.WriteAllBytesAsync(path, orders.Write(), cancellation).ConfigureAwait(false);
            }
            var missing = open.Value.MissingSignatures(orders);
            report.Result(new { orders.Title, MissingSignatures = missing, orders.SignedBy, Orders = orders.Orders.Select(OrderText.Describe) }, text =>
            {
                text.WriteLine(orders.Title);
                foreach (var order in orders.Orders)
                    OrderText.Print(text, order);
                text.WriteLine(missing == 0 ? $"ready: mpcsigner job submit {path}" : $"{missing} more signature{(missing == 1 ? "" : "s")} needed");
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
