using System.CommandLine;
using MpcSigner.Client;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Rosters;

namespace MpcSigner.Cli.Administration;

/// <summary>Where the roster verbs take rosters from.</summary>
internal static class RosterOptions
{
    public static Option<string?> From() => new("--from") { HelpName = "NODE", Description = "Ask this node for versions that the folder lacks; each is verified against the one before" };

    public static Argument<string> File(string description) => new("FILE") { Description = description };

    /// <summary>The chain of the administrator's folder, and what the node that was named knows beyond it.</summary>
    public static async Task<RosterHistory> HistoryAsync(ParseResult parsed, AdministratorOptions administrators, Option<string?> node, CancellationToken cancellation)
    {
        var history = RosterHistory.Load(administrators.Administrators(parsed)[0]);
        if (parsed.GetValue(node) is not { } name)
            return history;
        await using var open = administrators.Open(parsed);
        await ExtendAsync(history, open.Value, name, cancellation).ConfigureAwait(false);
        return history;
    }

    public static async Task ExtendAsync(RosterHistory history, MpcSignerAdministrator administrator, string node, CancellationToken cancellation)
    {
        await foreach (var version in administrator.DownloadRostersAsync(node, history.Head.Version + 1, cancellation).ConfigureAwait(false))
            history.Add(version);
    }

    /// <summary>When a node accepted which version; its own word.</summary>
    public static async Task<Dictionary<uint, DateTimeOffset>> AcceptedAsync(ParseResult parsed, AdministratorOptions administrators, string node, CancellationToken cancellation)
    {
        await using var open = administrators.Open(parsed);
        var times = new Dictionary<uint, DateTimeOffset>();
        await foreach (var version in open.Value.DownloadRostersAsync(node, 1, cancellation).ConfigureAwait(false))
            times[version.Version] = version.AcceptedAt;
        return times;
    }

    public static Roster Read(ReadOnlyMemory<byte> bytes, string name) => RosterDocument.TryParse(bytes.Span, out var roster, out var errors)
        ? roster
        : throw CliException.Usage($"{name} has errors:{string.Concat(errors.Select(e => $"\n  {e}"))}", "Correct them all; config/roster.example.yaml and config/roster.v2.example.yaml explain every field.");
}
