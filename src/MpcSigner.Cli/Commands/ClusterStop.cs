using System.CommandLine;
using System.Diagnostics;
using MpcSigner.Cli.Clusters;

namespace MpcSigner.Cli.Commands;

/// <summary><c>cluster stop</c>.</summary>
internal static class ClusterStop
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static Command Create(Func<Command, Runner> bind)
    {
        var dir = SharedOptions.Dir();
        var only = new Option<string[]>("--node") { HelpName = "NAME", Description = "Stop this node only; may be given several times" };
        var kill = new Option<bool>("--kill") { Description = "SIGKILL instead of SIGTERM: as a power cut would" };
        var command = SharedOptions.Command("stop", "End exactly the node processes that cluster start began.", "cluster stop", "cluster stop --node node-2 --kill");
        foreach (var option in (Option[])[dir, only, kill])
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            var folder = ClusterFolder.Open(parsed.GetValue(dir)!);
            var running = ClusterStart.Chosen(folder, parsed.GetValue(only) ?? []).Select(n => (Node: n, Process: NodeProcess.Find(n))).Where(n => n.Process is not null).ToList();
            foreach (var (node, process) in running)
            {
                report.Progress($"stopping {node.Name} (process {process!.Pid})");
                process.Signal(parsed.GetValue(kill));
            }
            var began = Stopwatch.GetTimestamp();
            while (running.Where(r => r.Process!.IsAlive).Select(r => r.Node.Name).ToList() is { Count: > 0 } alive)
            {
                if (Stopwatch.GetElapsedTime(began) > Patience)
                    throw new CliException(ExitCode.Unavailable, "STILL_RUNNING", $"Still running after {Patience.TotalSeconds:0} s: {string.Join(", ", alive)}.", "Wait, or end them with --kill.");
                await Task.Delay(Poll, cancellation).ConfigureAwait(false);
            }
            foreach (var (node, _) in running)
                File.Delete(node.Pid);
            report.Result(new { Stopped = running.Select(r => r.Node.Name) }, text => text.WriteLine(running.Count == 0 ? "No node was running." : $"Stopped: {string.Join(", ", running.Select(r => r.Node.Name))}."));
            return ExitCode.Ok;
        });
        return command;
    }
}
