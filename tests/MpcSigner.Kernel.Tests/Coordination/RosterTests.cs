using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>Rosters that change while nodes run.</summary>
public sealed class RosterTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private static Roster Renamed(MiniCluster mini, Roster before, string client = "treasury") =>
        mini.Cluster.Rosters.Next(before, roster => roster with { Clients = [.. roster.Clients.Select(c => c with { Name = client })] });

    internal static RosterStanding Standing(MiniCluster mini, SimulatedNode node) =>
        Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(node, mini.Client, new ClientCall.Status()))).Status.Standing;

    internal static void AssertSigned(MiniCluster mini, SimulatedNode node, KeyRow key)
    {
        var reply = mini.Ask(node, mini.Sign(key.Record.Suite == Suite.FrostEd25519 ? mini.Transfer(key.Record) : Raw(key, [1])));
        Assert.True(reply is ClientReply.Signed, (reply as ClientReply.Refused)?.Error.ToString());
    }

    internal static RequestAction.Sign Raw(KeyRow key, byte[] what) => new(key.Record.KeyId, [], PayloadKind.Raw, SHA256.HashData(what));

    internal static void AssertNobodyBlamed(MiniCluster mini)
    {
        Assert.True(mini.IsSound);
        Assert.All(mini.Cluster.Nodes, node => Assert.DoesNotContain(node.Observations, seen => seen is Observation.PeerBlamed));
        Assert.All(mini.Cluster.Nodes, node => Assert.DoesNotContain(node.Store.Log, entry => entry.Kind == AuditKind.PeerFault));
    }

    [Fact]
    public void One_application_puts_it_in_force_everywhere()
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var next = Renamed(mini, mini.Cluster.Roster);
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], next));
        mini.Cluster.Time.Run(Moment);

        foreach (var node in mini.Nodes)
        {
            var standing = Standing(mini, node);
            Assert.Equal((2u, next.Hash, 3, true), (standing.Version, standing.Hash, standing.Acks.Count, standing.IsInForce));
            Assert.Equal(3, Assert.Single(node.Store.Rosters).Acks.Count);
            Assert.Single(node.Store.Log, entry => entry.Kind == AuditKind.RosterAccepted);
            Assert.Single(node.Observations.OfType<Observation.RosterInForce>(), seen => seen.Version == 2);
        }
        AssertSigned(mini, mini.Nodes[1], key);
        AssertNobodyBlamed(mini);
    }

    [Fact]
    public void The_same_version_again_is_no_change()
    {
        using var mini = new MiniCluster(3);
        var next = Renamed(mini, mini.Cluster.Roster);
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], next));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], next));
        Assert.Single(mini.Nodes[0].Store.Rosters);
    }

    [Fact]
    public void Is_partial_until_all_but_one_hold_it_and_a_node_that_was_down_catches_up()
    {
        using var mini = new MiniCluster(4);
        mini.Nodes[2].Kill();
        mini.Nodes[3].Kill();
        var second = Renamed(mini, mini.Cluster.Roster);
        var third = Renamed(mini, second, "vault");
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], second));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], third));
        mini.Cluster.Time.Run(Moment);
        var partial = Standing(mini, mini.Nodes[1]);
        Assert.Equal((3u, 2, 3, false), (partial.Version, partial.Acks.Count, partial.Needed, partial.IsInForce));

        mini.Nodes[2].Start();
        mini.Cluster.Time.Run(Moment);
        Assert.Equal([2u, 3u], mini.Nodes[2].Store.Rosters.Select(row => row.Version));
        Assert.True(Standing(mini, mini.Nodes[0]).IsInForce);
        Assert.True(Standing(mini, mini.Nodes[2]).IsInForce);

        // A restart begins with the newest on the disk, and knows whose word it has.
        mini.Nodes[0].Kill();
        mini.Nodes[0].Start();
        var again = Standing(mini, mini.Nodes[0]);
        Assert.Equal((3u, true), (again.Version, again.IsInForce));
        AssertNobodyBlamed(mini);
    }

    [Fact]
    public void Rejects_a_rollback_a_gap_and_too_few_signatures()
    {
        using var mini = new MiniCluster(3);
        var second = Renamed(mini, mini.Cluster.Roster);
        var third = Renamed(mini, second, "vault");
        var fourth = Renamed(mini, third, "cellar");
        Assert.Equal(Reason.TooFewSignatures, Refusal(mini.Apply(mini.Nodes[0], mini.Cluster.Rosters.Sign(second, mini.Administrators[0]))));
        Assert.Equal(Reason.RosterRefused, Refusal(mini.Apply(mini.Nodes[0], third)));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], second));
        Assert.Equal(Reason.RosterRefused, Refusal(mini.Apply(mini.Nodes[0], fourth)));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], third));
        Assert.Equal(Reason.RosterRefused, Refusal(mini.Apply(mini.Nodes[0], second)));
        Assert.Equal(Reason.RosterRefused, Refusal(mini.Apply(mini.Nodes[0], new SignedRoster(default, []))));
        Assert.Equal(3u, Standing(mini, mini.Nodes[0]).Version);
    }

    [Fact]
    public void Rejects_signatures_of_an_administrator_that_the_version_before_removed()
    {
        using var mini = new MiniCluster(3);
        var second = mini.Cluster.Rosters.Next(mini.Cluster.Roster, roster => roster with { Administrators = [.. roster.Administrators.Take(2)] });
        var third = Renamed(mini, second);
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], second));
        Assert.Equal(Reason.TooFewSignatures, Refusal(mini.Apply(mini.Nodes[0], mini.Cluster.Rosters.Sign(third, mini.Administrators[0], mini.Administrators[2]))));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], third));
    }

    [Fact]
    public void A_fork_is_refused_on_both_sides_and_told()
    {
        using var mini = new MiniCluster(3);
        var script = mini.Script();
        var (one, other) = (Renamed(mini, mini.Cluster.Roster), Renamed(mini, mini.Cluster.Roster, "elsewhere"));
        script.Loses = (_, _, _) => true;
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], one));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[1], other));
        script.Loses = (_, _, _) => false;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(one.Hash, Standing(mini, mini.Nodes[0]).Hash);
        Assert.Equal(other.Hash, Standing(mini, mini.Nodes[1]).Hash);
        foreach (var node in mini.Nodes.Take(2))
        {
            Assert.Contains(node.Observations.OfType<Observation.RosterRefused>(), seen => seen.Why.Contains("forked", StringComparison.Ordinal));
            Assert.Contains(node.Store.Log, entry => entry.Kind == AuditKind.RosterRefused);
            // Told once a peer, whatever time goes by.
            Assert.InRange(node.Store.Log.Count(entry => entry.Kind == AuditKind.RosterRefused), 1, 2);
        }
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_node_that_is_removed_takes_part_in_nothing_and_still_answers_for_its_status()
    {
        using var mini = new MiniCluster(3, pairsAtStart: true);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var ecdsa = Assert.Single(mini.CreateKeys(2, 3, suite: Suite.EcdsaSecp256k1, usage: KeyUsage.TransactionsAndRaw));
        AssertSigned(mini, mini.Nodes[0], key);
        AssertSigned(mini, mini.Nodes[2], ecdsa);
        var left = mini.Nodes[2];
        var next = mini.Cluster.Rosters.Next(mini.Cluster.Roster, roster => roster with
        {
            Nodes = [.. roster.Nodes.Where(node => node.Nid != left.Nid)],
            FormerNodes = [new(left.Nid, left.Roster.Name, [left.Roster.IdentityKey])],
        });
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(left, next));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], next));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));

        Assert.Contains("has left the cluster", Standing(mini, left).Obstacle, StringComparison.Ordinal);
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(left, mini.Sign(mini.Transfer(key.Record))));
        Assert.Equal(Reason.WrongNode, refused.Error.Reason);
        var script = mini.Script();
        AssertSigned(mini, mini.Nodes[0], key);
        AssertSigned(mini, mini.Nodes[1], ecdsa);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(script.Effects, e => e.Effect is NodeEffect.CallPeer call && (call.Peer == left.Nid || e.Node == left));
        Assert.DoesNotContain(script.Effects, e => e.Effect is NodeEffect.OpenStream open && (open.Peer == left.Nid || e.Node == left));

        // Also after a restart: its store stays, and says so.
        left.Kill();
        left.Start();
        Assert.Contains("has left the cluster", Standing(mini, left).Obstacle, StringComparison.Ordinal);
        Assert.Equal(2, left.Store.Keys.Count);
        AssertNobodyBlamed(mini);
    }

    [Fact]
    public void What_was_under_way_with_a_node_that_leaves_ends_and_signing_goes_on()
    {
        using var mini = new MiniCluster(3, settings: new() { Pools = new() { NonceLevel = 0 } });
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var left = mini.Nodes[2];
        var next = mini.Cluster.Rosters.Next(mini.Cluster.Roster, roster => roster with { Nodes = [.. roster.Nodes.Where(node => node.Nid != left.Nid)] });
        CallId[] calls = [.. Enumerable.Range(0, 20).Select(_ => mini.Submit(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))))];
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(3));
        var applied = mini.Cluster.Call(mini.Nodes[0], mini.AdministratorId, new AdministratorCall.ApplyRoster(mini.Signed(next).Bytes, mini.Signed(next).Signatures));
        foreach (var call in calls)
            Assert.IsType<ClientReply.Signed>(mini.Await(call));
        Assert.IsType<AdministratorReply.Accepted>(mini.Cluster.AdministratorAnswers[applied]);
        AssertNobodyBlamed(mini);
    }

    [Fact]
    public void A_new_node_joins_greets_and_makes_keys_with_the_others()
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var (newcomer, entry) = mini.Prepare("node-x");
        var next = mini.Cluster.Rosters.Next(mini.Cluster.Roster, roster => roster with { Nodes = [.. roster.Nodes.Append(entry).OrderBy(node => node.Nid)] });
        newcomer.FileRoster = next; // what its operator was given
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[1], next));
        newcomer.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));

        var standing = Standing(mini, newcomer);
        Assert.Equal((2u, 4, ""), (standing.Version, standing.Acks.Count, standing.Obstacle));
        Assert.Contains(newcomer.Nid, Standing(mini, mini.Nodes[0]).Acks);
        Assert.Equal(Reason.UnknownKey, Assert.IsType<ClientReply.Refused>(mini.Ask(newcomer, mini.Sign(mini.Transfer(key.Record)))).Error.Reason);
        var creation = mini.Creation(2, 3) with { Parties = [new(new(1), mini.Nodes[0].Nid), new(new(2), mini.Nodes[1].Nid), new(new(3), newcomer.Nid)] };
        var made = Assert.Single(Assert.IsType<ClientReply.KeysCreated>(mini.Ask(newcomer, mini.Sign(creation))).Keys);
        AssertSigned(mini, newcomer, made);
        AssertSigned(mini, mini.Nodes[2], key);

        // The next version reaches it like the others.
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], Renamed(mini, next)));
        mini.Cluster.Time.Run(Moment);
        Assert.Equal(3u, Standing(mini, newcomer).Version);
        AssertNobodyBlamed(mini);
    }

    private static Reason Refusal(AdministratorReply reply) => Assert.IsType<AdministratorReply.Refused>(reply).Error.Reason;
}
