using System.Runtime.CompilerServices;
using Google.Protobuf;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Client.Keys;
using MpcSigner.Client.Status;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Administration;

/// <summary>What all nodes together say of keys, operations, destructions and rosters.</summary>
internal sealed class MaintenanceReports(Roster roster, AdministratorConnections nodes, KeySurvey survey)
{
    private const uint EntriesPerPage = 200;

    public async Task<IReadOnlyList<KeyStatus>> KeysAsync(KeySelection selection, CancellationToken cancellation)
    {
        var found = await survey.RunAsync(selection, cancellation).ConfigureAwait(false);
        return [.. found.Keys.Select(key => new KeyStatus
        {
            Id = key.Id.ToString(),
            Suite = KeyMapping.ToPublic(key.Record.Suite),
            Label = key.Label,
            Generation = key.Record.Generation,
            Threshold = key.Record.Threshold,
            PublicKey = key.Record.PublicKey,
            Destroyed = key.Destroyed,
            Parties = [.. key.Record.Parties.Select(p => new KeyPartyStatus(Names.Of(roster, p.Nid), key.Standings.FirstOrDefault(s => s.Node.Nid == p.Nid)?.InUse,
                key.Holders.Contains(p.Nid), found.Silent.FirstOrDefault(s => s.NodeId == p.Nid.ToString())?.Message ?? ""))],
        })];
    }

    public async Task<Collected<MaintenanceStatus>> OperationsAsync(CancellationToken cancellation)
    {
        var all = await nodes.AskAllAsync((node, _) => OperationsOfAsync(node, cancellation), cancellation).ConfigureAwait(false);
        var answers = Require(all);
        var shown = answers.SelectMany(a => a.Value!.Select(o => (a.Node, Operation: o))).GroupBy(s => Convert.ToHexStringLower(s.Operation.Order.Span));
        return new([.. shown.Select(group => Merge(group.Key, [.. group], [.. answers.Select(a => a.Node.Nid)])).OrderBy(o => o.BegunAt)], [.. all.Select(a => a.Refusal).OfType<NodeRefusal>()]);
    }

    public async Task<IReadOnlyList<DestructionStatus>> DestructionsAsync(CancellationToken cancellation)
    {
        var all = await nodes.AskAllAsync((node, _) => DestructionsOfAsync(node, cancellation), cancellation).ConfigureAwait(false);
        var answers = Require(all);
        List<DestructionStatus> result = [];
        foreach (var group in answers.SelectMany(a => a.Value!.Select(d => (a.Node, Destruction: d))).GroupBy(s => Convert.ToHexStringLower(s.Destruction.Order.Span)))
        {
            var shown = group.ToList();
            // The order's own bytes say which keys; a node could list others.
            var summary = DestructionEvidence.ReadOrder(roster, shown[0].Node, shown[0].Destruction);
            var keys = await survey.RunAsync(KeySelection.Of(summary.Keys), cancellation).ConfigureAwait(false);
            result.Add(DestructionEvidence.Judge(roster, summary, shown, keys));
        }
        return [.. result.OrderByDescending(d => d.NotBefore)];
    }

    public async Task<IReadOnlyList<RosterAtNode>> RostersAsync(CancellationToken cancellation)
    {
        var answers = await nodes.AskAllAsync(async (node, _) =>
        {
            // The head's number first, then its hash.
            var any = await node.Admin.ListRostersAsync(new() { From = uint.MaxValue, HashesOnly = true }, node.Within(NodeConnection.PageTimeout, cancellation));
            return await node.Admin.ListRostersAsync(new() { From = Math.Max(any.Head, 1), HashesOnly = true }, node.Within(NodeConnection.PageTimeout, cancellation));
        }, cancellation).ConfigureAwait(false);
        return [.. answers.Select(a => a.Value?.Rosters.LastOrDefault() is { } head
            ? new RosterAtNode(a.Node.Name, head.Version, Convert.ToHexStringLower(head.Hash.Span), "")
            : new RosterAtNode(a.Node.Name, null, "", a.Refusal?.Message ?? "it shows no roster"))];
    }

    public async IAsyncEnumerable<RosterVersionBytes> DownloadRostersAsync(RosterNode node, uint from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new V1.ListRostersRequest { From = from };
        do
        {
            var page = await nodes.AskAsync(node, async (n, call) => await n.Admin.ListRostersAsync(request, call), cancellation).ConfigureAwait(false);
            foreach (var version in page.Rosters)
            {
                yield return new(version.Version, version.Signed?.Roster.ToByteArray() ?? [], [.. (version.Signed?.Signatures ?? []).Select(s => (ReadOnlyMemory<byte>)s.ToByteArray())])
                {
                    AcceptedAt = Times.Read(version.AcceptedAtMs),
                };
            }
            if (page.Next != 0 && page.Next <= request.From)
                throw Failures.NotVerified($"Node {node.Name} answered with a page that does not lead on.");
            request.From = page.Next;
        }
        while (request.From != 0);
    }

    public async Task<IReadOnlyList<NodeState>> StatusAsync(CancellationToken cancellation)
    {
        var answers = await nodes.AskAllAsync(async (node, call) => await node.Status.GetStatusAsync(new(), call), cancellation).ConfigureAwait(false);
        return [.. answers.Select(a => a.Value is { } status
            ? StatusMapping.Read(StatusMapping.Of(a.Node), roster, status)
            : StatusMapping.Silent(StatusMapping.Of(a.Node), a.Refusal!.Message))];
    }

    private MaintenanceStatus Merge(string order, IReadOnlyList<(RosterNode Node, V1.Operation Operation)> shown, IReadOnlyList<NodeId> answered)
    {
        var first = shown[0].Operation;
        var active = shown.Where(s => s.Operation.State == V1.OperationState.Active).ToList();
        // Members, as far as a node with rows of the new generation names them.
        var members = shown.SelectMany(s => s.Operation.Parties.Select(p => p.Nid).Concat(s.Operation.Awaited)).Where(n => n.Length == NodeId.Size).Select(n => new NodeId(n.Span)).Distinct().ToList();
        var acknowledged = shown.Where(s => s.Operation.State is V1.OperationState.Acknowledged or V1.OperationState.Active).Select(s => s.Node.Nid).ToHashSet();
        return new()
        {
            Order = order,
            Kind = first.Kind switch { V1.OperationKind.Refresh => "refresh", V1.OperationKind.Reshare => "reshare", V1.OperationKind.Recovery => "recovery", _ => "unknown" },
            Attempt = first.Attempt,
            Generation = first.Generation,
            Keys = (int)Math.Min(first.Keys, int.MaxValue),
            FirstKey = Convert.ToHexStringLower(first.FirstKey.Span),
            Nodes = [.. shown.Select(s => new MaintenanceAtNode(s.Node.Name, s.Operation.State.ToString().ToLowerInvariant()))],
            NotDone = [.. active.SelectMany(s => s.Operation.Awaited).Where(n => n.Length == NodeId.Size).Select(n => Names.Of(roster, new NodeId(n.Span))).Distinct()],
            // One that is no longer listed as open is done with it, or has aborted: it is asked for by name only while others wait for it.
            NotAcknowledged = active.Count > 0 ? [] : [.. members.Where(m => !acknowledged.Contains(m)).Select(m => Names.Of(roster, m) + (answered.Contains(m) ? "" : " (did not answer)"))],
            BegunAt = Times.Read(first.BegunAtMs),
        };
    }

    private static IReadOnlyList<NodeAnswer<T>> Require<T>(IReadOnlyList<NodeAnswer<T>> answers) where T : class
    {
        var given = answers.Where(a => a.Value is not null).ToList();
        return given.Count > 0 ? given : throw Failures.NoAnswer([.. answers.Select(a => a.Refusal!)]);
    }

    private static async Task<IReadOnlyList<V1.Operation>> OperationsOfAsync(NodeConnection node, CancellationToken cancellation)
    {
        List<V1.Operation> found = [];
        var request = new V1.ListOperationsRequest { Limit = EntriesPerPage };
        do
        {
            var page = await node.Admin.ListOperationsAsync(request, node.Within(NodeConnection.PageTimeout, cancellation));
            found.AddRange(page.Operations);
            if (!page.Next.IsEmpty && page.Next.Span.SequenceCompareTo(request.After.Span) <= 0)
                throw Failures.NotVerified($"Node {node.Node.Name} answered with a page that does not lead on.");
            request.After = page.Next;
        }
        while (!request.After.IsEmpty);
        return found;
    }

    private static async Task<IReadOnlyList<V1.Destruction>> DestructionsOfAsync(NodeConnection node, CancellationToken cancellation)
    {
        List<V1.Destruction> found = [];
        var request = new V1.ListDestructionsRequest { Limit = EntriesPerPage };
        do
        {
            var page = await node.Admin.ListDestructionsAsync(request, node.Within(NodeConnection.PageTimeout, cancellation));
            found.AddRange(page.Destructions);
            if (page.Next != 0 && page.Next <= request.Offset)
                throw Failures.NotVerified($"Node {node.Node.Name} answered with a page that does not lead on.");
            request.Offset = page.Next;
        }
        while (request.Offset != 0);
        return found;
    }
}
