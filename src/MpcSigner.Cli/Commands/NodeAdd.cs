using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>node add</c>.</summary>
internal static class NodeAdd
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, entry) = (new AdministratorOptions(), new NodeEntryOptions());
        var name = new Argument<string>("name") { Description = "The node's name" };
        var command = SharedOptions.Command("add", """
            Have the roster name one more node, and wait until it sees the others. It holds no share of any key before keys are
            reshared to it. Run again, it goes on where it was. In a development cluster, make its files first:
            mpcsigner cluster add-node NAME; the node is started here.
            """, "node add node-4", "node add node-4 --nid HEX --identity-key HEX --tls-pin HEX --address node-4.example:7443");
        command.Arguments.Add(name);
        entry.AddTo(command);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var node = parsed.GetValue(name)!;
            var steps = new NodeSteps(administrators, parsed, report);
            await steps.AddAsync(node, () => entry.Read(parsed, administrators.Folder(parsed), node), cancellation).ConfigureAwait(false);
            await steps.WaitForAsync(node, cancellation).ConfigureAwait(false);
            return steps.Done($"{node} belongs to the cluster. Next, give it shares: mpcsigner key reshare --all --threshold T --nodes …,{node} --wait");
        });
        return command;
    }
}
