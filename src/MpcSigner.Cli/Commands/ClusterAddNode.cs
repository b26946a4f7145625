using System.CommandLine;
using MpcSigner.Cli.Clusters;

namespace MpcSigner.Cli.Commands;

/// <summary><c>cluster add-node</c>.</summary>
internal static class ClusterAddNode
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var name = new Argument<string>("name") { Description = "The node's name: 1..32 characters of a-z, 0-9 and -" };
        var hardening = new Option<string>("--hardening") { Description = "What the node does when a hardening check fails: require, warn or off", DefaultValueFactory = _ => "warn" };
        hardening.AcceptOnlyFromAmong("require", "warn", "off");
        var command = SharedOptions.Command("add-node", """
            Make the files of one more node in a development cluster's folder: identity, sealed store, TLS certificate; a
            token of SoftHSM2 where the others have one. It
            belongs to the cluster once the roster names it. Run again, it finishes what is missing.
            """, "cluster add-node node-4");
        command.Arguments.Add(name);
        foreach (var option in (Option[])[dir, hardening])
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var chosen = parsed.GetValue(name)!;
            if (chosen.Length is 0 or > 32 || !chosen.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                throw CliException.Usage($"'{chosen}' is no name of a node.", "Use 1..32 characters of a-z, 0-9 and -.");
            var folder = ClusterFolder.Open(parsed.GetValue(dir)!);
            var node = await new ClusterMaker(folder, NodeProgram.Find(), TimeProvider.System, report.Progress).AddNodeAsync(chosen, parsed.GetValue(hardening)!, cancellation).ConfigureAwait(false);
            report.Result(
                new { node.Name, Id = node.Nid.ToString(), IdentityKey = Convert.ToHexStringLower(node.IdentityKey.Span), TlsPin = node.TlsPins[0].ToString(), node.Address },
                text => text.WriteLine($"{node.Name} is made ({node.Nid}).\nNext, the roster must name it: mpcsigner node add {node.Name}"));
            return ExitCode.Ok;
        });
        return command;
    }
}
