using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>A party gives some nodes its ACK and one, which has acknowledged, its ABORT. No word of another party's costs a share (spec §9).</summary>
public sealed class DoubleWordTests
{
    private static readonly PartyId LiarPid = new(3);

    /// <summary>A 3-of-3 creation: the victim loses its session once its ACK is out, then asks, and the liar's answer is the test's.</summary>
    private sealed class Scene
    {
        /// <summary>A call that the test makes itself.</summary>
        public static readonly CallId Push = new(ulong.MaxValue);

        private bool _cut;

        public Scene()
        {
            Script = Mini.Script();
            Script.Loses = (from, to, what) => !Heals && ((from == Coordinator.Nid && to == Victim.Nid && (what is PeerReply || (HoldsPush && what is PeerCall.PushCertificate)))
                || (from == Liar.Nid && to == Victim.Nid && what is PeerCall.PushCertificate));
            Script.Bends = Bend;
            Request = Mini.Sign(Mini.Creation(3, 3));
        }

        public MiniCluster Mini { get; } = new(3);

        public ScriptedTraffic Script { get; }

        public SignedRequest Request { get; }

        public SimulatedNode Coordinator => Mini.Nodes[0];

        public SimulatedNode Victim => Mini.Nodes[1];

        public SimulatedNode Liar => Mini.Nodes[2];

        /// <summary>What the liar tells the victim of the order, whenever that asks.</summary>
        public required Func<Scene, OrderAnswer> Lie { get; init; }

        /// <summary>The certificate does not come to the victim by itself.</summary>
        public bool HoldsPush { get; set; }

        /// <summary>The victim's ACK does not leave its session.</summary>
        public bool LosesAck { get; set; }

        /// <summary>Nothing is lost or bent any more.</summary>
        public bool Heals { get; set; }

        public Digest32 Order => Assert.Single(Coordinator.Store.Orders).Order;

        public ReadOnlyMemory<byte> Abort(SimulatedNode signer, Digest32? order = null, AbortKind kind = AbortKind.NeverAcknowledged) =>
            signer.Identity.Sign(LifecycleDigests.Abort(order ?? Order, kind));

        public PeerReply? AnswerToPush { get; private set; }

        public void Run(double seconds) => Mini.Cluster.Time.Run(TimeSpan.FromSeconds(seconds));

        public OrderState StateAt(SimulatedNode node) => Assert.Single(node.Store.Orders).State;

        private NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
        {
            if (effect is NodeEffect.AnswerPeer answer && answer.Call == Push)
            {
                AnswerToPush = answer.Reply;
                return null;
            }
            if (node != Victim || Heals)
                return effect;
            if (!_cut && effect is NodeEffect.SendFrame frame && Victim.Store.Orders.Any(order => order.State == OrderState.Acknowledged))
            {
                _cut = true;
                Mini.Cluster.Time.After(TimeSpan.FromMilliseconds(0.1), () => Victim.Step(new NodeEvent.StreamClosed(frame.Stream, "connection reset")));
            }
            if (LosesAck && _cut && effect is NodeEffect.SendFrame)
                return null;
            if (effect is not NodeEffect.CallPeer { Body: PeerCall.AskOrder } call || call.Peer != Liar.Nid)
                return effect;
            var life = Victim.Life;
            Mini.Cluster.Time.After(TimeSpan.FromMilliseconds(1), () =>
            {
                if (Victim.Life == life)
                    Victim.Step(new NodeEvent.PeerAnswered(call.Token, Liar.Roster.TlsPins[0], new PeerReply.Order(Lie(this))));
            });
            return null;
        }

        /// <summary>The end of every true double word: keys ACTIVE everywhere, usable at the victim, and the liar named with evidence.</summary>
        public void AssertActiveEverywhereAndLiarBlamed(bool alsoSigns = true)
        {
            Assert.All(Mini.Nodes, node => Assert.Equal(OrderState.Active, StateAt(node)));
            var row = Victim.Store.Orders.Single();
            Assert.Equal(LiarPid, row.AbortedBy);
            Assert.Equal(Abort(Liar).ToArray(), row.AbortSignature.ToArray());
            AssertBlamed(Victim);
            if (alsoSigns)
            {
                Heals = true;
                Run(5); // greetings come through again
                var key = Assert.Single(Victim.Store.Keys);
                Assert.Equal(KeyState.Active, key.State);
                Assert.IsType<ClientReply.Signed>(Mini.Ask(Victim, Mini.Sign(Mini.Transfer(key.Record)))); // 3-of-3: its share is needed
                Assert.IsType<ClientReply.KeysCreated>(Mini.Ask(Victim, Request));
            }
            Assert.True(Mini.IsSound);
        }

        public void AssertBlamed(SimulatedNode by)
        {
            var entry = Assert.Single(by.Store.Log, entry => entry.Kind == AuditKind.PeerFault);
            var detail = System.Text.Encoding.UTF8.GetString(entry.Detail.Span);
            Assert.Contains($"party {LiarPid} signed both ACK and ABORT of order {Order}", detail, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexStringLower(Abort(Liar).Span), detail, StringComparison.Ordinal);
            Assert.Equal(Liar.Nid, Assert.Single(by.Observations.OfType<Observation.PeerBlamed>()).Peer);
        }

        public void AssertGivenUp(SimulatedNode node)
        {
            var row = Assert.Single(node.Store.Orders);
            Assert.Equal((OrderState.GivenUp, LiarPid), (row.State, row.AbortedBy));
            Assert.False(row.Ack.IsEmpty);
            var key = Assert.Single(node.Store.Keys);
            Assert.Equal(KeyState.Pending, key.State);
            using var share = node.Store.OpenShare(key.Record.KeyId, key.Record.Generation);
            Assert.NotNull(share);
            Assert.Single(node.Store.Log, entry => entry.Kind == AuditKind.OrderGivenUp);
            Assert.Single(node.Store.Requests, request => request.State == RequestState.Failed);
        }
    }

    private static OrderAnswer Truly(Scene scene) => new OrderAnswer.Aborted(0, LiarPid, scene.Abort(scene.Liar));

    [Fact]
    public void A_node_that_gave_up_on_an_ABORT_activates_when_it_is_pushed_the_certificate()
    {
        var scene = new Scene { Lie = Truly };
        scene.Mini.Submit(scene.Coordinator, scene.Request);
        scene.Run(5);
        Assert.Single(scene.Victim.Observations.OfType<Observation.OrderGivenUp>());
        Assert.Single(scene.Victim.Observations.OfType<Observation.KeysActivated>());
        scene.AssertActiveEverywhereAndLiarBlamed();
    }

    /// <summary>Between the ABORT and the certificate: the key looks like one that was not made, and one certificate by whatever way revives it.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_node_that_gave_up_is_revived_by_any_certificate_also_after_a_restart(bool restarts, bool pushed)
    {
        var scene = new Scene { Lie = Truly, HoldsPush = true };
        scene.Mini.Submit(scene.Coordinator, scene.Request);
        scene.Run(5);
        Assert.Equal(OrderState.Active, scene.StateAt(scene.Coordinator));
        scene.AssertGivenUp(scene.Victim);
        if (restarts)
        {
            scene.Victim.Kill();
            scene.Run(1);
            scene.Victim.Start();
            scene.Run(2);
            scene.AssertGivenUp(scene.Victim);
        }
        var key = scene.Victim.Store.Keys.Single();
        Assert.Equal(Reason.UnknownKey, Assert.IsType<ClientReply.Refused>(scene.Mini.Ask(scene.Victim, scene.Mini.Sign(scene.Mini.Transfer(key.Record)))).Error.Reason);
        var told = Assert.IsType<ClientReply.Refused>(scene.Mini.Ask(scene.Victim, scene.Request));
        Assert.Equal((Reason.TooFewNodes, "The keys were not made: node node-c says that it never acknowledges."), (told.Error.Reason, told.Error.Message));
        Assert.DoesNotContain(scene.Victim.Store.Log, entry => entry.Kind == AuditKind.PeerFault);

        if (pushed)
        {
            var push = scene.Script.Effects.Where(e => e.Node == scene.Coordinator).Select(e => e.Effect)
                .OfType<NodeEffect.CallPeer>().Select(call => call.Body).OfType<PeerCall.PushCertificate>().First();
            scene.Victim.Step(new NodeEvent.PeerCalled(Scene.Push, scene.Coordinator.Nid, scene.Coordinator.Roster.TlsPins[0], push));
            scene.Run(0.5);
            Assert.IsType<PeerReply.Accepted>(scene.AnswerToPush);
        }
        else
        {
            scene.Heals = true; // it asks in ever longer intervals: the coordinator's answer is the certificate
            scene.Run(120);
        }
        scene.AssertActiveEverywhereAndLiarBlamed();
    }

    /// <summary>The liar shows the victim its ABORT and stays away, nobody has its ACK: the victim's answer ends PENDING at the others too. Then it comes back with its ACK.</summary>
    [Fact]
    public void Others_in_PENDING_learn_of_the_ABORT_from_a_node_that_gave_up()
    {
        var scene = new Scene { Lie = Truly };
        scene.Script.Dies = (node, effect) => node == scene.Liar && effect is NodeEffect.SendFrame && node.Store.Orders.Any(order => order.State == OrderState.Acknowledged);
        scene.Mini.Submit(scene.Coordinator, scene.Request);
        scene.Run(30);
        Assert.False(scene.Liar.IsUp);
        scene.AssertGivenUp(scene.Victim);
        scene.AssertGivenUp(scene.Coordinator);
        Assert.Equal(scene.Abort(scene.Liar).ToArray(), scene.Coordinator.Store.Orders.Single().AbortSignature.ToArray());

        scene.Script.Dies = static (_, _) => false;
        scene.Heals = true;
        scene.Liar.Start();
        scene.Run(120);
        scene.AssertActiveEverywhereAndLiarBlamed();
    }

    /// <summary>The coordinator has the liar's ACK and lacks the victim's, who gave up on the liar's ABORT and shows its own ACK to nobody: no certificate can come, and nobody waits for it.</summary>
    [Fact]
    public void A_node_that_holds_the_liars_ACK_gives_up_with_those_who_believed_its_ABORT()
    {
        var scene = new Scene { Lie = Truly, LosesAck = true };
        scene.Mini.Submit(scene.Coordinator, scene.Request);
        scene.Run(40);
        scene.AssertGivenUp(scene.Victim);
        scene.AssertGivenUp(scene.Coordinator);
        scene.AssertBlamed(scene.Coordinator);
        Assert.True(scene.Mini.IsSound);
    }

    public static TheoryData<string> FalseAborts => ["bad signature", "signed by another", "claimed to be another's", "no party", "the asker's own", "kind 1", "kind 1 as 0", "another order"];

    [Theory]
    [MemberData(nameof(FalseAborts))]
    public void Rejects_an_ABORT_that_its_party_has_not_signed(string what)
    {
        var scene = new Scene
        {
            HoldsPush = true,
            Lie = scene => what switch
            {
                "bad signature" => new OrderAnswer.Aborted(0, LiarPid, new byte[64]),
                "signed by another" => new OrderAnswer.Aborted(0, LiarPid, scene.Abort(scene.Coordinator)),
                "claimed to be another's" => new OrderAnswer.Aborted(0, new(1), scene.Abort(scene.Liar)),
                "no party" => new OrderAnswer.Aborted(0, new(9), scene.Abort(scene.Liar)),
                "the asker's own" => new OrderAnswer.Aborted(0, new(2), scene.Abort(scene.Victim)),
                "kind 1" => new OrderAnswer.Aborted(1, LiarPid, scene.Abort(scene.Liar, kind: AbortKind.Ordered)),
                "kind 1 as 0" => new OrderAnswer.Aborted(0, LiarPid, scene.Abort(scene.Liar, kind: AbortKind.Ordered)),
                _ => new OrderAnswer.Aborted(0, LiarPid, scene.Abort(scene.Liar, order: new(new Bytes32(new byte[32])))),
            },
        };
        scene.Mini.Submit(scene.Coordinator, scene.Request);
        scene.Run(10);
        Assert.Equal(OrderState.Acknowledged, scene.StateAt(scene.Victim));
        Assert.Empty(scene.Victim.Observations.OfType<Observation.OrderGivenUp>());
        scene.Heals = true;
        scene.Run(5);
        Assert.All(scene.Mini.Nodes, node => Assert.Equal(OrderState.Active, scene.StateAt(node)));
        Assert.All(scene.Mini.Nodes, node => Assert.DoesNotContain(node.Store.Log, entry => entry.Kind == AuditKind.PeerFault));
        Assert.Null(scene.Victim.Store.Orders.Single().AbortedBy);
        Assert.True(scene.Mini.IsSound);
    }
}
