using System.CommandLine;
using System.Text.Json;
using MpcSigner.Cli.Clusters;
using MpcSigner.Cli.Output;
using MpcSigner.Client;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Cli.Administration;

/// <summary>A node's identity or TLS key is followed by another: made by the node's own program, named by the roster, taken into use by the running node.</summary>
internal sealed class KeyRenewal(AdministratorOptions administrators, ParseResult parsed, Report report)
{
    /// <summary>The options file of a node of the cluster's folder.</summary>
    public string OptionsOf(string node, string option) =>
        administrators.Folder(parsed) is { } folder
            ? Commands.ClusterStart.Chosen(folder, [node]).Single().Options
            : throw CliException.Usage($"Without a cluster's folder, {option} is needed.", "Make the key on the node's machine with mpcsigner-node, and copy what it printed.");

    /// <summary>Runs the node's program and reads one field of its line.</summary>
    /// <param name="options">The node's options file.</param>
    public static async Task<string> AskAsync(string field, string options, CancellationToken cancellation, params string[] verb)
    {
        string[] arguments = [.. verb[..2], "--config", options, .. verb[2..]];
        var (code, output) = await NodeProgram.Find().RunAsync(captureOutput: true, SoftToken.Beside(options), cancellation, arguments).ConfigureAwait(false);
        if (code != 0)
            throw new CliException(ExitCode.Refused, "NODE_PROGRAM", $"mpcsigner-node {arguments[0]} {arguments[1]} ended with code {code}: {output.Trim()}", "Correct what it names, then run the command again.");
        try
        {
            using var answer = JsonDocument.Parse(output);
            return answer.RootElement.GetProperty(field).GetString()!;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CliException(ExitCode.Internal, "NODE_PROGRAM", $"mpcsigner-node {arguments[0]} {arguments[1]} did not answer with {field}.", "Use programs of the same release.", e);
        }
    }

    /// <summary>The roster's next version, unless the present one says it already.</summary>
    public async Task NameAsync(string node, Func<RosterNode, bool> named, RosterEdit edit, CancellationToken cancellation)
    {
        var head = RosterHistory.Load(administrators.Administrators(parsed)[0]).Head;
        var roster = RosterOptions.Read(head.Roster, $"roster version {head.Version}");
        var entry = roster.Nodes.FirstOrDefault(n => n.Name == node)
            ?? throw CliException.Usage($"The roster has no node {node}.", $"Its nodes are {string.Join(", ", roster.Nodes.Select(n => n.Name))}.");
        if (named(entry))
        {
            report.Progress("the roster names the key already");
            return;
        }
        await using var open = administrators.Open(parsed);
        await new RosterChange(administrators.RosterFolders(parsed), report).ApplyAsync(open.Value, edit, cancellation).ConfigureAwait(false);
    }
}
