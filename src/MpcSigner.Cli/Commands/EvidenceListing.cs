using System.CommandLine;
using System.Globalization;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;

namespace MpcSigner.Cli.Commands;

/// <summary><c>evidence list</c>.</summary>
internal static class EvidenceListing
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var node = new Option<string?>("--node") { HelpName = "NAME", Description = "The node whose evidence is asked for; all are asked if not given" };
        var command = SharedOptions.Command("list", """
            List what nodes keep to prove that other nodes cheated, newest first. What a list says is the node's word; what a file
            proves is judged by evidence verify. A file without an accused holds what one node received before an echo mismatch:
            with another node's file of the same session it may convict who told two stories.
            """, "evidence list", "evidence list --node node-1 --output json");
        command.Options.Add(node);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.ListEvidenceAsync(parsed.GetValue(node), cancellation).ConfigureAwait(false);
            report.Result(new
            {
                Evidence = found.Entries.Select(e => new { e.Id, e.Node, e.Culprit, Fault = EvidenceText.Fault(e.Fault), Protocol = EvidenceText.Protocol(e.Protocol), e.Request, e.Key, e.FoundAt, e.Size }),
                found.NotKept, found.Silent,
            }, text =>
            {
                if (found.Entries.Count == 0)
                    text.WriteLine(found.Silent.Count == 0 ? "No node keeps any evidence." : "No node that answered keeps any evidence.");
                else
                    Report.WriteTable(text, ["id", "kept by", "accused", "fault", "in", "found", "bytes"], found.Entries.Select(e => (IReadOnlyList<string>)
                    [
                        e.Id, e.Node, e.Culprit.Length == 0 ? "-" : e.Culprit, EvidenceText.Fault(e.Fault), EvidenceText.Protocol(e.Protocol),
                        e.FoundAt.ToString("u", CultureInfo.InvariantCulture), e.Size.ToString(CultureInfo.InvariantCulture),
                    ]));
                foreach (var beyond in found.NotKept)
                    text.WriteLine($"{beyond.Node} did not keep {beyond.Count} more against {(beyond.Culprit.Length == 0 ? "nobody in particular" : beyond.Culprit)}");
                SilentText.Print(text, found.Silent);
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
