using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>attempt list</c>.</summary>
internal static class AttemptList
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var command = SharedOptions.Command("list", """
            Refreshes, reshares and recoveries that are not over somewhere: where each stands, who has not acknowledged, and whose
            DONE is missing before old shares are erased.
            """, "attempt list", "attempt list --output json");
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.ListOperationsAsync(cancellation).ConfigureAwait(false);
            report.Result(new { Attempts = found.Entries, found.Silent }, text =>
            {
                foreach (var operation in found.Entries)
                    Print(text, operation);
                if (found.Entries.Count == 0)
                    text.WriteLine(found.Silent.Count == 0 ? "Nothing is open." : "Nothing is open at the nodes that answered.");
                SilentText.Print(text, found.Silent);
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(TextWriter text, MaintenanceStatus found)
    {
        text.WriteLine($"order     {found.Order}");
        text.WriteLine($"          {found.Kind} of {found.Keys} key{(found.Keys == 1 ? "" : "s")} to generation {found.Generation}, attempt {found.Attempt}, begun {found.BegunAt:u}");
        foreach (var node in found.Nodes)
            text.WriteLine($"  {node.Node,-16} {node.State}");
        if (found.NotAcknowledged.Count > 0)
            text.WriteLine($"  not acknowledged: {string.Join(", ", found.NotAcknowledged)}");
        if (found.NotDone.Count > 0)
            text.WriteLine($"  no DONE from: {string.Join(", ", found.NotDone)}");
    }
}
