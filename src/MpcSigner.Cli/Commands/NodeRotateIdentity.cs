using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>node rotate-identity</c>.</summary>
internal static class NodeRotateIdentity
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var name = new Argument<string>("name") { Description = "The node" };
        var given = new Option<string?>("--identity-key") { HelpName = "HEX", Description = "As mpcsigner-node identity new printed it, where the node is not in the cluster's folder" };
        var command = SharedOptions.Command("rotate-identity", """
            Give a node another identity key. Its id and all keys stay, nothing restarts, and what it has certified stays
            certified. The new key is made on the node; the roster then names it, and the running node changes over.
            """, "node rotate-identity node-3", "node rotate-identity node-3 --admin alice --identity-key HEX");
        command.Arguments.Add(name);
        command.Options.Add(given);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var (node, renewal) = (parsed.GetValue(name)!, new KeyRenewal(administrators, parsed, report));
            var key = parsed.GetValue(given)
                ?? await KeyRenewal.AskAsync("identity_key", renewal.OptionsOf(node, "--identity-key"), cancellation, "identity", "new").ConfigureAwait(false);
            await renewal.NameAsync(node, n => Convert.ToHexStringLower(n.IdentityKey.Span) == key, RosterEdit.RotateIdentity(node, key), cancellation).ConfigureAwait(false);
            report.Result(new { Node = node, IdentityKey = key }, text => text.WriteLine($"{node} signs with identity key {key}. Renew its offline copy of identity.sealed."));
            return ExitCode.Ok;
        });
        return command;
    }
}
