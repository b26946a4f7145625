using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Client.Administration;

/// <summary>Orders of refresh, reshare and recovery from what the nodes hold now. Whatever cannot succeed is refused here, before anybody signs.</summary>
/// <param name="silent">Nodes that did not answer: they explain who is missing.</param>
internal sealed class MaintenancePlanner(Roster roster, OrderWriter writer, IReadOnlyList<NodeRefusal> silent, string? coordinator)
{
    /// <summary>Orders that are signed in advance for one step: the next is tried when one was aborted.</summary>
    public const int Attempts = 3;

    public IEnumerable<PlannedStep> Refresh(IEnumerable<SurveyedKey> keys) => KeyBatch.Of(keys).Select(batch => Refresh(batch, null));

    /// <param name="recovered">A node that will hold its shares again by then.</param>
    public PlannedStep Refresh(KeyBatch batch, NodeId? recovered)
    {
        var missing = batch.Parties.Where(p => p.Nid != recovered && !batch.Holders.Contains(p)).Select(p => p.Nid).ToList();
        if (missing.Count > 0)
            throw TooFew(batch, $"A refresh needs all {batch.Parties.Count} parties", missing, "Start them, or recover their shares with mpcsigner node recover; a node that is lost for good is replaced by a reshare.");
        var orders = Enumerable.Range(0, Attempts).Select(i => writer.Write(
            new MaintenanceAction.Refresh(batch.Suite, batch.NextAttempt + (uint)i, batch.Ordered, batch.Threshold, batch.Parties), "refresh"));
        return new([.. orders], [.. batch.Parties.Select(p => p.Nid).Where(n => n != recovered)]);
    }

    public IEnumerable<PlannedStep> Reshare(IEnumerable<SurveyedKey> keys, ReshareTarget target)
    {
        var nodes = target.Nodes.Select(n => Names.Node(roster, n)).ToList();
        if (nodes.Select(n => n.Nid).Distinct().Count() != nodes.Count)
            throw Wrong("BAD_PARTICIPANTS", "A node is named twice among the new parties.", "Name each node once.");
        if (nodes.Count is < KeyLimits.MinThreshold or > KeyLimits.MaxParties)
            throw Wrong("BAD_PARTICIPANTS", $"{nodes.Count} new parties are named.", $"Name {KeyLimits.MinThreshold} to {KeyLimits.MaxParties} nodes.");
        if (target.Threshold < KeyLimits.MinThreshold || target.Threshold > nodes.Count)
            throw Wrong("BAD_THRESHOLD", $"The new threshold is {target.Threshold}; with {nodes.Count} nodes it must be {KeyLimits.MinThreshold}..{nodes.Count}.", "Choose another threshold, or more nodes.");
        var absent = nodes.Where(n => silent.Any(s => s.NodeId == n.Nid.ToString())).Select(n => n.Nid).ToList();
        if (absent.Count > 0)
            throw new MpcSignerException(FailureKind.Unavailable, "TOO_FEW_NODES", $"All new parties must take part; {Names.Of(roster, absent)} did not answer.", "Start them, or choose other nodes.", silent);
        foreach (var batch in KeyBatch.Of(keys))
        {
            foreach (var same in batch.Keys.GroupBy(k => k.HighestNumber))
                yield return Reshare(new KeyBatch([.. same]), target, nodes, same.Key);
        }
    }

    /// <param name="helpers">Names of t helpers; empty to choose.</param>
    /// <param name="thenRefresh">Whether each batch is refreshed as soon as it is recovered.</param>
    public IEnumerable<PlannedStep> Recover(IEnumerable<SurveyedKey> keys, RosterNode node, IReadOnlyList<string> helpers, bool thenRefresh)
    {
        if (silent.Any(s => s.NodeId == node.Nid.ToString()))
            throw new MpcSignerException(FailureKind.Unavailable, "TOO_FEW_NODES", $"Node {node.Name} did not answer: it must run to receive its shares.", "Start it, then try again.", silent);
        foreach (var batch in KeyBatch.Of(keys))
        {
            var party = batch.Parties.Where(p => p.Nid == node.Nid).ToList();
            if (party.Count == 0)
                throw Wrong("BAD_PARTICIPANTS", $"Node {node.Name} is no party of key {batch.Keys[0].Id}.", "Name keys of that node only.");
            var chosen = Choose(batch, [.. batch.Holders.Where(h => h.Nid != node.Nid)], helpers, "A recovery", [.. batch.Parties.Where(p => p.Nid != node.Nid)]);
            var orders = chosen.Select((set, i) => writer.Write(
                new MaintenanceAction.Recover(batch.Suite, batch.NextRecovery + (uint)i, batch.Ordered, batch.Threshold, batch.Parties, [.. set.Select(p => p.Pid)], party[0].Pid), $"recover {node.Name}"));
            // Every set holds the coordinator, so any member of the intersection can run the step.
            yield return new([.. orders], [.. chosen.Aggregate((a, b) => [.. a.Intersect(b)]).Select(p => p.Nid)], thenRefresh ? Refresh(batch, node.Nid) : null);
        }
    }

    private PlannedStep Reshare(KeyBatch batch, ReshareTarget target, IReadOnlyList<RosterNode> nodes, ushort highestNumber)
    {
        var lowers = target.Threshold < batch.Threshold;
        if (lowers && !target.MayLowerThreshold)
            throw Wrong("BAD_THRESHOLD", $"Key {batch.Keys[0].Id} needs {batch.Threshold} nodes to sign; the order would lower that to {target.Threshold}.", "Say that this is meant with --lower-threshold.");
        var next = highestNumber;
        List<(PartyId Pid, NodeId Nid)> parties = [];
        foreach (var node in nodes.OrderBy(n => n.Nid))
        {
            var known = batch.Parties.Where(p => p.Nid == node.Nid).ToList();
            // A number is never used twice within a key: a node that comes back gets a new one.
            parties.Add(known.Count > 0 ? known[0] : (new(checked(++next)), node.Nid));
        }
        parties.Sort((a, b) => a.Pid.Value.CompareTo(b.Pid.Value));
        var chosen = Choose(batch, batch.Holders, target.Dealers, "A reshare", batch.Parties);
        var orders = chosen.Select((set, i) => writer.Write(
            new MaintenanceAction.Reshare(batch.Suite, batch.NextAttempt + (uint)i, batch.Ordered, batch.Threshold, batch.Parties, [.. set.Select(p => p.Pid)], target.Threshold, parties, lowers), "reshare"));
        // Only a node that deals can run an order: a newcomer would refuse the job.
        return new([.. orders], [.. chosen.Aggregate((a, b) => [.. a.Intersect(b)]).Select(p => p.Nid)]);
    }

    /// <summary>Sets of exactly t holders, one an attempt: where there are more, a later attempt leaves out who may have failed the one before. The first holder is in all of them.</summary>
    private List<List<(PartyId Pid, NodeId Nid)>> Choose(
        KeyBatch batch, IReadOnlyList<(PartyId Pid, NodeId Nid)> holders, IReadOnlyList<string> named, string what, IReadOnlyList<(PartyId Pid, NodeId Nid)> candidates)
    {
        if (named.Count > 0)
        {
            var nids = named.Select(n => Names.Node(roster, n).Nid).Distinct().ToList();
            if (nids.Count != batch.Threshold)
                throw Wrong("BAD_PARTICIPANTS", $"{nids.Count} nodes are named; {what.ToLowerInvariant()} of these keys is done by exactly {batch.Threshold}.", $"Name {batch.Threshold} nodes, or none.");
            var foreign = nids.Where(n => candidates.All(c => c.Nid != n)).ToList();
            if (foreign.Count > 0)
                throw Wrong("BAD_PARTICIPANTS", $"Node {Names.Of(roster, foreign[0])} holds no share that could be dealt for key {batch.Keys[0].Id}.", $"Choose among {Names.Of(roster, candidates.Select(c => c.Nid))}.");
            holders = [.. holders.Where(h => nids.Contains(h.Nid))];
        }
        if (holders.Count < batch.Threshold)
            throw TooFew(batch, $"{what} needs {batch.Threshold} nodes that hold the present shares; {holders.Count} do", [.. candidates.Where(c => !holders.Contains(c) && (named.Count == 0 || named.Contains(Names.Of(roster, c.Nid)))).Select(c => c.Nid)],
                "Start the missing nodes, or recover their shares.");
        var ordered = holders.OrderBy(h => Names.Of(roster, h.Nid) == coordinator ? 0 : 1).ToList();
        var (first, others) = (ordered[0], ordered[1..]);
        return
        [
            .. Enumerable.Range(0, Attempts).Select(i => Enumerable.Range(0, batch.Threshold - 1).Select(j => others[(i + j) % others.Count]).Prepend(first).OrderBy(p => p.Pid.Value).ToList()),
        ];
    }

    private MpcSignerException TooFew(KeyBatch batch, string what, IReadOnlyList<NodeId> missing, string nextStep)
    {
        var whys = missing.Select(nid => silent.FirstOrDefault(s => s.NodeId == nid.ToString())
            ?? new NodeRefusal(nid.ToString(), Names.Of(roster, nid), "SHARE_BEHIND", StandingOf(batch, nid)));
        return new(FailureKind.Unavailable, "TOO_FEW_NODES", $"{what} of key {batch.Keys[0].Id}{(batch.Keys.Count > 1 ? $" and {batch.Keys.Count - 1} more" : "")}; missing: {Names.Of(roster, missing)}.", nextStep, [.. whys]);
    }

    private string StandingOf(KeyBatch batch, NodeId nid)
    {
        var key = batch.Keys.First(k => !k.Holders.Contains(nid));
        return key.Standings.FirstOrDefault(s => s.Node.Nid == nid) is { InUse: { } generation }
            ? $"uses generation {generation} of key {key.Id}; the present one is {key.Record.Generation}"
            : roster.Find(nid) is null ? "has left the roster" : $"does not know key {key.Id}";
    }

    private static MpcSignerException Wrong(string reason, string message, string nextStep) => new(FailureKind.Invalid, reason, message, nextStep, []);
}

/// <summary>One step of a job to be: its orders, and who can run it.</summary>
/// <param name="Coordinators">Nodes that deal in every one of the orders.</param>
/// <param name="Then">What may begin only when this step is over, with coordinators in common; null if nothing.</param>
internal sealed record PlannedStep(IReadOnlyList<SignedOrder> Orders, IReadOnlyList<NodeId> Coordinators, PlannedStep? Then = null);
