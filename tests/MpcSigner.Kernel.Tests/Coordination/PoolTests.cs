using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>Material made ahead, and the one round trip that it is made for.</summary>
public sealed class PoolTests
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>A key that was used once, and whose pools have been filled since.</summary>
    private static (MiniCluster Mini, KeyRow Key, ScriptedTraffic Script) Warm(PoolSettings? pools = null, int nodes = 3, int t = 2)
    {
        var mini = new MiniCluster(nodes, settings: new() { Pools = pools ?? new() });
        var key = Assert.Single(mini.CreateKeys(t, nodes));
        AssertSigned(key, mini.Transfer(key.Record, 1), mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, 1))));
        mini.Cluster.Time.Run(Settled);
        return (mini, key, mini.Script());
    }

    private static void AssertSigned(KeyRow key, RequestAction.Sign action, ClientReply reply)
    {
        var signed = reply as ClientReply.Signed ?? throw new Xunit.Sdk.XunitException($"not signed: {(reply as ClientReply.Refused)?.Error}");
        Assert.True(Ed25519Signature.Verify(key.Record.PublicKey.Span, action.Payload.Span, signed.Signature.Span));
    }

    private static PoolStatus Pools(MiniCluster mini, int node)
    {
        var call = mini.Cluster.Call(mini.Nodes[node], mini.Client, new ClientCall.Status());
        return Assert.IsType<ClientReply.StatusIs>(mini.Cluster.Answers[call]).Status.Pools;
    }

    /// <summary>What a node asked of others for a request until it was answered.</summary>
    private static IReadOnlyList<NodeEffect> Until(ScriptedTraffic script, SimulatedNode node) =>
        [.. script.Effects.TakeWhile(e => e.Effect is not NodeEffect.AnswerClient { Reply: ClientReply.Signed }).Where(e => e.Node == node).Select(e => e.Effect)];

    [Fact]
    public void A_warm_signature_is_one_call_to_each_co_signer_and_no_session()
    {
        var (mini, key, script) = Warm();
        var action = mini.Transfer(key.Record, 2);
        var begun = mini.Cluster.Time.Now;
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        var took = mini.Cluster.Time.Now - begun;
        var effects = Until(script, mini.Nodes[0]);
        Assert.DoesNotContain(effects, effect => effect is NodeEffect.OpenStream);
        Assert.Single(effects.OfType<NodeEffect.CallPeer>(), call => call.Body is not PeerCall.Hello);
        Assert.Single(effects.OfType<NodeEffect.CallPeer>(), call => call.Body is PeerCall.PartialSign);
        // There and back at 1 ms each, three flushes at 2 ms, two looks at the store on each side.
        Assert.True(took < TimeSpan.FromMilliseconds(10), $"it took {took.TotalMilliseconds} ms");
        var pools = Pools(mini, 0);
        Assert.Equal((1, 1), (pools.Taken, pools.Missed));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_warm_signature_of_three_asks_two_co_signers_and_one_more_node_to_book()
    {
        var (mini, key, script) = Warm(nodes: 5, t: 3);
        var action = mini.Transfer(key.Record, 2);
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        var calls = Until(script, mini.Nodes[0]).OfType<NodeEffect.CallPeer>().ToArray();
        Assert.Equal(2, calls.Where(call => call.Body is PeerCall.PartialSign).Select(call => call.Peer).Distinct().Count());
        Assert.Equal(2, calls.Count(call => call.Body is PeerCall.PartialSign));
        Assert.Single(calls, call => call.Body is PeerCall.Book);
        Assert.DoesNotContain(Until(script, mini.Nodes[0]), effect => effect is NodeEffect.OpenStream);
    }

    [Fact]
    public void Pools_are_filled_up_to_their_level_with_every_party_of_a_key_that_is_used()
    {
        var (mini, _, _) = Warm(new() { NonceLevel = 20, NonceBatch = 6 });
        Assert.Equal(36, Pools(mini, 0).Stocked); // with each of two as many batches of 6 as fit below 20
        Assert.Equal((0, 0), (Pools(mini, 1).Stocked, Pools(mini, 2).Stocked));
        Assert.Equal((18, 18), (Pools(mini, 1).Held, Pools(mini, 2).Held));
    }

    [Fact]
    public void Nothing_is_made_ahead_at_level_zero_and_signatures_work_all_the_same()
    {
        var (mini, key, _) = Warm(new() { NonceLevel = 0 });
        Assert.Equal((0, 1L), (Pools(mini, 0).Stocked, Pools(mini, 0).Made));
        var action = mini.Transfer(key.Record, 2);
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        Assert.Equal((2L, 2L, 0L), (Pools(mini, 0).Made, Pools(mini, 0).Missed, Pools(mini, 0).Taken));
        mini.Cluster.Time.Run(Settled);
        Assert.Equal(0, Pools(mini, 1).Held + Pools(mini, 2).Held);
    }

    [Fact]
    public void Many_requests_at_once_share_the_sessions_that_make_their_material()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var script = mini.Script();
        var calls = Enumerable.Range(1, 40).Select(i => (Action: mini.Transfer(key.Record, (ulong)i), Call: default(CallId))).ToArray();
        for (var i = 0; i < calls.Length; i++)
            calls[i].Call = mini.Submit(mini.Nodes[0], mini.Sign(calls[i].Action));
        foreach (var (action, call) in calls)
            AssertSigned(key, action, mini.Await(call));
        var sessions = script.Effects.Count(e => e.Effect is NodeEffect.OpenStream && e.Node == mini.Nodes[0]);
        Assert.True(sessions <= 12, $"{sessions} sessions for {calls.Length} requests");
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Material_expires_at_both_ends()
    {
        var (mini, key, _) = Warm(new() { Life = TimeSpan.FromSeconds(20) });
        Assert.True(Pools(mini, 0).Stocked > 0 && Pools(mini, 1).Held > 0);
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(50)); // what was made while the key still counted as used is over too
        Assert.Equal((0, 0, 0), (Pools(mini, 0).Stocked, Pools(mini, 1).Held, Pools(mini, 2).Held));
        Assert.True(Pools(mini, 0).Expired > 0 && Pools(mini, 1).Expired > 0);
        // An unused key is not looked after any more; the next request finds its pool cold and is signed.
        var action = mini.Transfer(key.Record, 2);
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        Assert.Equal(2, Pools(mini, 0).Missed);
    }

    [Fact]
    public void A_restarted_co_signer_holds_nothing_and_its_former_material_is_dropped_by_the_coordinator()
    {
        var (mini, key, script) = Warm();
        foreach (var node in mini.Nodes.Skip(1))
        {
            node.Kill();
            node.Start();
        }
        Assert.Equal((0, 0), (Pools(mini, 1).Held, Pools(mini, 2).Held));
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(100));
        Assert.True(Pools(mini, 0).Dropped > 0);
        var action = mini.Transfer(key.Record, 2);
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        Assert.DoesNotContain(script.Effects, e => e.Effect is NodeEffect.AnswerPeer { Reply: PeerReply.Refused { Error.Reason: Reason.MaterialRefused } });
    }

    [Fact]
    public void A_restarted_coordinator_has_nothing_and_the_co_signers_drop_what_it_had()
    {
        var (mini, key, _) = Warm();
        Assert.True(Pools(mini, 1).Held > 0);
        mini.Nodes[0].Kill();
        mini.Nodes[0].Start();
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(100));
        Assert.Equal((0, 0, 0), (Pools(mini, 0).Stocked, Pools(mini, 1).Held, Pools(mini, 2).Held));
        var action = mini.Transfer(key.Record, 2);
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
    }

    [Fact]
    public void A_jump_of_the_clock_wipes_all_material()
    {
        var (mini, key, _) = Warm();
        mini.Nodes[0].ClockOffset = TimeSpan.FromSeconds(30);
        mini.Nodes[1].ClockOffset = TimeSpan.FromSeconds(-30);
        mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(1_100));
        Assert.Contains(mini.Nodes[0].Observations, seen => seen is Observation.MaterialDropped { Held: false, Count: > 0, Why: MaterialEnd.ClockJumped });
        Assert.Contains(mini.Nodes[1].Observations, seen => seen is Observation.MaterialDropped { Held: true, Count: > 0, Why: MaterialEnd.ClockJumped });
        var action = mini.Transfer(key.Record, 2);
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
    }

    [Fact]
    public void Eight_requests_get_eight_pieces_when_they_come_at_once()
    {
        var (mini, key, script) = Warm();
        var actions = Enumerable.Range(2, 8).Select(i => mini.Transfer(key.Record, (ulong)i)).ToArray();
        var calls = actions.Select(action => mini.Submit(mini.Nodes[0], mini.Sign(action))).ToArray();
        for (var i = 0; i < 8; i++)
            AssertSigned(key, actions[i], mini.Await(calls[i]));
        var released = mini.Nodes.Skip(1).SelectMany(node => node.Store.Log).Where(entry => entry.Kind == AuditKind.ShareReleased).ToArray();
        Assert.Equal(9, released.Length); // one R a request, none twice
        Assert.Equal(9, released.Select(entry => Convert.ToHexString(entry.Detail.Span)).Distinct().Count());
        Assert.Equal(8, script.Effects.Count(e => e.Effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned }));
    }

    [Theory]
    [InlineData(false)] // the question is lost
    [InlineData(true)] // the answer is lost
    public void A_lost_call_drops_its_channel_and_the_request_goes_on_with_fresh_material(bool answer)
    {
        var (mini, key, script) = Warm();
        var lost = false;
        script.Loses = (_, _, what) =>
        {
            if (lost || (answer ? what is not PeerReply.PartiallySigned : what is not PeerCall.PartialSign))
                return false;
            return lost = true;
        };
        var stocked = Pools(mini, 0).Stocked;
        var action = mini.Transfer(key.Record, 2);
        AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        Assert.True(lost);
        var pools = Pools(mini, 0);
        Assert.Equal(1, pools.FailedOver);
        Assert.True(pools.Dropped > 0 && pools.Dropped < stocked, "one channel of several is in doubt");
        // What was behind the lost number is not waited for: the next ones are signed at once.
        var begun = mini.Cluster.Time.Now;
        for (var i = 3; i < 6; i++)
            AssertSigned(key, mini.Transfer(key.Record, (ulong)i), mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, (ulong)i))));
        Assert.True(mini.Cluster.Time.Now - begun < TimeSpan.FromMilliseconds(100));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void Calls_that_overtake_each_other_wait_for_the_lower_number()
    {
        var (mini, key, script) = Warm();
        var seen = 0;
        List<(SimulatedNode Node, NodeEffect.CallPeer Call)> held = [];
        script.Bends = (node, effect) =>
        {
            if (effect is not NodeEffect.CallPeer { Body: PeerCall.PartialSign } call || seen == 6)
                return effect;
            seen++;
            held.Add((node, call));
            if (seen == 6)
            {
                // All at once, the last first.
                held.Reverse();
                foreach (var (from, late) in held)
                    mini.Cluster.CallPeer(from, from.TlsKey, late);
            }
            return null;
        };
        var actions = Enumerable.Range(2, 6).Select(i => mini.Transfer(key.Record, (ulong)i)).ToArray();
        var calls = actions.Select(action => mini.Submit(mini.Nodes[0], mini.Sign(action))).ToArray();
        for (var i = 0; i < calls.Length; i++)
            AssertSigned(key, actions[i], mini.Await(calls[i]));
        Assert.Equal(0, Pools(mini, 0).FailedOver);
    }

    [Fact]
    public void A_silent_co_signer_is_replaced_by_another_with_its_own_material_within_the_deadline()
    {
        var (mini, key, script) = Warm();
        NodeId? silent = null;
        script.Bends = (node, effect) =>
        {
            if (effect is NodeEffect.CallPeer { Body: PeerCall.PartialSign } call)
                silent ??= call.Peer;
            return node.Nid == silent && effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned } ? null : effect;
        };
        var action = mini.Transfer(key.Record, 2);
        var begun = mini.Cluster.Time.Now;
        var reply = mini.Ask(mini.Nodes[0], mini.Sign(action));
        AssertSigned(key, action, reply);
        Assert.DoesNotContain(silent!.Value, ((ClientReply.Signed)reply).Signers);
        Assert.True(mini.Cluster.Time.Now - begun < mini.Cluster.Settings.SigningDeadline);
        Assert.DoesNotContain(Until(script, mini.Nodes[0]), effect => effect is NodeEffect.OpenStream);
        var over = Assert.Single(mini.Nodes[0].Observations.OfType<Observation.SigningFailedOver>());
        Assert.Equal([(silent.Value, Reason.DeadlineExceeded)], over.Failed.Select(node => (node.Node, node.Reason)));
    }

    [Fact]
    public void A_peer_may_have_no_more_made_ahead_than_its_quota_but_a_request_is_always_served()
    {
        var (mini, key, _) = Warm(new() { NonceLevel = 40, NonceBatch = 10, MaxHeldPerPeer = 25 });
        Assert.Equal((20, 20), (Pools(mini, 1).Held, Pools(mini, 2).Held));
        Assert.True(Pools(mini, 0).FailedRefills > 0);
        Assert.Contains(mini.Nodes[0].Observations.OfType<Observation.MaterialNotMade>(), seen => seen.Failed.All(node => node.Reason == Reason.Overloaded));
        for (var i = 2; i < 60; i++)
        {
            var action = mini.Transfer(key.Record, (ulong)i);
            AssertSigned(key, action, mini.Ask(mini.Nodes[0], mini.Sign(action)));
        }
        Assert.True(Pools(mini, 1).Held <= 25 && Pools(mini, 2).Held <= 25);
    }

    [Fact]
    public void A_coordinator_keeps_no_more_than_its_bound_and_the_keys_used_last_keep_theirs()
    {
        var mini = new MiniCluster(3, settings: new() { Pools = new() { NonceLevel = 16, NonceBatch = 16, MaxStocked = 70 } });
        var keys = mini.CreateKeys(2, 3, count: 4);
        foreach (var key in keys)
        {
            AssertSigned(key, mini.Transfer(key.Record), mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record))));
            mini.Cluster.Time.Run(Settled);
        }
        var pools = Pools(mini, 0);
        Assert.True(pools.Stocked is > 48 and <= 70, $"{pools.Stocked} pieces");
        mini.Script();
        var last = mini.Transfer(keys[^1].Record, 9);
        AssertSigned(keys[^1], last, mini.Ask(mini.Nodes[0], mini.Sign(last)));
        Assert.Equal(pools.Taken + 1, Pools(mini, 0).Taken);
    }

    /// <summary>A process from a copied data directory announces itself: what was made with the former one, by either side, is void at whoever hears it.</summary>
    [Fact]
    [Trait("row", "X-two-copies"), Trait("row", "C06"), Trait("row", "M27")]
    public void A_node_started_from_a_copied_disk_voids_the_material_of_the_former_process()
    {
        var (mini, key, script) = Warm();
        var (hearer, former) = (mini.Nodes[0], mini.Nodes[1]);
        AssertSigned(key, mini.Transfer(key.Record, 2), mini.Ask(former, mini.Sign(mini.Transfer(key.Record, 2)))); // it has material with the hearer too
        mini.Cluster.Time.Run(Settled);
        Assert.True(Pools(mini, 0).Held > 0 && Pools(mini, 1).Stocked > 0);

        var copy = new InstanceId(Enumerable.Repeat((byte)7, InstanceId.Size).ToArray());
        var clock = DateTimeOffset.FromUnixTimeMilliseconds(mini.Now.ToUnixTimeMilliseconds());
        var said = new Announcement(former.Nid, copy, 2, former.TlsKey, 1, 1, clock, mini.Cluster.Roster.Hash, mini.Cluster.Policy.Hash, default);
        said = said with
        {
            Signature = former.Identity.Sign(AnnouncementStatement.Compute(mini.Cluster.Roster.Cluster, said.Nid, copy, 2, said.TlsKey, 1, 1,
                (ulong)clock.ToUnixTimeMilliseconds(), said.Roster, said.Policy)),
        };
        script.Bends = static (_, effect) => effect is NodeEffect.AnswerPeer { Call.Value: 999_999 } ? null : effect;
        hearer.Step(new NodeEvent.PeerCalled(new(999_999), former.Nid, former.TlsKey, new PeerCall.Hello(said)));
        Assert.Contains(hearer.Observations, seen => seen is Observation.MaterialDropped { Held: true, Count: > 0, Why: MaterialEnd.OtherInstance });
        Assert.Contains(hearer.Observations, seen => seen is Observation.MaterialDropped { Held: false, Count: > 0, Why: MaterialEnd.OtherInstance });

        // The former process asks on: the hearer refuses it, and who has not heard yet still signs with it.
        script.Effects.Clear();
        for (var i = 3; i < 7; i++)
            mini.Ask(former, mini.Sign(mini.Transfer(key.Record, (ulong)i)));
        Assert.DoesNotContain(script.Effects, e => e.Node == hearer && e.Effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned });
        Assert.Contains(script.Effects, e => e.Node == hearer && e.Effect is
            NodeEffect.AnswerPeer { Reply: PeerReply.Refused { Error.Reason: Reason.MaterialRefused } }
            or NodeEffect.SendFrame { Frame: SessionFrame.Refuse { Error.Reason: Reason.SupersededInstance } });
    }
}
