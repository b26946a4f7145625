using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>How often pair setups are made again (spec §8.4, C8, C13), and what a peer is told when a check has failed (C7).</summary>
public sealed class PairQuarantineTests
{
    /// <summary>What would tell a cheat how near its guess came.</summary>
    private static readonly string[] Telling = ["OT", "COT1", "OLE", "check", "extension", "row", "tree", "block", "bit", "verdict", "dead", "false", "BadOtExtension"];

    private static (MiniCluster Mini, KeyRow Key) Begin(PairSettings pairs)
    {
        var mini = new MiniCluster(2, seed: "quarantine", settings: new() { Pairs = pairs, Pools = new() { PresignatureLevel = 0, PresignBatch = 1 } });
        return (mini, Assert.Single(mini.CreateKeys(2, 2, usage: KeyUsage.TransactionsAndRaw, suite: Suite.EcdsaSecp256k1)));
    }

    private static ClientReply Sign(MiniCluster mini, KeyRow key, byte digest, int at = 0)
    {
        var reply = mini.Ask(mini.Nodes[at], mini.Sign(new RequestAction.Sign(key.Record.KeyId, [], PayloadKind.Raw, Enumerable.Repeat(digest, 32).ToArray())));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(12));
        return reply;
    }

    private static void Restart(MiniCluster mini, SimulatedNode node, Puppet? puppet = null)
    {
        node.Kill();
        node.ReadmitAll();
        node.Start();
        puppet?.Started(node);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
    }

    private static List<string> RefusalsOf(Puppet puppet, SimulatedNode node) =>
        [.. puppet.Script.Effects.Where(e => e.Node == node).Select(e => e.Effect).OfType<NodeEffect.SendFrame>().Select(send => send.Frame).OfType<SessionFrame.Refuse>().Select(refuse => refuse.Error.Message)];

    /// <summary>The last of t̂ in COT1.</summary>
    private static byte[] BendCot1(MessageType type, ReadOnlySpan<byte> payload)
    {
        var bent = payload.ToArray();
        if (type == MessageType.Round && bent.Length is > 4_000 and < 5_000)
            bent[^1] ^= 1;
        return bent;
    }

    /// <summary>Three setups are made again by themselves; the fourth failure of a day, or the last of all, ends that until an operator has looked, across a restart.</summary>
    [Theory]
    [InlineData(3, 32, 4, "have failed today")]
    [InlineData(3, 2, 2, "have failed")]
    [Trait("row", "C08"), Trait("row", "C03"), Trait("row", "C07"), Trait("row", "T06d"), Trait("row", "F-BadOtExtension")]
    public void A_peer_whose_checks_fail_gets_so_many_setups_and_no_more(int perDay, int inAll, int failures, string why)
    {
        var (mini, key) = Begin(new() { MaxFailuresPerDay = perDay, MaxFailures = inAll });
        using var _ = mini;
        var (victim, cheat) = (mini.Nodes[0], mini.Nodes[1]);
        var puppet = new Puppet(mini, cheat) { Holds = false, Bends = BendCot1 };
        for (byte i = 1; i <= failures; i++)
        {
            Assert.IsType<ClientReply.Refused>(Sign(mini, key, i, at: i % 2)); // the victim opens the session, or the cheat does
            // The cheat is excluded at once; readmitted, the count alone stands against it.
            Assert.IsType<ClientReply.Refused>(Sign(mini, key, (byte)(i + 100)));
            Assert.Equal((uint)i, victim.Store.Pairs[cheat.Nid].SetupsOnDay);
            Restart(mini, victim, puppet);
        }
        var row = victim.Store.Pairs[cheat.Nid];
        Assert.Equal(((uint)failures, (uint)failures), (row.Failures, row.SetupsOnDay));
        Assert.Equal(row.SendingEpoch, row.DeadSendingEpoch);
        Assert.DoesNotContain(victim.Store.Log, entry => entry.Kind == AuditKind.ShareReleased);
        // What the cheat was told: that it came to nothing, and nothing of a check.
        var told = RefusalsOf(puppet, victim);
        Assert.NotEmpty(told);
        Assert.All(told, message => Assert.DoesNotContain(message.Split(' ', '.', ',', ':', '(', ')'), word => Telling.Contains(word)));

        // Honest from now on, it has to wait for the operator.
        puppet.Bends = null;
        Assert.IsType<ClientReply.Refused>(Sign(mini, key, 90));
        Assert.IsType<ClientReply.Refused>(Sign(mini, key, 91, at: 1));
        Assert.All(RefusalsOf(puppet, victim).Skip(told.Count), message => Assert.DoesNotContain("fail", message, StringComparison.Ordinal)); // how often is the operator's to know
        Assert.Contains(victim.Observations, seen => seen is Observation.PairNotSetUp unmade && unmade.Peer == cheat.Nid && unmade.Why.Contains($"{failures} checks of setups with it {why}", StringComparison.Ordinal));
        Assert.Equal((uint)failures, victim.Store.Pairs[cheat.Nid].SetupsOnDay);
        Assert.True(mini.IsSound);

        // Who forgets the count too has it back; its epochs go on.
        var epochs = victim.Store.Pairs[cheat.Nid];
        victim.Kill();
        victim.Store.Readmit(cheat.Nid, forgetFailures: true);
        victim.Start();
        puppet.Started(victim);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.IsType<ClientReply.Signed>(Sign(mini, key, 92));
        row = victim.Store.Pairs[cheat.Nid];
        Assert.Equal((0u, 0u, epochs.DeadSendingEpoch), (row.Failures, row.FailuresOnDay, row.DeadSendingEpoch));
        Assert.True(row.SendingEpoch > epochs.SendingEpoch);
        Assert.True(mini.IsSound);
    }

    /// <summary>Spec §15: until an operator readmits it. A restart is no readmission.</summary>
    [Fact]
    [Trait("row", "F-BadOtExtension")]
    public void An_excluded_peer_stays_so_across_restarts_until_it_is_readmitted()
    {
        var (mini, key) = Begin(new());
        using var _ = mini;
        var (victim, cheat) = (mini.Nodes[0], mini.Nodes[1]);
        var puppet = new Puppet(mini, cheat) { Holds = false, Bends = BendCot1 };
        Assert.IsType<ClientReply.Refused>(Sign(mini, key, 1));
        puppet.Bends = null;
        var row = Assert.Single(victim.Store.Exclusions.Values);
        Assert.Equal(cheat.Nid, row.Peer);
        Assert.Contains("BadOtExtension", row.Why, StringComparison.Ordinal);
        victim.Kill();
        victim.Start();
        puppet.Started(victim);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        var refused = Assert.IsType<ClientReply.Refused>(Sign(mini, key, 2)).Error;
        Assert.Contains(refused.Nodes, node => node.Node == cheat.Nid && node.Reason == Reason.PeerFault && node.Message.Contains("peer readmit", StringComparison.Ordinal));

        Restart(mini, victim, puppet);
        Assert.Empty(victim.Store.Exclusions);
        Assert.IsType<ClientReply.Signed>(Sign(mini, key, 3));
        Assert.True(mini.IsSound);
    }

    /// <summary>What the network loses and processes that start anew are nobody's failure; setups are counted all the same.</summary>
    [Fact]
    [Trait("row", "C08"), Trait("row", "C13"), Trait("row", "C10"), Trait("row", "M42")]
    public void Losses_and_restarts_count_as_no_failure_and_setups_are_bounded()
    {
        var (mini, key) = Begin(new() { MaxSetupsPerDay = 3 });
        using var _ = mini;
        var script = mini.Script();
        var lost = 0;
        script.Loses = (_, _, what) => what is NodeEffect.SendFrame { Frame: SessionFrame.Envelope { Bytes.Length: > 4_000 and < 5_000 } } && ++lost > 0; // round 1 of presigning
        for (byte i = 1; i <= 4; i++)
            Assert.IsType<ClientReply.Refused>(Sign(mini, key, i));
        Assert.True(lost >= 4, $"{lost} lost");
        script.Loses = static (_, _, _) => false;
        var row = mini.Nodes[0].Store.Pairs[mini.Nodes[1].Nid];
        Assert.Equal((0u, 0u, 0ul, 1u), (row.Failures, row.FailuresOnDay, row.DeadSendingEpoch, row.SetupsOnDay));
        Assert.IsType<ClientReply.Signed>(Sign(mini, key, 10));

        for (byte restarts = 1; restarts <= 3; restarts++)
        {
            Restart(mini, mini.Nodes[1]);
            var reply = Sign(mini, key, (byte)(10 + restarts));
            Assert.Equal(restarts < 3, reply is ClientReply.Signed);
            if (reply is ClientReply.Refused refused)
                Assert.Contains(refused.Error.Nodes, node => node.Message == "no pair setup with it could be made");
        }
        row = mini.Nodes[0].Store.Pairs[mini.Nodes[1].Nid];
        Assert.Equal((0u, 3u, 3ul), (row.Failures, row.SetupsOnDay, row.SendingEpoch));
        Assert.True(mini.IsSound);
    }
}
