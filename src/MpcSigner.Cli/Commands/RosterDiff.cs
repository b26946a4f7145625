using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Documents;
using MpcSigner.Cli.Output;
using MpcSigner.Client;
using MpcSigner.Documents.Rosters;

namespace MpcSigner.Cli.Commands;

/// <summary><c>roster diff</c>.</summary>
internal static class RosterDiff
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var file = RosterOptions.File("The roster whose changes are asked for");
        var before = new Argument<string?>("BEFORE") { Description = "What it is compared with; if not given, the newest version in the administrator's folder", Arity = ArgumentArity.ZeroOrOne };
        var node = RosterOptions.From();
        var command = SharedOptions.Command("diff", """
            Say in words what a roster changes: nodes, clients, administrators and schedules that come, go or differ. Without
            BEFORE it also says whether the draft may follow the version in force (exit code 1 if not); signatures are no part of that.
            """, "roster diff roster.v2.yaml", "roster diff roster.v3.yaml roster.v2.yaml");
        command.Arguments.Add(file);
        command.Arguments.Add(before);
        command.Options.Add(node);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            var bytes = DocumentSigning.ReadDocument(path);
            var after = RosterOptions.Read(bytes, path);
            if (parsed.GetValue(before) is { } other)
            {
                var differences = RosterDifferences.Between(RosterOptions.Read(DocumentSigning.ReadDocument(other), other), after);
                report.Result(new { Changes = RosterText.Describe(differences) }, text => RosterText.Print(text, differences));
                return ExitCode.Ok;
            }
            var history = await RosterOptions.HistoryAsync(parsed, administrators, node, cancellation).ConfigureAwait(false);
            var changes = RosterDifferences.Between(RosterOptions.Read(history.Head.Roster, "the roster in force"), after);
            var problem = Problem(history, bytes);
            report.Result(new { InForce = history.Head.Version, after.Version, Changes = RosterText.Describe(changes), MayFollow = problem is null, Problem = problem?.Message, problem?.NextStep }, text =>
            {
                RosterText.Print(text, changes);
                text.WriteLine(problem is null ? $"may follow version {history.Head.Version} once it is signed" : $"may not follow version {history.Head.Version}: {problem.Message}\nNext: {problem.NextStep}");
            });
            return problem is null ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }

    private static MpcSignerException? Problem(RosterHistory history, byte[] draft)
    {
        try
        {
            history.CheckDraft(draft);
            return null;
        }
        catch (MpcSignerException e)
        {
            return e;
        }
    }
}
