using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>node replace</c>.</summary>
internal static class NodeReplace
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, entry) = (new AdministratorOptions(), new NodeEntryOptions());
        var old = new Argument<string>("old") { Description = "The node that goes; it may be dead" };
        var fresh = new Argument<string>("new") { Description = "The node that takes its place" };
        var command = SharedOptions.Command("replace", """
            Put one node in another's place: the roster names the new one, all keys of the old one are reshared to it, then the
            roster lets the old one go. Each step that is done already is passed over: interrupted anywhere, run it again.
            """, "node replace node-3 node-4");
        command.Arguments.Add(old);
        command.Arguments.Add(fresh);
        entry.AddTo(command);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var (goes, comes) = (parsed.GetValue(old)!, parsed.GetValue(fresh)!);
            var steps = new NodeSteps(administrators, parsed, report);
            steps.RequireKnown(goes);
            await steps.AddAsync(comes, () => entry.Read(parsed, administrators.Folder(parsed), comes), cancellation).ConfigureAwait(false);
            await steps.WaitForAsync(comes, cancellation).ConfigureAwait(false);
            await steps.MoveKeysAsync(goes, comes, cancellation).ConfigureAwait(false);
            await steps.RetireAsync(goes, cancellation).ConfigureAwait(false);
            return steps.Done($"{comes} has taken the place of {goes}. Stop {goes}, and destroy its disks and backups.");
        });
        return command;
    }
}
