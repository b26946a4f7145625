using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Documents;
using MpcSigner.Cli.Output;

namespace MpcSigner.Cli.Commands;

/// <summary><c>roster show</c>.</summary>
internal static class RosterShow
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var file = new Argument<string?>("FILE") { Description = "A roster to show as it is written, signed or not", Arity = ArgumentArity.ZeroOrOne };
        var node = RosterOptions.From();
        var command = SharedOptions.Command("show", """
            Show a roster: of a file, of the newest version in the administrator's folder, or with --from the newest that a node
            has accepted, verified from the folder's version on.
            """, "roster show", "roster show roster.v2.yaml", "roster show --from node-1 --output json");
        command.Arguments.Add(file);
        command.Options.Add(node);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var roster = parsed.GetValue(file) is { } path
                ? RosterOptions.Read(DocumentSigning.ReadDocument(path), path)
                : RosterOptions.Read((await RosterOptions.HistoryAsync(parsed, administrators, node, cancellation).ConfigureAwait(false)).Head.Roster, "the roster");
            report.Result(RosterText.Describe(roster), text => RosterText.Print(text, roster));
            return ExitCode.Ok;
        });
        return command;
    }
}
