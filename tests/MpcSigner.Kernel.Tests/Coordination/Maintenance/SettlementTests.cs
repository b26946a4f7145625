using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>
/// Every honest member is PENDING; one member, which has the certificate, says that it never acknowledged, or the opposite, as it likes and to each another word. The attempt comes to one
/// end at all honest members, or to none (P10).
/// </summary>
public sealed class SettlementTests
{
    /// <summary>An attempt whose last parties lie; what they say of it is the test's.</summary>
    private sealed class Scene : IDisposable
    {
        private readonly SimulatedNode[] _liars;

        /// <param name="liars">The last of n parties. The last has the certificate, and shows nobody its ACK in the session.</param>
        public Scene(int n, int t, int liars, string seed)
        {
            (Mini, Key) = Maintained.WithKey(n, t, n, seed: seed);
            Script = Mini.Script();
            _liars = [.. Mini.Nodes.Skip(n - liars)];
            Script.Bends = Bend;
            Script.Dies = (node, effect) => !_liars.Contains(node) && effect is NodeEffect.Commit commit && commit.Writes.Any(IsEnd) && Dies();
            Assert.IsType<MaintenanceOutcome.Pending>(Mini.Maintain(Mini.Nodes[0], Mini.Order(Administrators.Refresh([Key]))));
            Assert.All(Honest, node => Assert.Equal(MaintenanceState.Acknowledged, StateAt(node)));
            Assert.Equal(MaintenanceState.Active, StateAt(Refuser));
        }

        public MiniCluster Mini { get; }

        public KeyRow Key { get; }

        public ScriptedTraffic Script { get; }

        public SimulatedNode Refuser => _liars[^1];

        public SimulatedNode[] Honest => [.. Mini.Nodes.Except(_liars)];

        public Digest32 Order => Assert.Single(Mini.Nodes[0].Store.Maintenance).Order;

        /// <summary>What a liar answers whoever asks about the order; null: nothing.</summary>
        public Func<SimulatedNode, SimulatedNode, MaintenanceAnswer?> Says { get; set; } = static (_, _) => null;

        public TimeSpan AnswersAfter { get; set; } = TimeSpan.FromMilliseconds(1);

        /// <summary>Whether an honest node dies now that it is to write its stand, or an end.</summary>
        public Func<bool> Dies { get; set; } = static () => false;

        public MaintenanceAnswer Abort(SimulatedNode liar, AbortKind kind = AbortKind.NeverAcknowledged) =>
            new MaintenanceAnswer.Aborted((byte)kind, liar.Identity.Sign(LifecycleDigests.Abort(Order, kind)));

        public MaintenanceAnswer Certificate()
        {
            var row = MiniCluster.RowOf(Refuser, Key.Record.KeyId)!;
            return new MaintenanceAnswer.Certified(OrderCertificates.FromKey(row, Assert.Single(Refuser.Store.Maintenance).RecordsRoot), default);
        }

        /// <summary>A liar's ACK, with a stand of which nothing is true.</summary>
        public MaintenanceAnswer Acknowledged(SimulatedNode liar, DoubtStand? stand)
        {
            var row = Assert.Single(Refuser.Store.Maintenance);
            var ack = liar.Identity.Sign(LifecycleDigests.Ack(Key.Record.Suite, row.OldRoot, Order, row.Echo, row.RecordsRoot));
            var abort = Refuser.Identity.Sign(LifecycleDigests.Abort(Order, AbortKind.NeverAcknowledged));
            return new MaintenanceAnswer.Acknowledged(row.Echo, row.RecordsRoot, ack, stand is { } shown ? new(shown, new((ushort)Mini.Nodes.Count), abort) : null);
        }

        public MaintenanceState StateAt(SimulatedNode node) => node.Store.Maintenance.Single(row => row.Attempt == 1).State;

        public bool Ended(MaintenanceState state, SimulatedNode node) => StateAt(node) is var now && (now == state || (state == MaintenanceState.Active && now == MaintenanceState.Done));

        public void Run(double seconds) => Mini.Cluster.Time.Run(TimeSpan.FromSeconds(seconds));

        public void StartTheDead()
        {
            foreach (var node in Mini.Nodes.Where(node => !node.IsUp))
                node.Start();
        }

        /// <summary>No member has the attempt in use where another has abandoned it.</summary>
        public void AssertNotSplit(string what) =>
            Assert.False(Honest.Any(node => Ended(MaintenanceState.Active, node)) && Honest.Any(node => Ended(MaintenanceState.Aborted, node)),
                $"{what}: {string.Join(", ", Honest.Select(node => $"{node.Roster.Name} {StateAt(node)}"))}");

        /// <summary>The key signs with every quorum of the honest nodes, by the shares of one generation.</summary>
        public void AssertUsable(uint generation)
        {
            foreach (var node in Honest)
                Maintained.InUse(Mini, node, Key.Record.KeyId, generation);
            Says = static (_, _) => null;
            Assert.IsType<ClientReply.Signed>(Mini.Ask(Honest[0], Mini.Sign(Maintained.Raw(Key.Record))));
            Assert.True(Mini.IsSound);
        }

        public void Dispose() => Mini.Dispose();

        private static bool IsEnd(StoreWrite write) => write is StoreWrite.DoubtMaintenance or StoreWrite.ActivateMaintenance or StoreWrite.AbortMaintenance;

        private NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
        {
            if ((node == Refuser && IsOwn(effect)) || (_liars.Contains(node) && effect is NodeEffect.CallPeer { Body: PeerCall.PushMaintained or PeerCall.AskMaintenance }))
                return null;
            if (_liars.Contains(node) || effect is not NodeEffect.CallPeer { Body: PeerCall.AskMaintenance } call || _liars.FirstOrDefault(liar => liar.Nid == call.Peer) is not { } liar)
                return effect;
            Answer(Mini, node, call, liar, () => Says(liar, node), AnswersAfter);
            return null;
        }

        private bool IsOwn(NodeEffect effect) => IsEndOf(effect, (ushort)Mini.Nodes.Count);
    }

    /// <summary>A party's own ACK, certificate or DONE in the session.</summary>
    private static bool IsEndOf(NodeEffect effect, ushort pid) => effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope }
        && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header) && header.From == pid && header.Type is MessageType.Ack or MessageType.Certificate or MessageType.Done;

    /// <summary>What the liar says to a call, in place of its machine.</summary>
    private static void Answer(MiniCluster mini, SimulatedNode asker, NodeEffect.CallPeer call, SimulatedNode liar, Func<MaintenanceAnswer?> says, TimeSpan after)
    {
        var life = asker.Life;
        mini.Cluster.Time.After(after, () =>
        {
            if (asker.IsUp && asker.Life == life)
                asker.Step(says() is { } answer
                    ? new NodeEvent.PeerAnswered(call.Token, liar.Roster.TlsPins[0], new PeerReply.Maintenance(answer))
                    : new NodeEvent.PeerCallFailed(call.Token, "it says nothing"));
        });
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void One_that_says_to_all_that_it_never_acknowledged_ends_the_attempt_and_cannot_take_it_back(int n)
    {
        using var scene = new Scene(n, 2, liars: 1, "settled: aborted");
        scene.Says = (liar, _) => scene.Abort(liar);
        scene.Run(30);
        Assert.All(scene.Honest, node =>
        {
            var row = Assert.Single(node.Store.Maintenance);
            Assert.Equal((MaintenanceState.Aborted, (byte)AbortKind.Ordered), (row.State, row.AbortKind));
            Assert.Null(node.Store.OpenShare(scene.Key.Record.KeyId, 1));
        });
        scene.Says = (_, _) => scene.Certificate();
        foreach (var node in scene.Honest)
            node.Within(rooms => rooms.Maintenance.Find(scene.Order)?.AddCertificate(((MaintenanceAnswer.Certified)scene.Certificate()).Certificate));
        scene.Run(60);
        Assert.All(scene.Honest, node => Assert.Equal(MaintenanceState.Aborted, scene.StateAt(node)));
        if (n > 2)
            scene.AssertUsable(0);
    }

    /// <summary>The word to one, the certificate to the other: whoever was told of the refusal takes the generation up with the others.</summary>
    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void One_that_refuses_to_some_and_acknowledges_to_another_ends_with_the_generation_in_use_everywhere(int n, bool late)
    {
        using var scene = new Scene(n, 2, liars: 1, "settled: activated");
        var told = scene.Honest[^1];
        var others = scene.Honest[..^1];
        // Late: the others bind themselves first, while the one that will have the certificate has said only that it is PENDING.
        var shows = !late;
        scene.Says = (liar, asker) => asker != told ? scene.Abort(liar) : shows ? scene.Certificate() : new MaintenanceAnswer.InProgress();
        scene.Script.Loses = (from, to, what) => to == told.Nid && what is PeerCall.AskMaintenance && !shows && scene.Honest.Any(node => node.Nid == from && StandAt(scene, node) == DoubtStand.Doubted);
        if (late)
        {
            Assert.True(scene.Mini.Cluster.Time.RunUntil(() => others.All(node => StandAt(scene, node) == DoubtStand.Doubted), TimeSpan.FromSeconds(60)));
            shows = true;
            told.Within(rooms => rooms.Maintenance.Find(scene.Order)!.AddCertificate(((MaintenanceAnswer.Certified)scene.Certificate()).Certificate));
        }
        scene.Run(120);
        var ends = scene.Honest.Select(scene.StateAt).Distinct().ToArray();
        Assert.True(ends.Length == 1, string.Join(", ", scene.Honest.Select(node => $"{node.Roster.Name} {scene.StateAt(node)}")));
        scene.AssertUsable(ends[0] == MaintenanceState.Aborted ? 0u : 1u);
        Assert.True(late || ends[0] != MaintenanceState.Aborted); // not late: one had it in use before anybody could doubt it together
    }

    /// <summary>The next attempt asks for the certificate, and hears of it from the one member that has the attempt in use: what it asked for must not be abandoned all the same.</summary>
    [Fact]
    public void An_attempt_whose_certificate_is_just_heard_of_is_not_abandoned_for_the_next_one()
    {
        using var scene = new Scene(3, 2, liars: 1, "settled: next attempt");
        var (first, second) = (scene.Honest[0], scene.Honest[1]);
        var asked = false;
        // The first binds itself; the second has only heard, when it is given the ACK.
        scene.Says = (liar, asker) => asker == first ? scene.Abort(liar) : asked ? scene.Acknowledged(liar, null) : scene.Abort(liar);
        scene.Script.Loses = (from, to, what) => what is PeerCall.PushMaintained || (from == second.Nid && to == first.Nid && what is PeerCall.AskMaintenance);
        Assert.True(scene.Mini.Cluster.Time.RunUntil(() => StandAt(scene, first) == DoubtStand.Doubted, TimeSpan.FromSeconds(60)));
        asked = true;
        scene.Script.Loses = (from, to, what) => what is PeerCall.PushMaintained || (from == first.Nid && to == second.Nid && what is PeerCall.AskMaintenance && !scene.Ended(MaintenanceState.Active, second));
        Assert.True(scene.Mini.Cluster.Time.RunUntil(() => scene.Ended(MaintenanceState.Active, second), TimeSpan.FromSeconds(60)));
        Assert.Equal(DoubtStand.Doubted, StandAt(scene, first));
        var next = scene.Mini.Maintain(first, scene.Mini.Order(Administrators.Refresh([scene.Key], attempt: 2)));
        Assert.IsNotType<MaintenanceOutcome.Completed>(next);
        scene.Run(30);
        scene.AssertNotSplit("after the next attempt");
        scene.AssertUsable(1);
    }

    /// <summary>An attempt that is settled while the next one waits for a slow answer about it: that one goes on, and so do its keys.</summary>
    [Fact]
    public void An_attempt_that_is_settled_while_it_is_asked_about_holds_up_nothing()
    {
        using var scene = new Scene(3, 2, liars: 1, "settled: slow answer");
        scene.Says = (liar, _) => scene.Abort(liar);
        scene.AnswersAfter = TimeSpan.FromSeconds(1.9);
        var next = scene.Mini.Maintain(scene.Honest[0], scene.Mini.Order(Administrators.Refresh([scene.Key], attempt: 2)));
        // The liar has the generation in use; what matters is that it is asked at all.
        var refused = Assert.IsType<MaintenanceOutcome.Refused>(next);
        Assert.Equal(Core.Faults.Reason.WrongGeneration, refused.Error.Reason);
        scene.Run(20);
        Assert.All(scene.Honest, node => Assert.Equal(MaintenanceState.Aborted, scene.StateAt(node)));
        scene.AssertUsable(0);
    }

    /// <summary>Members that wait for one that stays away ask each other less and less often, and not more often for being asked.</summary>
    [Fact]
    public void Members_that_wait_do_not_keep_each_other_awake()
    {
        using var scene = new Scene(3, 2, liars: 1, "settled: waiting");
        scene.Run(900);
        var before = Asked();
        scene.Run(1_800);
        Assert.InRange(Asked() - before, 60, 130); // two nodes, two peers each, once a minute
        Assert.All(scene.Honest, node => Assert.Equal(MaintenanceState.Acknowledged, scene.StateAt(node)));

        int Asked() => scene.Script.Effects.Count(seen => scene.Honest.Contains(seen.Node) && seen.Effect is NodeEffect.CallPeer { Body: PeerCall.AskMaintenance });
    }

    /// <summary>The certificate of a reshare that all its members but one have given up, shown to an old party beside them, which would lose its share to it.</summary>
    [Fact]
    public void What_was_given_up_is_not_taught_to_those_outside()
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3, seed: "settled: taught");
        using var _ = mini;
        var (script, outsider, liar) = (mini.Script(), mini.Nodes[2], mini.Nodes[3]);
        script.Bends = (node, effect) =>
        {
            if (node == liar && (IsEndOf(effect, 4) || effect is NodeEffect.CallPeer { Body: PeerCall.PushMaintained }))
                return null;
            if (effect is not NodeEffect.CallPeer { Body: PeerCall.AskMaintenance ask } call || call.Peer != liar.Nid || node == outsider)
                return effect;
            Answer(mini, node, call, liar, () => new MaintenanceAnswer.Aborted(0, liar.Identity.Sign(LifecycleDigests.Abort(ask.Hash, AbortKind.NeverAcknowledged))), TimeSpan.FromMilliseconds(1));
            return null;
        };
        Assert.IsNotType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], [new(1), new(2)], 2, ReshareTests.Parties(mini, 0, 1, 3)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30));
        var held = Assert.Single(liar.Store.Maintenance);
        Assert.Equal(MaintenanceState.Active, held.State);
        Assert.All(mini.Nodes.Take(2), node => Assert.Equal(MaintenanceState.Aborted, Assert.Single(node.Store.Maintenance).State));

        var rows = ((StoreAnswer.OrderKeys)liar.Store.Read([new StoreQuery.FindOrderKeys(held.Order)])[0]).Rows;
        var anchors = ((StoreAnswer.Anchors)liar.Store.Read([new StoreQuery.FindAnchors([key.Record.KeyId])])[0]).Values;
        mini.Cluster.CallAside(liar, outsider.Nid,
            new PeerCall.PushMaintained(OrderCertificates.FromKey(rows[0], held.RecordsRoot), default, new(held.Signed, [.. rows.Select(row => row.Record)], [.. anchors.OfType<KeyAnchor>()])), TimeSpan.FromSeconds(5));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(60));
        Assert.Contains(script.Effects, seen => seen.Node == outsider && seen.Effect is NodeEffect.AnswerPeer { Reply: PeerReply.Refused { Error.Reason: Core.Faults.Reason.NotReady } });
        foreach (var node in mini.Nodes.Take(3))
            Maintained.InUse(mini, node, key.Record.KeyId, 0);
        Assert.Empty(outsider.Store.Maintenance);
        Assert.True(mini.IsSound);
    }

    /// <summary>Whatever liars say, to whom and when, and whoever dies meanwhile; the seed chooses.</summary>
    [Theory]
    [InlineData(4, 2, 1, 25)]
    [InlineData(5, 3, 2, 25)]
    public void P10_no_lies_bring_honest_members_to_different_ends(int n, int t, int liars, int seeds)
    {
        HashSet<MaintenanceState> seen = [];
        for (var seed = 0; seed < seeds; seed++)
        {
            using var scene = new Scene(n, t, liars, $"settled: lies {seed}");
            var random = new Random(seed);
            scene.Says = (liar, _) => Lie(scene, liar, random);
            scene.Dies = () => random.Next(6) == 0;
            for (var second = 0; second < 60; second += 4)
            {
                scene.Run(4);
                scene.AssertNotSplit($"seed {seed}");
                scene.StartTheDead();
            }
            scene.Dies = static () => false;
            if (liars > 1)
                continue; // they may keep the others waiting for ever: administrators end it then
            scene.Says = (liar, _) => scene.Abort(liar);
            scene.Run(240);
            var ends = scene.Honest.Select(scene.StateAt).Distinct().ToArray();
            Assert.True(ends.Length == 1 && ends[0] != MaintenanceState.Acknowledged, $"seed {seed}: {string.Join(", ", scene.Honest.Select(node => $"{scene.StateAt(node)} {StandAt(scene, node)}"))}");
            seen.Add(ends[0] == MaintenanceState.Aborted ? MaintenanceState.Aborted : MaintenanceState.Active);
            if (seed % 8 == 0)
                scene.AssertUsable(ends[0] == MaintenanceState.Aborted ? 0u : 1u);
        }
        Assert.True(liars > 1 || seen.Count == 2, "lies of one kind of end only: the test sees half");
    }

    private static MaintenanceAnswer? Lie(Scene scene, SimulatedNode liar, Random random) => random.Next(12) switch
    {
        0 or 1 or 2 or 3 => scene.Abort(liar),
        4 => scene.Abort(liar, AbortKind.Ordered),
        5 => new MaintenanceAnswer.InProgress(),
        6 when liar != scene.Refuser => scene.Acknowledged(liar, DoubtStand.Heard),
        7 when liar != scene.Refuser => scene.Acknowledged(liar, DoubtStand.Doubted),
        8 when liar != scene.Refuser => scene.Acknowledged(liar, DoubtStand.Upheld),
        9 => scene.Acknowledged(liar, null),
        10 => scene.Certificate(),
        _ => liar == scene.Refuser ? scene.Abort(liar) : null,
    };

    private static DoubtStand? StandAt(Scene scene, SimulatedNode node) => node.Store.Maintenance.Single(row => row.Order == scene.Order).Doubt?.Stand;
}
