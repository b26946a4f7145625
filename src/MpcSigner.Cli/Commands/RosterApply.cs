using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Documents;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>roster apply</c>.</summary>
internal static class RosterApply
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var file = RosterOptions.File("The next version of the roster; its signatures are in FILE.sig");
        var wait = new Option<int>("--wait") { HelpName = "SECONDS", Description = "How long to wait for nodes that lack it, 0 to 3600", DefaultValueFactory = _ => 10 };
        wait.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 0 or > 3_600)
                r.AddError("--wait must be 0 to 3600.");
        });
        var command = SharedOptions.Command("apply", """
            Give the next version of the roster to every node and say whether it is in force: when all nodes but one hold it
            durably, every signing quorum meets one of them. Nothing restarts. The same command may be run again until every
            node has it; a node that was down asks the others by itself.
            """, "roster apply roster.v2.yaml", "roster apply roster.v2.yaml --admin my-files --wait 60");
        command.Arguments.Add(file);
        command.Options.Add(wait);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            var folder = administrators.Administrators(parsed)[0];
            var history = RosterHistory.Load(folder);
            var before = RosterOptions.Read(history.Head.Roster, "the roster in force");
            var bytes = DocumentSigning.ReadDocument(path);
            if (history.Versions.FirstOrDefault(known => known.Roster.Span.SequenceEqual(bytes)) is { } known)
            {
                if (known.Version != history.Head.Version)
                    throw CliException.Usage($"Version {known.Version} is not the newest: the folder has version {history.Head.Version}.", "Apply the newest.");
            }
            else
            {
                history.Add(new SignedRoster(RosterOptions.Read(bytes, path).Version, bytes, DocumentSigning.ReadSignatures(path, "mpcsigner roster sign")));
            }
            await using var spread = new RosterSpread(administrators, parsed, history, before, report);
            var standing = await spread.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(wait)), cancellation).ConfigureAwait(false);
            if (standing.Holders.Count > 0)
            {
                foreach (var kept in administrators.RosterFolders(parsed))
                    history.Save(kept);
            }
            report.Result(RosterSpreadText.Describe(standing), text => RosterSpreadText.Print(text, standing));
            return standing.InForce ? ExitCode.Ok : ExitCode.Unavailable;
        });
        return command;
    }
}
