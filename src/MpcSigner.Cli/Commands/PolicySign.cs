using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Documents;
using MpcSigner.Cli.Output;
using MpcSigner.Client;
using MpcSigner.Documents.Policies;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Cli.Commands;

/// <summary><c>policy sign</c>.</summary>
internal static class PolicySign
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var file = new Argument<string>("FILE") { Description = "The policy to sign" };
        var key = SigningKeys.Option();
        var command = SharedOptions.Command("sign", """
            Sign a policy with this administrator's key. Needs no connection. The signature is added to FILE.sig, beside those of
            others: as many administrators of the roster in force must sign as its quorum asks for.
            """, "policy sign policy.yaml", "policy sign policy.yaml --admin my-files");
        command.Arguments.Add(file);
        command.Options.Add(key);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            var bytes = DocumentSigning.ReadDocument(path);
            if (!PolicyDocument.TryParse(bytes, out _, out var errors))
                throw CliException.Usage($"{path} has errors:{string.Concat(errors.Select(e => $"\n  {e}"))}", "Correct them all; config/policy.example.yaml explains every field.");
            var roster = RosterOptions.Read(RosterHistory.Load(administrators.Administrators(parsed)[0]).Head.Roster, "the roster in force");
            using var keys = SigningKeys.Open(parsed, key, administrators);
            var outcome = await DocumentSigning.AddAsync(path, bytes, DocumentKind.Policy, roster, keys.Signers, cancellation).ConfigureAwait(false);
            report.Result(new { outcome.File, SignedBy = outcome.Signed, MissingSignatures = outcome.Missing }, text =>
                SigningText.Print(text, outcome, "give policy and signatures to every node, then restart the nodes one after the other"));
            return ExitCode.Ok;
        });
        return command;
    }
}
