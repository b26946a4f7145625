using System.CommandLine;
using System.Diagnostics;
using MpcSigner.Cli.Clusters;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>cluster start</c>.</summary>
internal static class ClusterStart
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private const int LogLines = 15;

    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var only = new Option<string[]>("--node") { HelpName = "NAME", Description = "Start this node only; may be given several times" };
        var wait = new Option<int>("--wait") { HelpName = "SECONDS", Description = "Seconds to wait until every node is ready and sees the others; 0 does not wait", DefaultValueFactory = _ => 30 };
        var command = SharedOptions.Command("start", """
            Start the nodes in the background and wait until each is ready and sees the others. A node that runs is left alone.
            Logs go to nodes/NAME/node.log in the cluster's folder.
            """, "cluster start", "cluster start --node node-2");
        foreach (var option in (Option[])[dir, only, wait])
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var folder = ClusterFolder.Open(parsed.GetValue(dir)!);
            var program = NodeProgram.Find();
            var started = new List<(NodeFolder Node, Process Handle)>();
            await using var client = MpcSignerClient.Create(ClientFolder.Load(folder.Client));
            var names = parsed.GetValue(only) ?? [];
            if (names.FirstOrDefault(name => folder.AllNodes.Any(n => n.Name == name) && client.Nodes.All(n => n.Name != name)) is { } stranger)
                throw CliException.Usage($"The roster does not name {stranger}; no peer would work with it.", $"Have it named first: mpcsigner node add {stranger}");
            foreach (var node in Chosen(folder, names))
            {
                // It would refuse to start: no peer knows it.
                if (client.Nodes.All(n => n.Name != node.Name))
                {
                    report.Progress($"{node.Name} is not in the roster: left alone");
                    continue;
                }
                if (NodeProcess.Find(node) is { } running)
                {
                    report.Progress($"{node.Name} runs already (process {running.Pid})");
                    continue;
                }
                var (process, handle) = NodeProcess.Start(node, program);
                report.Progress($"{node.Name} started (process {process.Pid})");
                started.Add((node, handle));
            }
            var states = await WaitAsync(client, started, TimeSpan.FromSeconds(parsed.GetValue(wait)), cancellation).ConfigureAwait(false);
            report.Result(
                new { Ready = ClusterWatch.IsWhole(states), Nodes = folder.AllNodes.Select(n => new { n.Name, NodeProcess.Find(n)?.Pid, n.Log }) },
                text => text.WriteLine(ClusterWatch.IsWhole(states) ? $"{states.Count} nodes are ready and see each other." : "Started; not waiting."));
            return ExitCode.Ok;
        });
        return command;
    }

    public static IEnumerable<NodeFolder> Chosen(ClusterFolder folder, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (folder.AllNodes.All(n => n.Name != name))
                throw CliException.Usage($"The cluster has no node {name}.", $"Its nodes are {string.Join(", ", folder.AllNodes.Select(n => n.Name))}.");
        }
        return folder.AllNodes.Where(n => names.Count == 0 || names.Contains(n.Name));
    }

    private static async Task<IReadOnlyList<NodeState>> WaitAsync(
        MpcSignerClient client, List<(NodeFolder Node, Process Handle)> started, TimeSpan patience, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            foreach (var (node, handle) in started)
            {
                if (handle.HasExited)
                {
                    throw new CliException(ExitCode.Unavailable, "NODE_ENDED", $"{node.Name} ended with code {handle.ExitCode}:\n{LastLines(node.Log)}",
                        $"Correct what its log says ({node.Log}), then start it again.");
                }
            }
            if (patience <= TimeSpan.Zero)
                return [];
            var states = await client.GetStatusAsync(cancellation).ConfigureAwait(false);
            if (ClusterWatch.IsWhole(states))
                return states;
            if (Stopwatch.GetElapsedTime(began) > patience)
            {
                throw new CliException(ExitCode.Unavailable, "NOT_READY", $"The cluster is not whole after {patience.TotalSeconds:0} s: {string.Join("; ", ClusterWatch.Missing(states))}.",
                    "Look at the nodes' logs; mpcsigner cluster status shows how it goes on.");
            }
            await Task.Delay(Poll, cancellation).ConfigureAwait(false);
        }
    }

    private static string LastLines(string log) => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(LogLines).Select(l => "    " + l)) : "    (no log)";
}
