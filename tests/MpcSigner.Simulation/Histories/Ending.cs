using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

/// <summary>The faults are over: everything must come to rest, answers must repeat, and every quorum must sign with every key.</summary>
internal sealed class Ending(World world, Plan plan, Weather weather, Clients clients, Administration administration, TimeSpan longEnough)
{
    private const string Rest = "P10_When_the_faults_are_over_everything_comes_to_rest";
    private const string Quorums = "P10_Every_quorum_signs_with_every_key";
    private const int KeysTried = 2;
    private const int RepeatsTried = 2;
    private const int Retries = 2;

    /// <summary>All of 3 of 5; of larger ones some.</summary>
    private const int QuorumsTried = 10;

    private static readonly TimeSpan GreetingsSettle = TimeSpan.FromSeconds(4.5);
    private static readonly TimeSpan StrikesPass = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public void Run()
    {
        weather.IsCalm = true;
        weather.SetClocksRight();
        world.Chronicle.Write(world.Cluster.Time.Now, "end", "the faults are over");
        if (plan.Rotation is not null)
            PutInOrder();
        ComeToRest();
        Repeat();
        if (plan.Rotation is not null)
            TryQuorumsOfRecords();
        else if (plan.IsHonest)
            TryQuorums();
        else
            TryQuorumsOfRecords();
        ComeToRest();
    }

    /// <summary>Administrators look after what was lost or left PENDING. Of a party that stays silent they can only wait for the end of their jobs.</summary>
    private void PutInOrder()
    {
        foreach (var node in world.Mini.Nodes)
            weather.Raise(node);
        world.Cluster.Time.Run(GreetingsSettle);
        // A clock that was far ahead when a disk went back would have the node refuse orders for as long.
        foreach (var node in world.Mini.Nodes.Where(node => world.Untold.Remove(node.Nid) || node.Store.RestoredAt > world.Mini.Now + world.Cluster.Settings.MaxClockDifference))
        {
            world.Chronicle.Write(world.Cluster.Time.Now, "admins", $"{node.Roster.Name} is told that its disk was restored");
            weather.Tell(node);
            world.Cluster.Time.Run(GreetingsSettle);
        }
        var healing = new Healing(world, administration);
        // A party that plays no refresh to its end would have to be reshared away: the old generation is good until then.
        if (plan.Has(Conduct.SilentAfterRound3) || plan.Has(Conduct.Lies) || plan.Has(Conduct.BentShare) || plan.Has(Conduct.HostileRelay))
            healing.AwaitJobs();
        else
            healing.Run();
    }

    /// <summary>All nodes up and ready, all calls answered, no session and no order left open.</summary>
    private void ComeToRest()
    {
        foreach (var node in world.Mini.Nodes)
            weather.Raise(node);
        // Long enough for calls that were lost before to time out and for every node to be greeted anew.
        world.Cluster.Time.Run(GreetingsSettle);
        for (var waited = TimeSpan.Zero; waited < longEnough; waited += Look)
        {
            if (clients.AllAnswered && world.Honest.All(IsAtRest))
                return;
            world.Cluster.Time.Run(Look);
        }
        var unanswered = clients.Asks.Where(ask => ask.Reply is null && !ask.IsLost).Select(ask => $"{ask} is not answered");
        var busy = world.Honest.Where(node => !IsAtRest(node)).Select(node => $"{node.Roster.Name} has {Status(node)}");
        throw new BrokenPromiseException($"after {longEnough.TotalSeconds} s: {string.Join("; ", unanswered.Concat(busy))}", Rest);
    }

    private bool IsAtRest(SimulatedNode node) => node.IsUp && Status(node) is { Ready: true, LiveSessions: 0 } status
        && (status.OpenOrders == 0 || !plan.IsHonest);

    private NodeStatus Status(SimulatedNode node)
    {
        var call = world.Cluster.Call(node, world.Mini.Client, new ClientCall.Status());
        return ((ClientReply.StatusIs)world.Cluster.Answers[call]).Status;
    }

    /// <summary>What was answered is asked again: at the same node, whose answer is compared, and at another.</summary>
    private void Repeat()
    {
        foreach (var ask in clients.Asks.Where(ask => ask.Reply is ClientReply.Signed && world.Steady.Contains(ask.Node)).Take(RepeatsTried).ToArray())
        {
            var same = clients.Submit(AskKind.Again, ask.Node, ask.Request);
            var other = clients.Submit(AskKind.Again, world.Mini.Nodes.First(node => node != ask.Node), ask.Request);
            Await(same);
            Await(other);
            if (same.Reply is not ClientReply.Signed || (plan is { IsHonest: true, Rotation: null } && other.Reply is not ClientReply.Signed && !BookedAnother(other)))
                throw new BrokenPromiseException($"{ask} was signed; asked again: {Describe(same)}, {Describe(other)}", "P5_What_was_answered_holds_and_stays");
        }
    }

    /// <summary>The loser of a race between two bodies: it has booked what no quorum did, and refuses anything else for ever.</summary>
    private static bool BookedAnother(Ask ask) => ask.Reply is ClientReply.Refused { Error.Reason: Reason.IdempotencyConflict }
        && ask.Node.Store.Bookings.Any(row => row.Value != ask.BodyHash
            && row.Scope == RequestStatements.BookingScope(BookingRow.IdempotencyKind, ask.Request.Client, ask.Body.IdempotencyKey));

    /// <summary>With the smallest set of nodes up that can sign and book, each in turn, every one of them can coordinate.</summary>
    private void TryQuorums()
    {
        var needed = Math.Max(plan.Threshold, world.Cluster.Roster.BookingQuorum);
        foreach (var key in clients.Keys.Take(KeysTried))
        {
            for (var first = 0; first < plan.Nodes; first++)
            {
                var up = Enumerable.Range(first, needed).Select(i => world.Mini.Nodes[i % plan.Nodes]).ToHashSet();
                foreach (var node in world.Mini.Nodes.Where(node => !up.Contains(node)))
                    weather.Stop(node);
                foreach (var node in up)
                    weather.Raise(node);
                world.Cluster.Time.Run(Look);
                // With t = 2 the quorum is all that is up; with more nodes up than t, the coordinator chooses.
                var coordinator = world.Mini.Nodes[first];
                var name = $"quorum-{key.KeyId.ToString()[..8]}-{first}";
                var ask = clients.Submit(AskKind.Sign, coordinator, world.Mini.Sign(clients.Transfer(key), name));
                Await(ask);
                if (IsTooOld(ask))
                    ask = AskLater(key, coordinator, name);
                if (ask.Reply is not ClientReply.Signed)
                    throw new BrokenPromiseException($"with {string.Join(", ", up.Select(node => node.Roster.Name))} up, {ask}: {Describe(ask)}", Quorums);
            }
        }
    }

    /// <summary>Each t parties of the record in use sign alone: bookings and greetings reach all nodes, what makes a signature only these.</summary>
    private void TryQuorumsOfRecords()
    {
        foreach (var key in KeyInUse.Of(world).Take(KeysTried))
        {
            foreach (var quorum in KeyInUse.Quorums(key.Record).Where(quorum => quorum.All(party => CanSign(party, key))).Take(QuorumsTried))
            {
                weather.Alone = quorum.Select(party => party.Nid).ToHashSet();
                world.Cluster.Time.Run(StrikesPass);
                var name = $"quorum-{key.Record.KeyId.ToString()[..8]}-{string.Join('-', quorum.Select(party => party.Pid))}";
                var ask = clients.Submit(AskKind.Sign, world.Cluster.Node(quorum[0].Nid), world.Mini.Sign(clients.Transfer(key.Record), name));
                Await(ask);
                // A stream to one of the others that broke in this very moment makes it silent for bookings too: clients ask again.
                for (var i = 0; i < Retries && ask.Reply is ClientReply.Refused { Error.Reason: Reason.TooFewNodes or Reason.IssuedBeforeRestore }; i++)
                {
                    if (IsTooOld(ask))
                    {
                        ask = AskLater(key.Record, ask.Node, $"{name}-{i}");
                        continue;
                    }
                    ask = clients.Submit(AskKind.Again, ask.Node, ask.Request);
                    Await(ask);
                }
                weather.Alone = null;
                if (ask.Reply is not ClientReply.Signed)
                    throw new BrokenPromiseException($"generation {key.Record.Generation}, {string.Join(", ", quorum.Select(party => world.Cluster.Node(party.Nid).Roster.Name))} alone, {ask}: {Describe(ask)}", Quorums);
            }
        }
    }

    /// <summary>A node of which the disk went back takes nothing that was issued before that by its own clock, and this may be ahead of the client's.</summary>
    private static bool IsTooOld(Ask ask) => ask.Reply is ClientReply.Refused refused
        && (refused.Error.Reason == Reason.IssuedBeforeRestore || refused.Error.Nodes.Any(node => node.Reason == Reason.IssuedBeforeRestore));

    /// <summary>Another request, once no clock that is tolerated can be ahead of it.</summary>
    private Ask AskLater(KeyRecord key, SimulatedNode node, string name)
    {
        world.Cluster.Time.Run(world.Cluster.Settings.MaxClockDifference);
        var ask = clients.Submit(AskKind.Sign, node, world.Mini.Sign(clients.Transfer(key), $"{name}-later"));
        Await(ask);
        return ask;
    }

    /// <summary>An honest party, which may lack its share where cheaters keep it from being recovered.</summary>
    private bool CanSign(KeyParty party, KeyRow key) =>
        !world.IsCheater(party.Nid) && (plan.IsHonest || KeyInUse.Holds(world.Cluster.Node(party.Nid), key));

    private void Await(Ask ask) => world.Cluster.Time.RunUntil(() => ask.Reply is not null || ask.IsLost, Soon);

    private static string Describe(Ask ask) => ask.Reply switch
    {
        null => "no answer",
        ClientReply.Refused refused => refused.Error.ToString(),
        var reply => reply.GetType().Name,
    };
}
