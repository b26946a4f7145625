using System.Text.Json;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Commands;

/// <summary><c>peer readmit</c>: the operator has looked into why a peer was left out, and wants it chosen again from this node's next start on. The node must be stopped.</summary>
internal static class PeerCommand
{
    private static readonly Dictionary<string, bool> Failures = new(StringComparer.Ordinal) { ["keep"] = false, ["forget"] = true };

    public static ExitCode Readmit(string[] args, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var (config, peer) = (arguments.Required("--config"), arguments.Required("--peer"));
        var forget = arguments.Choice("--failures", false, Failures);
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        if (!NodeId.TryParse(peer, out var nid))
        {
            var roster = ClusterDocuments.Load(options).Roster;
            if (roster.Nodes.FirstOrDefault(node => node.Name == peer) is not { } named)
                return CommandLine.Refuse(error, [$"--peer: the roster that {config} names, version {roster.Version}, has no node {peer}; give its node id where a later version names it"]);
            nid = named.Nid;
        }
        try
        {
            // What the peer does after the operator has looked must not be forgiven with what was looked at.
            using (StoreStart.HoldBetweenProcesses(directory))
                new Readmission(nid, forget).AddTo(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCode.StoreUnavailable, $"The word of it cannot be written to {directory.Path}: {e.Message}", "Check the folder and its permissions.", e);
        }
        output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["name"] = options.Name,
            ["peer"] = nid.ToString(),
            ["failures"] = forget ? "forget" : "keep",
            ["takes_effect"] = "at the next start",
        }));
        return ExitCode.Success;
    }
}
