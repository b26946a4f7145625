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

using static RosterTests;

/// <summary>Identity and TLS keys of nodes that a roster replaces while they run.</summary>
public sealed class RotatedKeyTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.EcdsaSecp256k1)]
    public void Identity_keys_rotate_one_after_the_other_while_signing_goes_on(Suite suite)
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3, suite: suite, usage: KeyUsage.TransactionsAndRaw));
        var roster = mini.Cluster.Roster;
        List<CallId> calls = [];
        foreach (var node in mini.Nodes)
        {
            var former = roster.Find(node.Nid)!.IdentityKey;
            var fresh = mini.NewIdentity(node);
            roster = mini.Cluster.Rosters.Next(roster, r => r with
            {
                Nodes = [.. r.Nodes.Select(n => n.Nid == node.Nid ? n with { IdentityKey = fresh.PublicKey.Bytes.ToArray(), FormerIdentityKeys = [former] } : n)],
            });
            var signed = mini.Signed(roster);
            for (var i = 0; i < 40; i++)
            {
                if (i == 10)
                    mini.Cluster.Call(mini.Nodes[1], mini.AdministratorId, new AdministratorCall.ApplyRoster(signed.Bytes, signed.Signatures));
                calls.Add(mini.Submit(mini.Nodes[i % 3], mini.Sign(Raw(key, BitConverter.GetBytes(calls.Count)))));
                mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(1 + i % 5));
            }
        }
        foreach (var call in calls)
        {
            var reply = mini.Await(call);
            Assert.True(reply is ClientReply.Signed, (reply as ClientReply.Refused)?.Error.ToString());
        }
        mini.Cluster.Time.Run(Moment);
        Assert.All(mini.Nodes, node => Assert.Equal((4u, true), (Standing(mini, node).Version, Standing(mini, node).IsInForce)));
        Assert.All(mini.Nodes, node => Assert.Single(node.Observations.OfType<Observation.IdentityChanged>()));
        AssertNobodyBlamed(mini);
    }

    [Fact]
    public void A_node_without_the_identity_that_the_roster_names_waits_for_it()
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var node = mini.Nodes[2];
        var fresh = mini.NewIdentity();
        var next = mini.Cluster.Rosters.Next(mini.Cluster.Roster, r => r with
        {
            Nodes = [.. r.Nodes.Select(n => n.Nid == node.Nid ? n with { IdentityKey = fresh.PublicKey.Bytes.ToArray(), FormerIdentityKeys = [n.IdentityKey] } : n)],
        });
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], next));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.Contains("does not hold", Standing(mini, node).Obstacle, StringComparison.Ordinal);
        Assert.Equal(Reason.NotReady, Assert.IsType<ClientReply.Refused>(mini.Ask(node, mini.Sign(mini.Transfer(key.Record)))).Error.Reason);
        AssertSigned(mini, mini.Nodes[0], key);

        node.AddIdentity(fresh);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(8));
        Assert.Equal("", Standing(mini, node).Obstacle);
        AssertSigned(mini, node, key);
        AssertNobodyBlamed(mini);
    }

    [Fact]
    public void A_TLS_key_is_replaced_in_three_steps_without_a_pause()
    {
        using var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var node = mini.Nodes[2];
        var (former, fresh) = (node.TlsKey, new Digest32(SHA256.HashData([1])));
        Roster Pinned(Roster before, params Digest32[] pins) => mini.Cluster.Rosters.Next(before, r => r with
        {
            Nodes = [.. r.Nodes.Select(n => n.Nid == node.Nid ? n with { TlsPins = pins } : n)],
        });
        var both = Pinned(mini.Cluster.Roster, former, fresh);
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], both));
        mini.Cluster.Time.Run(Moment);
        // It announces the new key at once, though connections that live still show the former.
        node.Step(new NodeEvent.TlsKeyReplaced(fresh));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        AssertSigned(mini, node, key);
        node.TlsKey = fresh;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[1], Pinned(both, fresh)));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        AssertSigned(mini, node, key);
        AssertSigned(mini, mini.Nodes[0], key);
        Assert.All(mini.Nodes, n => Assert.Equal((3u, 3), (Standing(mini, n).Version, Standing(mini, n).Acks.Count)));
        AssertNobodyBlamed(mini);
    }

    [Fact]
    public void A_creation_survives_a_roster_that_comes_in_between()
    {
        foreach (var after in Enumerable.Range(0, 12).Select(i => TimeSpan.FromMilliseconds(2 * i)))
        {
            using var mini = new MiniCluster(3, $"creation/{after.TotalMilliseconds}");
            var node = mini.Nodes[2];
            var fresh = mini.NewIdentity(node);
            var next = mini.Cluster.Rosters.Next(mini.Cluster.Roster, r => r with
            {
                Nodes = [.. r.Nodes.Select(n => n.Nid == node.Nid ? n with { IdentityKey = fresh.PublicKey.Bytes.ToArray(), FormerIdentityKeys = [n.IdentityKey] } : n)],
            });
            var request = mini.Sign(mini.Creation(2, 3), "made once");
            var call = mini.Submit(mini.Nodes[0], request);
            mini.Cluster.Time.Run(after);
            mini.Cluster.Call(mini.Nodes[0], mini.AdministratorId, new AdministratorCall.ApplyRoster(mini.Signed(next).Bytes, mini.Signed(next).Signatures));
            var reply = mini.Await(call);
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
            if (reply is not ClientReply.KeysCreated)
            {
                // What is refused names no culprit, and is refused alike everywhere.
                Assert.All(mini.Nodes, n => Assert.Equal(0, n.Store.Keys.Count(key => key.State == KeyState.Active)));
                reply = mini.Ask(mini.Nodes[1], mini.Sign(mini.Creation(2, 3), "made again"));
            }
            var key = Assert.Single(Assert.IsType<ClientReply.KeysCreated>(reply).Keys);
            AssertSigned(mini, node, key);
            AssertNobodyBlamed(mini);
        }
    }
}
