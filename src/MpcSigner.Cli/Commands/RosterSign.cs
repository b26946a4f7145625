using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Documents;
using MpcSigner.Cli.Output;
using MpcSigner.Client;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Cli.Commands;

/// <summary><c>roster sign</c>.</summary>
internal static class RosterSign
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var file = RosterOptions.File("The roster to sign");
        var key = SigningKeys.Option();
        var command = SharedOptions.Command("sign", """
            Say what a roster changes and sign it with this administrator's key. Needs no connection. The signature is added to
            FILE.sig, beside those of others. A roster is signed by administrators of the version before it, as many as that
            version's quorum asks for; one that could not follow is not signed. A first roster is signed by one of its own.
            """, "roster sign roster.v2.yaml", "roster sign roster.v2.yaml --admin my-files", "roster sign roster.yaml --key administrator-key.pem");
        command.Arguments.Add(file);
        command.Options.Add(key);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            var bytes = DocumentSigning.ReadDocument(path);
            var roster = RosterOptions.Read(bytes, path);
            using var keys = SigningKeys.Open(parsed, key, administrators);
            if (roster.Version == RosterDocument.FirstVersion)
            {
                if (!report.IsJson)
                    RosterText.Print(report.People, roster);
                // One signature makes it: that of the administrator whose key the nodes pin.
                return Told(report, await DocumentSigning.AddAsync(path, bytes, DocumentKind.Roster, roster with { Quorum = 1 }, keys.Signers, cancellation).ConfigureAwait(false), [], path);
            }
            var history = RosterHistory.Load(administrators.Administrators(parsed)[0]);
            history.CheckDraft(bytes);
            var inForce = RosterOptions.Read(history.Head.Roster, "the roster in force");
            var changes = RosterDifferences.Between(inForce, roster);
            if (!report.IsJson)
                RosterText.Print(report.People, changes);
            return Told(report, await DocumentSigning.AddAsync(path, bytes, DocumentKind.Roster, inForce, keys.Signers, cancellation).ConfigureAwait(false), changes, path);
        });
        return command;
    }

    private static ExitCode Told(Report report, DocumentSigning.Outcome outcome, IReadOnlyList<RosterDifference> changes, string path)
    {
        report.Result(new { outcome.File, SignedBy = outcome.Signed, MissingSignatures = outcome.Missing, Changes = RosterText.Describe(changes) }, text =>
            SigningText.Print(text, outcome, $"mpcsigner roster apply {path}"));
        return ExitCode.Ok;
    }
}
