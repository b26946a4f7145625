using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>cert renew</c>.</summary>
internal static class CertRenew
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var name = new Argument<string>("name") { Description = "The node" };
        var given = new Option<string?>("--tls-pin") { HelpName = "HEX", Description = "As mpcsigner-node cert new printed it, where the node is not in the cluster's folder" };
        var command = SharedOptions.Command("renew", """
            Give a node another TLS key and certificate. The roster pins it beside the present one; then the running node shows
            it in new connections, and drops none.
            """, "cert renew node-3", "cert renew node-3 --admin alice --tls-pin HEX");
        command.Arguments.Add(name);
        command.Options.Add(given);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var (node, pin) = (parsed.GetValue(name)!, parsed.GetValue(given));
            var renewal = new KeyRenewal(administrators, parsed, report);
            var options = pin is null ? renewal.OptionsOf(node, "--tls-pin") : null;
            if (options is not null)
            {
                var folder = administrators.Folder(parsed)!;
                pin = await KeyRenewal.AskAsync("tls_pin", options, cancellation, "cert", "new", "--host", "127.0.0.1,localhost",
                    "--authority-cert", folder.AuthorityCertificate, "--authority-key", folder.AuthorityKey).ConfigureAwait(false);
            }
            await renewal.NameAsync(node, n => n.TlsPins.Any(p => p.ToString() == pin), RosterEdit.PinTls(node, pin!), cancellation).ConfigureAwait(false);
            if (options is not null)
                await KeyRenewal.AskAsync("tls_pin", options, cancellation, "cert", "use").ConfigureAwait(false);
            report.Result(new { Node = node, TlsPin = pin, InUse = options is not null },
                text => text.WriteLine(options is not null ? $"{node} shows TLS key {pin} in new connections." : $"The roster pins it. On the machine of {node}: mpcsigner-node cert use --config FILE"));
            return ExitCode.Ok;
        });
        return command;
    }
}
