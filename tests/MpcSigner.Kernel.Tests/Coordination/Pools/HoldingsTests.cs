using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pools;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Pools;

/// <summary>What waits here for peers: how much of it, for whom, for how long, and what a late question hears.</summary>
public sealed class HoldingsTests
{
    private static readonly PoolSettings Small = new() { MaxHeld = 20, MaxHeldPerPeer = 100, MaxLotsPerPeer = 3, MaxMakingPerPeer = 2 };

    private static void AssertOverloaded(ServiceError? error) => Assert.Equal(Reason.Overloaded, error?.Reason);

    /// <summary>The question of a process of a peer, about the lot of a session.</summary>
    private static PeerCall.PartialSign Question(HeldBench bench, SessionId session, byte coordinator = 1, InstanceId? signer = null)
    {
        var envelope = new byte[EnvelopeHeader.Size];
        new EnvelopeHeader(MessageType.FrostRequest, 0, Suite.FrostEd25519, session, 1, 2, 0).Write(envelope);
        return new(null!, default, default, default, HeldBench.Instance(coordinator), signer ?? bench.Context.Setup.Instance, envelope);
    }

    private static MaterialRefusal Refused(HeldBench bench, NodeId peer, PeerCall.PartialSign call)
    {
        Assert.False(bench.Holdings.TryFind(peer, call, out var lot, out var refusal));
        Assert.Null(lot);
        return refusal;
    }

    private static void Fire(HeldBench bench, NodeEffect.StartTimer timer) => bench.Context.Take<Waiter.ForTimer>(timer.Token)!.Fired();

    [Fact]
    public void The_room_is_parted_evenly_and_what_is_made_ahead_stays_within_it()
    {
        using var bench = new HeldBench(Small);
        var (one, two) = (bench.Peers[0], bench.Peers[1]);
        foreach (var inLine in new[] { true, false })
        {
            Assert.Null(bench.Holdings.Judge(one, 10, inLine)); // 20 for two peers
            AssertOverloaded(bench.Holdings.Judge(one, 11, inLine));
        }
        bench.Add(HeldBench.Terms(one), 6);
        Assert.Null(bench.Holdings.Judge(one, 4, inLine: false));
        AssertOverloaded(bench.Holdings.Judge(one, 5, inLine: false));
        Assert.Null(bench.Holdings.Judge(one, 5, inLine: true));
        Assert.Null(bench.Holdings.Judge(two, 10, inLine: false));
        bench.Add(HeldBench.Terms(one), 1);
        Assert.Null(bench.Holdings.Judge(one, 1, inLine: false));
        bench.Add(HeldBench.Terms(one), 1);
        AssertOverloaded(bench.Holdings.Judge(one, 1, inLine: false)); // a third lot is the last
        Assert.Null(bench.Holdings.Judge(one, 1, inLine: true));
        using var wide = new HeldBench(Small with { MaxHeldPerPeer = 4 });
        Assert.Null(wide.Holdings.Judge(one, 4, inLine: true));
        AssertOverloaded(wide.Holdings.Judge(one, 5, inLine: true));
    }

    [Fact]
    public void A_peer_has_so_many_sessions_under_way_and_no_more()
    {
        using var bench = new HeldBench(Small);
        var (one, two) = (bench.Peers[0], bench.Peers[1]);
        Assert.True(bench.Holdings.TryBeginMaking(one));
        Assert.True(bench.Holdings.TryBeginMaking(one));
        Assert.False(bench.Holdings.TryBeginMaking(one));
        Assert.True(bench.Holdings.TryBeginMaking(two));
        bench.Holdings.EndMaking(one);
        Assert.True(bench.Holdings.TryBeginMaking(one));
        Assert.False(bench.Holdings.TryBeginMaking(one));
    }

    [Fact]
    public void What_is_used_up_makes_room_first_then_the_oldest_and_the_newest_stays()
    {
        using var bench = new HeldBench(Small);
        var (one, two) = (bench.Peers[0], bench.Peers[1]);
        var others = bench.Add(HeldBench.Terms(two), 9);
        var oldest = bench.Add(HeldBench.Terms(one, key: 1), 3);
        bench.Step(TimeSpan.FromTicks(1));
        var used = bench.Add(HeldBench.Terms(one, key: 2), 1);
        bench.Step(TimeSpan.FromTicks(1));
        var middle = bench.Add(HeldBench.Terms(one, key: 3), 3);
        bench.Holdings.Take(used, HeldBench.Digest(13)).Dispose();
        Assert.Equal(15, bench.Held);

        bench.Step(TimeSpan.FromTicks(1));
        var fourth = bench.Add(HeldBench.Terms(one, key: 4), 3); // a lot too many, 9 of 10 pieces
        Assert.Empty(bench.Dropped); // nobody hears of lots that have served
        Assert.Equal((true, false, false), (used.IsDisposed, oldest.IsDisposed, middle.IsDisposed));
        Assert.Equal(MaterialRefusal.Spent, Late(used));

        bench.Step(TimeSpan.FromTicks(1));
        var fifth = bench.Add(HeldBench.Terms(one, key: 5), 4); // its room to the last piece, and a lot too many
        Assert.Equal([(HeldBench.Key(1), true, 3, MaterialEnd.Displaced)], bench.Dropped);
        Assert.Equal(MaterialRefusal.Dropped, Late(oldest));
        Assert.Equal(9 + 3 + 3 + 4, bench.Held);

        bench.Step(TimeSpan.FromTicks(1));
        var sixth = bench.Add(HeldBench.Terms(one, key: 6), 10); // fills its room alone
        Assert.Equal([(HeldBench.Key(3), true, 3, MaterialEnd.Displaced), (HeldBench.Key(4), true, 3, MaterialEnd.Displaced), (HeldBench.Key(5), true, 4, MaterialEnd.Displaced)], bench.Dropped);
        Assert.Equal(9 + 10, bench.Held);
        Assert.All([fourth, fifth], lot => Assert.True(lot.IsDisposed));

        bench.Step(TimeSpan.FromTicks(1));
        var large = bench.Add(HeldBench.Terms(one, key: 7), 11); // more than its room: what came last stays whatever it is
        Assert.Equal([(HeldBench.Key(6), true, 10, MaterialEnd.Displaced)], bench.Dropped);
        Assert.Equal((true, false, false), (sixth.IsDisposed, large.IsDisposed, others.IsDisposed));

        MaterialRefusal Late(HeldLot lot)
        {
            bench.Rooms.Peers.Admit(one, HeldBench.Instance(1), 1);
            return Refused(bench, one, Question(bench, lot.Channel.Session));
        }
    }

    [Fact]
    public void Sweeps_what_is_over_and_waits_for_answers_on_their_way()
    {
        using var bench = new HeldBench();
        var (one, step) = (bench.Peers[0], bench.Context.Settings.Pools.TendInterval);
        var kept = bench.Add(HeldBench.Terms(one, key: 1), 2);
        var timer = Assert.Single(bench.Effects.OfType<NodeEffect.StartTimer>());
        Assert.Equal(step, timer.After);
        var used = bench.Add(HeldBench.Terms(one, key: 2), 1);
        Assert.Empty(bench.Effects.OfType<NodeEffect.StartTimer>()); // one timer for all
        used.Answering(begins: true);
        bench.Holdings.Take(used, HeldBench.Digest(3)).Dispose();
        kept.Answering(begins: true);

        bench.Step(HeldBench.Life);
        Fire(bench, timer);
        Assert.Equal((false, false), (kept.IsDisposed, used.IsDisposed));
        timer = Assert.Single(bench.Effects.OfType<NodeEffect.StartTimer>());
        used.Answering(begins: false);
        bench.Step(step);
        Fire(bench, timer);
        Assert.Equal((false, true), (kept.IsDisposed, used.IsDisposed));
        timer = Assert.Single(bench.Effects.OfType<NodeEffect.StartTimer>());
        kept.Answering(begins: false);
        bench.Step(step);
        Fire(bench, timer);
        Assert.Equal([(HeldBench.Key(1), true, 2, MaterialEnd.Expired)], bench.Dropped);
        Assert.Equal((true, 0), (kept.IsDisposed, bench.Held));
        Assert.Equal((2L, 0L), (bench.Rooms.Counters.Status.Expired, bench.Rooms.Counters.Status.Dropped));
        bench.Step(step);
        bench.Rooms.Peers.Admit(one, HeldBench.Instance(1), 1);
        Assert.Equal((MaterialRefusal.Expired, MaterialRefusal.Spent), (Refused(bench, one, Question(bench, kept.Channel.Session)), Refused(bench, one, Question(bench, used.Channel.Session))));
        Assert.Empty(bench.Effects.OfType<NodeEffect.StartTimer>()); // nothing is left to look after
        bench.Add(HeldBench.Terms(one), 1);
        Assert.Single(bench.Effects.OfType<NodeEffect.StartTimer>());
    }

    [Fact]
    public void A_lot_answers_its_own_initiators_process_and_nobody_else()
    {
        using var bench = new HeldBench();
        var (one, two) = (bench.Peers[0], bench.Peers[1]);
        var lot = bench.Add(HeldBench.Terms(one), 1);
        var session = lot.Channel.Session;
        Assert.Equal(MaterialRefusal.OtherInstance, Refused(bench, one, Question(bench, session))); // no process of it is known
        bench.Rooms.Peers.Admit(one, HeldBench.Instance(1), 1);
        bench.Rooms.Peers.Admit(two, HeldBench.Instance(1), 1);
        Assert.True(bench.Holdings.TryFind(one, Question(bench, session), out var found, out _));
        Assert.Same(lot, found);
        Assert.Equal(MaterialRefusal.OtherInstance, Refused(bench, one, Question(bench, session, coordinator: 2)));
        Assert.Equal(MaterialRefusal.OtherInstance, Refused(bench, one, Question(bench, session, signer: HeldBench.Instance(9))));
        Assert.Equal(MaterialRefusal.OtherInstance, Refused(bench, bench.Context.Self, Question(bench, session)));
        Assert.Equal(MaterialRefusal.OtherInitiator, Refused(bench, two, Question(bench, session)));
        Assert.Equal(MaterialRefusal.Unknown, Refused(bench, one, Question(bench, new(HeldBench.Digest(7).Value))));
        Assert.Equal(MaterialRefusal.Unknown, Refused(bench, one, Question(bench, session) with { Envelope = new byte[EnvelopeHeader.Size] }));

        var older = bench.Add(HeldBench.Terms(two) with { InitiatorInstance = HeldBench.Instance(8) }, 1);
        Assert.Equal(MaterialRefusal.OtherInstance, Refused(bench, two, Question(bench, older.Channel.Session)));
        bench.Holdings.Drop(lot, MaterialEnd.Used);
        Assert.Equal(MaterialRefusal.Spent, Refused(bench, one, Question(bench, session)));
        Assert.Equal(MaterialRefusal.OtherInitiator, Refused(bench, two, Question(bench, session)));
    }

    /// <summary>The coordinator names what it still counts on: the rest of that key and quorum goes, and nothing of another's.</summary>
    [Fact]
    public void Retires_what_its_initiator_counts_on_no_more()
    {
        using var bench = new HeldBench();
        var (one, two) = (bench.Peers[0], bench.Peers[1]);
        var kept = bench.Add(HeldBench.Terms(one), 1);
        var otherKey = bench.Add(HeldBench.Terms(one, record: 2), 1);
        var otherQuorum = bench.Add(HeldBench.Terms(one, other: 3), 1);
        var others = bench.Add(HeldBench.Terms(two), 1);
        var gone = bench.Add(HeldBench.Terms(one), 2);
        bench.Holdings.Retire(one, HeldBench.Digest(1), [new(1), new(2)], [kept.Channel.Session]);
        Assert.Equal([(HeldBench.Key(1), true, 2, MaterialEnd.Retired)], bench.Dropped);
        Assert.True(gone.IsDisposed);
        Assert.All([kept, otherKey, otherQuorum, others], lot => Assert.False(lot.IsDisposed));
        Assert.Equal(4, bench.Held);
    }

    [Fact]
    public void Drops_what_a_change_makes_useless_and_keeps_the_rest()
    {
        using var bench = new HeldBench();
        var (one, two) = (bench.Peers[0], bench.Peers[1]);
        bench.Add(HeldBench.Terms(one, key: 1), 1);
        bench.Add(HeldBench.Terms(two, key: 1), 2);
        bench.Add(HeldBench.Terms(one, key: 2), 3);
        bench.Add(HeldBench.Terms(two, key: 3), 4);
        bench.Holdings.KeysChanged(new HashSet<KeyId> { HeldBench.Key(1), HeldBench.Key(9) });
        Assert.Equal([(HeldBench.Key(1), true, 1, MaterialEnd.KeyChanged), (HeldBench.Key(1), true, 2, MaterialEnd.KeyChanged)], bench.Dropped.OrderBy(end => end.Count));
        bench.Holdings.PeerRenewed(one);
        Assert.Equal([(HeldBench.Key(2), true, 3, MaterialEnd.OtherInstance)], bench.Dropped);
        bench.Add(HeldBench.Terms(one, key: 5), 5);
        bench.Holdings.PeerLeft(two);
        Assert.Equal([(HeldBench.Key(3), true, 4, MaterialEnd.NodeLeft)], bench.Dropped);
        bench.Holdings.DropAll(MaterialEnd.ClockJumped);
        Assert.Equal([(HeldBench.Key(5), true, 5, MaterialEnd.ClockJumped)], bench.Dropped);
        Assert.Equal(0, bench.Held);
    }

    [Fact]
    public void A_lot_goes_once_and_a_machine_that_stops_wipes_all()
    {
        var bench = new HeldBench();
        var lot = bench.Add(HeldBench.Terms(bench.Peers[0]), 2);
        bench.Holdings.Drop(lot, MaterialEnd.InDoubt);
        bench.Holdings.Drop(lot, MaterialEnd.Expired);
        Assert.Equal([(HeldBench.Key(1), true, 2, MaterialEnd.InDoubt)], bench.Dropped);
        Assert.Equal(0, bench.Held);
        bench.Rooms.Peers.Admit(bench.Peers[0], HeldBench.Instance(1), 1);
        Assert.Equal(MaterialRefusal.Dropped, Refused(bench, bench.Peers[0], Question(bench, lot.Channel.Session))); // what ended it first
        var left = bench.Add(HeldBench.Terms(bench.Peers[0]), 1);
        bench.Holdings.Dispose();
        Assert.True(left.IsDisposed);
        bench.Dispose();
    }

    [Fact]
    public void Remembers_so_many_ends_and_forgets_the_first_first()
    {
        using var bench = new HeldBench();
        var channel = bench.Channel();
        var peer = bench.Peers[0];
        bench.Rooms.Peers.Admit(peer, HeldBench.Instance(1), 1);
        var first = bench.Add(HeldBench.Terms(peer), 1);
        var second = bench.Add(HeldBench.Terms(peer), 1);
        bench.Holdings.Drop(first, MaterialEnd.Retired);
        bench.Holdings.Drop(second, MaterialEnd.Retired);
        for (var i = 2; i < Holdings.MaxRemembered; i++)
            End(i);
        Assert.Equal(MaterialRefusal.Dropped, Refused(bench, peer, Question(bench, first.Channel.Session)));
        End(Holdings.MaxRemembered);
        Assert.Equal(MaterialRefusal.Unknown, Refused(bench, peer, Question(bench, first.Channel.Session)));
        Assert.Equal(MaterialRefusal.Dropped, Refused(bench, peer, Question(bench, second.Channel.Session)));

        // Each of a node of its own: sessions cost more than names.
        void End(int i)
        {
            var lot = bench.Lot(HeldBench.Terms(new(new Digest32([.. BitConverter.GetBytes(i), .. new byte[28]]).Value)), 0, channel);
            bench.Holdings.Add(lot);
            bench.Holdings.Drop(lot, MaterialEnd.Used);
        }
    }

    [Fact]
    public void Every_end_of_material_has_its_refusal()
    {
        Assert.Equal(
            [
                MaterialRefusal.Expired, MaterialRefusal.OtherInstance, MaterialRefusal.Dropped, MaterialRefusal.Dropped, MaterialRefusal.Dropped,
                MaterialRefusal.Dropped, MaterialRefusal.OtherKey, MaterialRefusal.Dropped, MaterialRefusal.Spent, MaterialRefusal.Dropped,
            ],
            Enum.GetValues<MaterialEnd>().Select(MaterialRefusals.Because));
        var errors = Enum.GetValues<MaterialRefusal>().Select(refusal => refusal.ToError()).ToArray();
        Assert.All(errors, error => Assert.Equal(Reason.MaterialRefused, error.Reason));
        Assert.Equal(errors.Length, errors.Select(error => error.Message).Distinct().Count());
    }
}
