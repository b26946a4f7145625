using System.CommandLine;
using System.Diagnostics;
using MpcSigner.Cli.Clusters;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>The steps by which nodes come and go. Each looks first whether it is done: a procedure that was interrupted anywhere is run again from its beginning.</summary>
internal sealed class NodeSteps(AdministratorOptions administrators, ParseResult parsed, Report report)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly List<string> _done = [];

    public ExitCode Done(string next)
    {
        report.Result(new { Steps = _done, Next = next }, text =>
        {
            foreach (var step in _done)
                text.WriteLine(step);
            text.WriteLine(next);
        });
        return ExitCode.Ok;
    }

    /// <summary>A name that the roster has never known is a mistake, not a node that has left already.</summary>
    public void RequireKnown(string name)
    {
        var head = RosterHistory.Load(administrators.Administrators(parsed)[0]).Head;
        var roster = RosterOptions.Read(head.Roster, $"roster version {head.Version}");
        if (roster.Nodes.All(n => n.Name != name) && roster.FormerNodes.All(n => n.Name != name))
            throw CliException.Usage($"The roster has no node {name}, and has had none.", $"Its nodes are {string.Join(", ", roster.Nodes.Select(n => n.Name))}.");
    }

    /// <summary>The roster names the node.</summary>
    public async Task AddAsync(string name, Func<RosterEdit> entry, CancellationToken cancellation)
    {
        await using var open = administrators.Open(parsed);
        if (open.Value.Nodes.Any(n => n.Name == name))
        {
            Passed($"the roster names {name} already");
            return;
        }
        await new RosterChange(administrators.RosterFolders(parsed), report).ApplyAsync(open.Value, entry(), cancellation).ConfigureAwait(false);
        Passed($"the roster names {name}");
    }

    /// <summary>The node runs and can take part. One of the cluster's folder is started here, which nobody could do before the roster named it.</summary>
    public async Task WaitForAsync(string name, CancellationToken cancellation)
    {
        if (administrators.Folder(parsed)?.NodeAt(name) is { } node && File.Exists(node.Options) && NodeProcess.Find(node) is null)
        {
            var (process, handle) = NodeProcess.Start(node, NodeProgram.Find());
            handle.Dispose();
            report.Progress($"{name} started (process {process.Pid})");
        }
        // Opened anew: the roster may have changed since.
        await using var open = administrators.Open(parsed);
        var began = Stopwatch.GetTimestamp();
        var said = false;
        while (true)
        {
            var state = (await open.Value.GetStatusAsync(cancellation).ConfigureAwait(false)).First(s => s.Node.Name == name);
            if (state is { Reachable: true, Ready: true })
            {
                Passed($"{name} runs and is ready");
                return;
            }
            if (!said)
                report.Progress($"waiting for {name} at {state.Node.Address}, which must run");
            said = true;
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new CliException(ExitCode.Unavailable, "NOT_READY", $"Node {name} is not ready: {state.Problem ?? "it is starting"}.", "Start it, then run the command again; what is done stays done.");
            await Task.Delay(Poll, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>No key has the node as a party any more.</summary>
    /// <param name="to">Who takes its place; null for nobody.</param>
    public async Task MoveKeysAsync(string from, string? to, CancellationToken cancellation)
    {
        await using var open = administrators.Open(parsed);
        if (open.Value.Nodes.All(n => n.Name != from))
        {
            Passed($"{from} is in the roster no more");
            return;
        }
        var keys = (await open.Value.GetKeysAsync(KeySelection.HeldBy(from), cancellation).ConfigureAwait(false))
            .Where(k => !k.Destroyed && k.Parties.Any(p => p.Node == from)).ToList();
        foreach (var group in keys.GroupBy(k => (k.Threshold, Nodes: string.Join(',', k.Parties.Select(p => p.Node).Order(StringComparer.Ordinal)))))
        {
            var nodes = group.First().Parties.Select(p => p.Node).Where(n => n != from).Concat(to is null ? [] : [to]).Distinct().ToList();
            if (nodes.Count < group.Key.Threshold)
            {
                throw CliException.Usage($"Without {from}, key {group.First().Id} would have {nodes.Count} nodes; {group.Key.Threshold} sign together.",
                    "Put another node in its place: mpcsigner node replace, or reshare these keys first.");
            }
            report.Progress($"resharing {group.Count()} key{(group.Count() == 1 ? "" : "s")} to {string.Join(", ", nodes)}");
            var target = new ReshareTarget { Threshold = group.Key.Threshold, Nodes = nodes };
            var file = await open.Value.ComposeReshareAsync(KeySelection.Of(group.Select(k => k.Id)), target, null, cancellation).ConfigureAwait(false);
            var signed = await open.Value.SignAsync(file, cancellation).ConfigureAwait(false);
            foreach (var job in await open.Value.SubmitAsync(signed, null, cancellation).ConfigureAwait(false))
            {
                var ended = await JobWatching.UntilEndAsync(report, open.Value, job, cancellation).ConfigureAwait(false);
                if (ended.State != JobStanding.Completed)
                    throw new CliException(ExitCode.Refused, "JOB_FAILED", $"Job {ended.Job} ended {ended.State.ToString().ToLowerInvariant()}: {ended.Steps.FirstOrDefault(s => s.Outcome.Length > 0)?.Outcome ?? ended.Detail}",
                        "Correct what it names, then run the command again; keys that have moved stay where they are.");
            }
        }
        Passed(keys.Count == 0 ? $"no key has {from} as a party" : $"{keys.Count} key{(keys.Count == 1 ? "" : "s")} of {from} reshared");
    }

    /// <summary>The roster has let the node go; its signatures on certificates still count.</summary>
    public async Task RetireAsync(string name, CancellationToken cancellation)
    {
        await using var open = administrators.Open(parsed);
        if (open.Value.Nodes.All(n => n.Name != name))
        {
            Passed($"the roster has let {name} go already");
            return;
        }
        await new RosterChange(administrators.RosterFolders(parsed), report).ApplyAsync(open.Value, RosterEdit.RetireNode(name), cancellation).ConfigureAwait(false);
        Passed($"the roster has let {name} go");
    }

    private void Passed(string step)
    {
        _done.Add(step);
        report.Progress($"done: {step}");
    }
}
