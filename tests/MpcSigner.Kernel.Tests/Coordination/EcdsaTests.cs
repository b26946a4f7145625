using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>Threshold ECDSA by whole clusters: pair setups, presignatures made ahead or in line, one call to each co-signer.</summary>
public sealed class EcdsaTests
{
    private static readonly PoolSettings Small = new() { PresignatureLevel = 2, PresignBatch = 2 };

    private static RequestAction.Sign Action(KeyRow key, byte digest, params uint[] path) =>
        new(key.Record.KeyId, path, PayloadKind.Raw, Enumerable.Repeat(digest, 32).ToArray());

    private static void AssertSigned(KeyRow key, RequestAction.Sign action, ClientReply reply)
    {
        var signed = reply as ClientReply.Signed ?? throw new Xunit.Sdk.XunitException($"not signed: {(reply as ClientReply.Refused)?.Error}");
        Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(key.Record, [.. action.Path], action.Taproot, out var signer));
        Assert.True(signer!.Verifies(action.Payload.Span, signed.Signature.Span));
    }

    private static PoolStatus Pools(MiniCluster mini, int node)
    {
        var call = mini.Cluster.Call(mini.Nodes[node], mini.Client, new ClientCall.Status());
        return Assert.IsType<ClientReply.StatusIs>(mini.Cluster.Answers[call]).Status.Pools;
    }

    private static (MiniCluster Mini, KeyRow Key) Begin(PoolSettings pools, Suite suite = Suite.EcdsaSecp256k1, int nodes = 3, int t = 2)
    {
        var mini = new MiniCluster(nodes, seed: $"ecdsa-{suite}-{nodes}", settings: new() { Pools = pools });
        return (mini, Assert.Single(mini.CreateKeys(t, nodes, usage: KeyUsage.TransactionsAndRaw, suite: suite)));
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    public void Signs_cold_and_warm_with_the_key_and_at_a_path(Suite suite)
    {
        var (mini, key) = Begin(Small, suite);
        var first = Action(key, 1);
        AssertSigned(key, first, mini.Ask(mini.Nodes[0], mini.Sign(first)));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(4));
        Assert.Equal(4, Pools(mini, 0).Stocked); // two with each of two quorums

        var script = mini.Script();
        var second = Action(key, 2, 0, 7);
        AssertSigned(key, second, mini.Ask(mini.Nodes[0], mini.Sign(second)));
        var effects = script.Effects.TakeWhile(e => e.Effect is not NodeEffect.AnswerClient { Reply: ClientReply.Signed }).Where(e => e.Node == mini.Nodes[0]).Select(e => e.Effect).ToArray();
        Assert.DoesNotContain(effects, effect => effect is NodeEffect.OpenStream);
        Assert.Single(effects.OfType<NodeEffect.CallPeer>(), call => call.Body is not PeerCall.Hello);
        Assert.Equal((1, 1), (Pools(mini, 0).Taken, Pools(mini, 0).Missed));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        // R′ of each signature is in the log of both signers.
        var released = mini.Nodes.SelectMany(node => node.Store.Log).Where(entry => entry.Kind == AuditKind.ShareReleased).ToArray();
        Assert.Equal(4, released.Length);
        Assert.All(released, entry => Assert.Equal(33, entry.Detail.Length));
        Assert.Equal(2, released.Select(entry => Convert.ToHexString(entry.Detail.Span)).Distinct().Count());
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Signs_with_three_of_three_of_whom_each_pair_has_its_setup()
    {
        var (mini, key) = Begin(new() { PresignatureLevel = 0 }, nodes: 3, t: 3);
        // The other two make theirs when they are first asked to presign.
        for (byte i = 1; i < 3; i++)
        {
            var action = Action(key, i);
            AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        }
        Assert.All(mini.Nodes, node => Assert.Equal(2, node.Store.Pairs.Values.Count(row => row is { SendingEpoch: 1, ReceivingEpoch: 1, SetupsOnDay: 1 })));
        Assert.True(mini.IsSound);
    }

    [Fact]
    [Trait("row", "C05"), Trait("row", "X-restart-no-setup")]
    public void A_restarted_co_signer_makes_its_setups_anew_under_the_next_epoch_and_signs()
    {
        var (mini, key) = Begin(Small);
        AssertSigned(key, Action(key, 1), mini.Ask(mini.Nodes[0], mini.Sign(Action(key, 1))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        foreach (var node in mini.Nodes.Skip(1))
        {
            node.Kill();
            node.Start();
        }
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(300));
        Assert.Equal((0, 0), (Pools(mini, 1).Held, Pools(mini, 2).Held));
        AssertSigned(key, Action(key, 2), mini.Ask(mini.Nodes[0], mini.Sign(Action(key, 2))));
        Assert.Contains(mini.Nodes[0].Store.Pairs.Values, row => row is { SendingEpoch: 2, ReceivingEpoch: 2, SetupsOnDay: 2, Failures: 0 });
        Assert.True(mini.IsSound);
    }

    /// <summary>The disk of before any setup comes back, and the operator says so: what the peer knows decides the epoch, and no setup of before is in use.</summary>
    [Fact]
    [Trait("row", "C05"), Trait("row", "X-backup-restore"), Trait("row", "X-restart-no-setup")]
    public void A_node_from_a_backup_has_no_setup_of_before_and_makes_one_under_a_higher_epoch()
    {
        var (mini, key) = Begin(new() { PresignatureLevel = 0 });
        var (first, restored) = (mini.Nodes[0], mini.Nodes[1]);
        mini.Nodes[2].Kill();
        var backup = restored.BackUp();
        AssertSigned(key, Action(key, 1), mini.Ask(first, mini.Sign(Action(key, 1))));
        Assert.Equal((1ul, 1ul), (restored.Store.Pairs[first.Nid].SendingEpoch, restored.Store.Pairs[first.Nid].ReceivingEpoch));
        var made = first.Observations.OfType<Observation.PairSetUp>().Count();

        restored.Kill();
        restored.Restore(backup);
        Assert.Empty(restored.Store.Pairs);
        restored.Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        AssertSigned(key, Action(key, 2), mini.Ask(first, mini.Sign(Action(key, 2))));
        Assert.Equal(made + 1, first.Observations.OfType<Observation.PairSetUp>().Count());
        foreach (var row in new[] { restored.Store.Pairs[first.Nid], first.Store.Pairs[restored.Nid] })
            Assert.Equal((2ul, 2ul, 0u), (row.SendingEpoch, row.ReceivingEpoch, row.Failures));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Setups_are_made_at_start_with_every_peer_where_that_is_configured()
    {
        var mini = new MiniCluster(3, seed: "at-start", pairsAtStart: true);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.All(mini.Nodes, node => Assert.Equal(2, node.Store.Pairs.Count(pair => pair.Value.SetupsOnDay == 1)));
        Assert.All(mini.Nodes, node => Assert.Equal(2, node.Observations.OfType<Observation.PairSetUp>().Count()));
    }

    [Fact]
    [Trait("row", "T25a"), Trait("row", "M27")]
    public void A_presignature_answers_one_request_and_never_another_digest()
    {
        var (mini, key) = Begin(new() { PresignatureLevel = 0 });
        var puppet = new Puppet(mini, mini.Nodes[0]);
        var request = mini.Sign(Action(key, 1), "held");
        mini.Submit(mini.Nodes[0], request);
        Assert.True(mini.Cluster.Time.RunUntil(() => puppet.Held.Count > 0, TimeSpan.FromSeconds(5)));
        var (held, effect) = puppet.Held[0];
        var call = (PeerCall.PartialSign)effect.Body;
        Assert.Equal(MessageType.OnlineRequest, held.Type);
        var signer = mini.Cluster.Node(held.Recipient);

        // Not the digest of the client's request: refused, and kept.
        Assert.True(OnlineRequest.TryDecode(Puppet.AskOf(held).Request.Span, out var online));
        var ask = Puppet.AskOf(held);
        var other = mini.Sign(Action(key, 2), "other");
        var refused = Assert.IsType<PeerReply.NotSigned>(puppet.Ask(held, call, other, new SigningAsk(online.Encode(), puppet.Book(other, "other")).Encode()));
        Assert.Contains("something else", refused.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(signer.Store.Log, entry => entry.Kind == AuditKind.ShareReleased);

        Assert.IsType<PeerReply.PartiallySigned>(puppet.Ask(held, call, request, ask.Encode()));
        var second = online with { Digest = new(Enumerable.Repeat((byte)2, 32).ToArray()) };
        refused = Assert.IsType<PeerReply.NotSigned>(puppet.Ask(held, call, other, new SigningAsk(second.Encode(), puppet.Book(other, "other")).Encode()));
        Assert.Equal(Reason.MaterialRefused, refused.Error.Reason);
        Assert.Contains("spent", refused.Error.Message, StringComparison.Ordinal);
        refused = Assert.IsType<PeerReply.NotSigned>(puppet.Ask(held, call, request, ask.Encode()));
        Assert.Contains("spent", refused.Error.Message, StringComparison.Ordinal);
        Assert.Single(signer.Store.Log, entry => entry.Kind == AuditKind.ShareReleased);
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1, 20)]
    [InlineData(Suite.EcdsaSecp256k1, 31)]
    [InlineData(Suite.EcdsaSecp256k1, 33)]
    [InlineData(Suite.EcdsaP256, 31)]
    [InlineData(Suite.EcdsaP256, 33)]
    [InlineData(Suite.EcdsaP256, 64)]
    [Trait("row", "E29"), Trait("row", "E30"), Trait("row", "M37")]
    public void Rejects_a_digest_of_another_length_before_anything_is_made_for_it(Suite suite, int length)
    {
        var (mini, key) = Begin(new() { PresignatureLevel = 0 }, suite);
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(new RequestAction.Sign(key.Record.KeyId, [], PayloadKind.Raw, new byte[length]))));
        Assert.NotEqual(Reason.InternalError, refused.Error.Reason);
        Assert.Contains("32", refused.Error.Message, StringComparison.Ordinal);
        Assert.All(mini.Nodes, node => Assert.Empty(node.Store.Pairs));
        Assert.True(mini.IsSound);
    }

    [Fact]
    [Trait("row", "T18b")]
    public void A_bad_reply_is_nobodys_fault_that_can_be_shown_and_another_quorum_signs()
    {
        var (mini, key) = Begin(Small);
        var puppet = new Puppet(mini, mini.Nodes[1]) { Holds = false, Bends = static (type, payload) => type == MessageType.OnlineReply ? Flip(payload) : payload.ToArray() };
        AssertSigned(key, Action(key, 1), mini.Ask(mini.Nodes[0], mini.Sign(Action(key, 1))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(4));
        for (byte i = 2; i < 6; i++)
        {
            AssertSigned(key, Action(key, i), mini.Ask(mini.Nodes[0], mini.Sign(Action(key, i))));
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(4));
        }
        Assert.True(Pools(mini, 0).FailedOver > 0, "the bad replies met nobody");
        Assert.DoesNotContain(mini.Nodes[0].Observations, seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
        GC.KeepAlive(puppet);
    }

    /// <summary>w of the reply g ‖ u ‖ w, changed within its range.</summary>
    private static byte[] Flip(ReadOnlySpan<byte> payload)
    {
        var flipped = payload.ToArray();
        flipped[^1] ^= 1;
        return flipped;
    }

    [Fact]
    [Trait("row", "C03"), Trait("row", "T06d"), Trait("row", "F-BadOtExtension")]
    public void A_failed_OT_check_condemns_the_setup_durably_before_anything_of_it_is_seen()
    {
        var (mini, key) = Begin(new() { PresignatureLevel = 0 });
        var cheat = new Puppet(mini, mini.Nodes[1])
        {
            Holds = false,
            Bends = static (type, payload) =>
            {
                var bent = payload.ToArray();
                if (type == MessageType.Round && bent.Length > 4_000 && bent.Length < 5_000)
                    bent[^1] ^= 1; // the last of t̂: COT1 does not hold
                return bent;
            },
        };
        mini.Nodes[2].Kill();
        var refused = Assert.IsType<ClientReply.Refused>(mini.Ask(mini.Nodes[0], mini.Sign(Action(key, 1))));
        Assert.NotEqual(Reason.InternalError, refused.Error.Reason);
        var row = mini.Nodes[0].Store.Pairs[mini.Nodes[1].Nid];
        Assert.Equal((1ul, 1ul, 1u), (row.DeadSendingEpoch, row.DeadReceivingEpoch, row.Failures));
        Assert.Contains(mini.Nodes[0].Store.Log, entry => entry.Kind == AuditKind.PeerFault);
        // After the verdict nothing left for the peer before it was on the disk.
        var effects = cheat.Script.Effects.Where(e => e.Node == mini.Nodes[0]).Select(e => e.Effect).ToList();
        var dead = effects.FindIndex(effect => effect is NodeEffect.Commit commit && commit.Writes.Any(write => write is StoreWrite.PutPair { Row.DeadSendingEpoch: > 0 }));
        var blamed = effects.FindIndex(effect => effect is NodeEffect.Observe { Observation: Observation.PeerBlamed });
        Assert.True(dead >= 0 && blamed > dead);
        Assert.DoesNotContain(effects.Skip(dead).Take(blamed - dead), effect => effect is NodeEffect.SendFrame or NodeEffect.CloseStream);
        Assert.DoesNotContain(mini.Nodes[0].Store.Log, entry => entry.Kind == AuditKind.ShareReleased);
    }
}
