using System.CommandLine;
using MpcSigner.Cli.Clusters;

namespace MpcSigner.Cli.Commands;

/// <summary><c>node run</c>.</summary>
internal static class NodeRun
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var node = new Option<string?>("--node") { HelpName = "NAME", Description = "A node of the cluster's folder" };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "A node's options file (config/node.example.yaml explains it)" };
        var command = SharedOptions.Command("run", """
            Run one node in the foreground, as another process, until it is interrupted. The exit code is the node's own;
            mpcsigner-node --help lists them.
            """, "node run --node node-1", "node run --config /etc/mpcsigner/node.yaml");
        foreach (var option in (Option[])[dir, node, config])
            command.Options.Add(option);
        bind(command)(async (parsed, _, cancellation) =>
        {
            var file = OptionsFile(parsed, dir, node, config);
            return (ExitCode)(await NodeProgram.Find().RunAsync(captureOutput: false, SoftToken.Beside(file), cancellation, "run", "--config", file).ConfigureAwait(false)).Code;
        });
        return command;
    }

    /// <summary>The options file that was named, or that of a node of the cluster's folder.</summary>
    public static string OptionsFile(ParseResult parsed, Option<string> dir, Option<string?> node, Option<string?> config)
    {
        var (name, file) = (parsed.GetValue(node), parsed.GetValue(config));
        if (name is null == file is null)
            throw CliException.Usage("Exactly one of --node and --config is needed.", "Name a node of the cluster's folder, or an options file.");
        return file ?? ClusterStart.Chosen(ClusterFolder.Open(parsed.GetValue(dir)!), [name!]).Single().Options;
    }
}
