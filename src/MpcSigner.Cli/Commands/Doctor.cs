using System.CommandLine;
using MpcSigner.Cli.Clusters;

namespace MpcSigner.Cli.Commands;

/// <summary><c>doctor</c>.</summary>
internal static class Doctor
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var node = new Option<string?>("--node") { HelpName = "NAME", Description = "A node of the cluster's folder: checks its configuration too" };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "A node's options file: checks it too" };
        var command = SharedOptions.Command("doctor", """
            Check what a node needs of this machine: native libraries with self-tests, locked memory, hardening, clock; with
            --node or --config also that node's configuration, seal and token. Changes nothing. The exit code is the node's own.
            """, "doctor", "doctor --node node-1 --output json");
        foreach (var option in (Option[])[dir, node, config])
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            List<string> arguments = ["doctor", "--output", report.IsJson ? "json" : "table"];
            SoftToken? token = null;
            if (parsed.GetValue(node) is not null || parsed.GetValue(config) is not null)
            {
                var file = NodeRun.OptionsFile(parsed, dir, node, config);
                token = SoftToken.Beside(file);
                arguments.AddRange(["--config", file]);
            }
            return (ExitCode)(await NodeProgram.Find().RunAsync(captureOutput: false, token, cancellation, [.. arguments]).ConfigureAwait(false)).Code;
        });
        return command;
    }
}
