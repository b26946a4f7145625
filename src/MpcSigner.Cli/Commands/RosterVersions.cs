using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;
using MpcSigner.Client;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Cli.Commands;

/// <summary><c>roster history</c>.</summary>
internal static class RosterVersions
{
    private sealed record Entry(uint Version, string Hash, IReadOnlyList<string> SignedBy, DateTimeOffset? AcceptedAt);

    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var node = RosterOptions.From();
        var save = new Option<bool>("--save") { Description = "Write versions that the folder lacks into it" };
        var command = SharedOptions.Command("history", """
            List the chain of rosters: version, hash, who signed it, and with --from when that node accepted it. Every version is
            verified against the one before, the first against administrator.pub.
            """, "roster history", "roster history --from node-1 --save");
        command.Options.Add(node);
        command.Options.Add(save);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var history = await RosterOptions.HistoryAsync(parsed, administrators, node, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(save))
            {
                foreach (var folder in administrators.RosterFolders(parsed))
                    history.Save(folder);
            }
            var accepted = parsed.GetValue(node) is { } name
                ? await RosterOptions.AcceptedAsync(parsed, administrators, name, cancellation).ConfigureAwait(false)
                : new Dictionary<uint, DateTimeOffset>();
            var entries = history.Versions.Select(version => new Entry(version.Version, RosterOptions.Read(version.Roster, "the roster").Hash.ToString(), Signers(version),
                accepted.TryGetValue(version.Version, out var time) ? time : null)).ToList();
            report.Result(new { Versions = entries }, text => Report.WriteTable(text, ["version", "hash", "signed by", "accepted"], entries.Select(e => (IReadOnlyList<string>)
            [
                e.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), e.Hash, string.Join(", ", e.SignedBy), e.AcceptedAt?.ToString("u", System.Globalization.CultureInfo.InvariantCulture) ?? "",
            ])));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IReadOnlyList<string> Signers(SignedRoster version) => DocumentSignatures.TryParse(version.Signatures.Span, out var signatures, out _)
        ? [.. signatures.All.Select(signature => signature.Administrator)]
        : throw new InvalidOperationException("signatures that were verified cannot be read");
}
