using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Cheats.Lies;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>Whoever hears a lie that can be told for one neither acknowledges nor calls itself ready; and where nothing else went wrong it names the liar, and destroys the setup with it where the check was one of that kind.</summary>
public sealed class LiesAreJudged(World world) : Promise(world)
{
    public override string Name => "P9_A_lie_is_not_accepted_and_its_teller_is_named";

    private readonly List<(SessionId Session, TimeSpan At)> _asked = [];
    private readonly List<(NodeId Node, TimeSpan At)> _completed = [];
    private readonly List<TimeSpan> _told = [];

    private TimeSpan Now => World.Cluster.Time.Now;

    public override void OnSent(SentMessage message)
    {
        NoteLies();
        if (message.Type is MessageType.FrostRequest or MessageType.OnlineRequest)
            _asked.Add((message.Session.Terms.Session, Now));
        if (message is { Type: MessageType.Ready, Session.Terms.Protocol: ProtocolKind.Presign })
            RequireUntold(message.Sender, lie => lie.Session.Session == message.Session.Terms.Session, "says READY");
    }

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        NoteLies();
        if (effect is not NodeEffect.Commit commit)
            return;
        if (commit.Writes.Any(write => write is StoreWrite.PutRequest { Row.State: RequestState.Completed }))
            _completed.Add((node.Nid, Now));
        if (World.Lies.Count == 0)
            return;
        foreach (var write in commit.Writes)
        {
            switch (write)
            {
                case StoreWrite.AcknowledgeOrder creation:
                    RequireUntold(node, lie => lie.Session.Subject == creation.Order, "acknowledges its order");
                    break;
                case StoreWrite.AcknowledgeMaintenance maintenance when !maintenance.Ack.IsEmpty:
                    RequireUntold(node, lie => lie.Session.Subject == maintenance.Order, "acknowledges its order");
                    break;
                case StoreWrite.CompleteRecovery recovery:
                    RequireUntold(node, lie => lie.Session.Subject == recovery.Order, "takes its recovered shares");
                    break;
            }
        }
    }

    public override void AtEnd()
    {
        if (!World.IsCalm)
            return;
        // Where a disk goes back, its node's process ends once; shares are recovered only afterwards.
        foreach (var session in World.Lies.Where(lie => !World.IsCheater(lie.Victim) && (World.WentBack.Count == 0 || lie.Session.Protocol == ProtocolKind.Recovery)).GroupBy(lie => lie.Session.Session))
        {
            // Where two have lied, one of them may have ended it before the other was heard.
            if (session.Select(lie => lie.Liar).Distinct().Count() > 1)
                continue;
            ToldLie[] named = [.. session.Where(lie => lie.Lie.Verdict is Verdict.Named or Verdict.Condemned && !CameTooLate(lie))];
            // What all were told, the first to judge it ends for all.
            if (named.Length > 0 && !named.Any(IsNamed))
                Require(false, $"{string.Join(", ", named.Select(told => NameOf(told.Victim)).Distinct())} heard '{named[0].Lie.Row}' from {named[0].Liar.Roster.Name}, and nobody names it");
            foreach (var told in named.Where(told => told.Lie.Verdict == Verdict.Condemned))
                RequireCondemned(told);
        }
    }

    private void NoteLies()
    {
        while (_told.Count < World.Lies.Count)
            _told.Add(Now);
    }

    /// <summary>An answer to a question about a request that another coordinator has completed meanwhile, and pushed: nobody looks at it any more.</summary>
    private bool CameTooLate(ToldLie told)
    {
        NoteLies();
        if (told.Lie.Type is not (MessageType.FrostShare or MessageType.OnlineReply))
            return false;
        var at = _told[World.Lies.IndexOf(told)];
        var asked = _asked.LastOrDefault(ask => ask.Session == told.Session.Session && ask.At <= at);
        return _completed.Any(done => done.Node == told.Victim && done.At >= asked.At && done.At <= at);
    }

    private bool IsNamed(ToldLie told) => World.Cluster.Node(told.Victim).Observations.OfType<Observation.PeerBlamed>()
        .Any(blamed => blamed.Peer == told.Liar.Nid && blamed.Fault.Contains(told.Lie.Kind?.ToString() ?? "", StringComparison.Ordinal));

    private void RequireCondemned(ToldLie told)
    {
        var victim = World.Cluster.Node(told.Victim);
        Require(victim.Store.Pairs.TryGetValue(told.Liar.Nid, out var pair) && pair.DeadSendingEpoch > 0 && pair.Failures > 0,
            $"{victim.Roster.Name} was told '{told.Lie.Row}' by {told.Liar.Roster.Name}, and the setup of the two is not dead");
    }

    private void RequireUntold(SimulatedNode node, Func<ToldLie, bool> isOfIt, string what)
    {
        var told = World.Lies.FirstOrDefault(lie => lie.Victim == node.Nid && lie.Lie.EndsTheSession && isOfIt(lie));
        Require(told is null, $"{node.Roster.Name} {what}, though {told?.Liar.Roster.Name} told it '{told?.Lie.Row}'");
    }
}
