using System.CommandLine;
using MpcSigner.Cli.Clusters;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>cluster status</c>.</summary>
internal static class ClusterStatus
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var command = SharedOptions.Command("status", "Show every node, what it says of itself and of its peers. A node whose secrets are not at hand is SEALED (waits for its operators) or TOKEN_LOST (waits for its token). Exit code 0 if all are ready and see each other, else 3.",
            "cluster status", "cluster status --output json");
        foreach (var option in client.All)
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = MpcSignerClient.Create(client.Load(parsed));
            var states = await connection.GetStatusAsync(cancellation).ConfigureAwait(false);
            var whole = ClusterWatch.IsWhole(states);
            var pids = client.Folder(parsed) is { } folder
                ? folder.AllNodes.ToDictionary(n => n.Name, n => NodeProcess.Find(n)?.Pid)
                : [];
            report.Result(new { Ready = whole, connection.ClusterId, Nodes = states.Select(s => Describe(s, pids)) }, text => Print(text, states, pids));
            return whole ? ExitCode.Ok : ExitCode.Unavailable;
        });
        return command;
    }

    private static object Describe(NodeState s, Dictionary<string, int?> pids) => new
    {
        s.Node.Name, s.Node.Id, s.Node.Address, Pid = pids.GetValueOrDefault(s.Node.Name), s.Reachable, s.Ready, Seal = SealText.Of(s.Seal), s.Problem, s.Version, s.Instance, s.StartCounter, s.PolicyHash,
        s.OpenOrders, s.LiveSessions,
        Peers = s.Peers.Select(p => new { p.Name, p.Reachable, ClockDifferenceMs = (long?)p.ClockDifference?.TotalMilliseconds, Problem = p.Problem.Length == 0 ? null : p.Problem }),
    };

    /// <summary>A token that is away is told also of a node that goes on without it.</summary>
    private static string StateOf(NodeState s) => s.Seal switch
    {
        NodeSeal.Sealed or NodeSeal.TokenLost => SealText.Of(s.Seal),
        NodeSeal.Unknown or NodeSeal.Unsealed => !s.Reachable ? "down" : s.Ready ? "ready" : "starting",
    };

    private static void Print(TextWriter text, IReadOnlyList<NodeState> states, Dictionary<string, int?> pids)
    {
        Report.WriteTable(text, ["node", "address", "process", "state", "starts", "open orders", "peers", "problem"], states.Select(s => (IReadOnlyList<string>)
        [
            s.Node.Name, s.Node.Address, pids.GetValueOrDefault(s.Node.Name)?.ToString() ?? "-",
            StateOf(s),
            s.Reachable ? s.StartCounter.ToString() : "-", s.Reachable ? s.OpenOrders.ToString() : "-",
            s.Reachable ? $"{s.Peers.Count(p => p.Reachable)} of {s.Peers.Count}" : "-", s.Problem ?? "",
        ]));
        foreach (var line in ClusterWatch.Missing(states))
            text.WriteLine(line);
    }
}
