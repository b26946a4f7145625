using System.CommandLine;
using MpcSigner.Cli.Documents;
using MpcSigner.Cli.Output;
using MpcSigner.Client;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Cli.Administration;

/// <summary>Which nodes hold the newest version.</summary>
/// <param name="Needed">How many must hold it for it to be in force.</param>
/// <param name="Holders">Names.</param>
/// <param name="Lacking">Names, with what keeps them.</param>
internal sealed record RosterStanding(uint Version, string Hash, int Nodes, int Needed, IReadOnlyList<string> Holders, IReadOnlyList<(string Node, string Problem)> Lacking)
{
    public bool InForce => Holders.Count >= Needed;
}

/// <summary>Brings every node the newest version, and those before it that the node lacks.</summary>
internal sealed class RosterSpread : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly RosterHistory _history;
    private readonly Roster _roster;
    private readonly Report _report;
    private readonly List<OpenAdministrator> _ways;
    private readonly Dictionary<string, string> _refusals = [];

    /// <param name="before">The version that was in force: its nodes are told too, also one that leaves.</param>
    public RosterSpread(AdministratorOptions administrators, ParseResult parsed, RosterHistory history, Roster before, Report report)
    {
        _history = history;
        _roster = RosterOptions.Read(history.Head.Roster, "the roster");
        _report = report;
        _ways = [administrators.Open(parsed)];
        // Nodes that the new version brings are known to it only; whoever it takes the administrator's role from cannot call them.
        if (_roster.Hash != before.Hash && _roster.Nodes.Any(node => before.Find(node.Nid) is not { } known || known.Address != node.Address))
            _ways.Add(administrators.Open(parsed, history));
    }

    public async Task<RosterStanding> RunAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var states = new Dictionary<string, NodeState>();
            foreach (var way in _ways)
            {
                foreach (var state in await way.Value.GetStatusAsync(cancellation).ConfigureAwait(false))
                {
                    if (state.Reachable && state.RosterVersion is > 0 and var version && version < _history.Head.Version)
                        await BringAsync(way.Value, state.Node.Name, version, cancellation).ConfigureAwait(false);
                }
                foreach (var state in await way.Value.GetStatusAsync(cancellation).ConfigureAwait(false))
                {
                    if (!states.TryGetValue(state.Node.Id, out var known) || !known.Reachable)
                        states[state.Node.Id] = state;
                }
            }
            var standing = Judge(states);
            if (standing.Lacking.Count == 0 || TimeProvider.System.GetElapsedTime(began) >= patience)
                return standing;
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var way in _ways)
            await way.DisposeAsync().ConfigureAwait(false);
    }

    private async Task BringAsync(MpcSignerAdministrator administrator, string node, uint from, CancellationToken cancellation)
    {
        foreach (var version in _history.Versions.Where(version => version.Version > from))
        {
            try
            {
                await administrator.ApplyRosterAsync(node, version.Roster, DocumentSigning.Split(version.Signatures), cancellation).ConfigureAwait(false);
                _refusals.Remove(node);
                _report.Progress($"{node}: version {version.Version} accepted");
            }
            catch (MpcSignerException e)
            {
                _refusals[node] = $"{e.Reason}: {e.Message}";
                return;
            }
        }
    }

    private RosterStanding Judge(Dictionary<string, NodeState> states)
    {
        var hash = _roster.Hash.ToString();
        List<string> holders = [];
        List<(string, string)> lacking = [];
        foreach (var node in _roster.Nodes)
        {
            var state = states.GetValueOrDefault(node.Nid.ToString());
            if (state?.RosterHash == hash)
                holders.Add(node.Name);
            else
                lacking.Add((node.Name, _refusals.GetValueOrDefault(node.Name) ?? Problem(state)));
        }
        return new(_roster.Version, hash, _roster.Nodes.Count, _roster.InForceQuorum, holders, lacking);
    }

    private string Problem(NodeState? state) => state switch
    {
        null => "was not asked",
        { Reachable: false } => state.Problem ?? "did not answer",
        { RosterVersion: var version } when version > _roster.Version => $"has version {version}: the folder is behind; mpcsigner roster history --from {state.Node.Name} --save",
        { RosterVersion: var version } when version == _roster.Version => $"has another version {version}, {state.RosterHash}: the chain has forked",
        _ => $"has version {state.RosterVersion}",
    };
}
