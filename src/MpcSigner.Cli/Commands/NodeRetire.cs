using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>node retire</c>.</summary>
internal static class NodeRetire
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var name = new Argument<string>("name") { Description = "The node that goes; it may be dead" };
        var command = SharedOptions.Command("retire", """
            Take a node out: its keys are reshared among their other nodes, with the same threshold, then the roster lets it go.
            Refused for keys that would have fewer nodes than they need. Run again, it goes on where it was.
            """, "node retire node-3");
        command.Arguments.Add(name);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var node = parsed.GetValue(name)!;
            var steps = new NodeSteps(administrators, parsed, report);
            steps.RequireKnown(node);
            await steps.MoveKeysAsync(node, null, cancellation).ConfigureAwait(false);
            await steps.RetireAsync(node, cancellation).ConfigureAwait(false);
            return steps.Done($"{node} has left. Stop it, and destroy its disks and backups.");
        });
        return command;
    }
}
