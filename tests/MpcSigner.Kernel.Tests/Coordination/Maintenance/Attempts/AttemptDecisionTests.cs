using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using Xunit;
using static MpcSigner.Kernel.Tests.Coordination.Maintenance.Attempts.AttemptBench;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance.Attempts;

/// <summary>What stands between an order and another one of the same keys: claims, earlier attempts, the way back, and whether a generation is in use.</summary>
public sealed class AttemptDecisionTests : IDisposable
{
    private readonly AttemptBench _bench = new();
    private readonly List<Reason?> _ends = [];
    private readonly List<bool> _inUse = [];
    private IReadOnlyList<OwnAbort>? _settled;

    public void Dispose() => _bench.Dispose();

    private NodeEffect.CallPeer[] Calls() => [.. _bench.Effects.OfType<NodeEffect.CallPeer>()];

    [Fact]
    public void A_generation_is_in_use_once_as_many_new_parties_as_sign_say_so()
    {
        var order = _bench.Case();
        PeerReply Certified(Digest32? hash = null, Digest32? root = null) =>
            new PeerReply.Maintenance(new MaintenanceAnswer.Certified(_bench.Certificate(order) with { Order = hash ?? order.Hash, RecordsRoot = root ?? Root }, default));
        new InUseCheck(_bench.Rooms, order, Root, _inUse.Add).Begin();
        var effects = _bench.Effects;
        var calls = effects.OfType<NodeEffect.CallPeer>().ToArray();
        Assert.Equal(Enumerable.Range(2, 4).Select(_bench.Nid), calls.Select(call => call.Peer)); // all but ourselves
        Assert.All(calls, call => Assert.Equal(order.Hash, Assert.IsType<PeerCall.AskMaintenance>(call.Body).Hash));
        _bench.Answer(calls[0], Certified());
        _bench.Answer(calls[1], Certified(hash: default(Digest32)));
        _bench.Answer(calls[2], Certified(root: default(Digest32)));
        _bench.Fail(calls[3]);
        Assert.Empty(_inUse);
        var timer = Assert.Single(_bench.Effects.OfType<NodeEffect.StartTimer>());
        Assert.Equal(TimeSpan.FromMilliseconds(250), timer.After);
        _bench.Fire(timer);
        calls = Calls();
        Assert.Equal(Enumerable.Range(3, 3).Select(_bench.Nid), calls.Select(call => call.Peer)); // who has it in use has said so
        _bench.Answer(calls[0], Certified());
        _bench.Answer(calls[1], new PeerReply.Maintenance(new MaintenanceAnswer.InProgress()));
        Assert.Empty(_bench.Effects);
        _bench.Answer(calls[2], Certified()); // three of them, as many as sign
        Assert.Equal([true], _inUse);
        Assert.Empty(_bench.Effects);
    }

    [Fact]
    public void Six_rounds_are_asked_and_nobody_that_has_left()
    {
        var order = _bench.Case();
        _bench.Leave(3, 4);
        new InUseCheck(_bench.Rooms, order, Root, _inUse.Add).Begin();
        for (var round = 1; round <= 6; round++)
        {
            Assert.Empty(_inUse);
            var calls = Calls();
            Assert.Equal([_bench.Nid(2), _bench.Nid(5)], calls.Select(call => call.Peer));
            foreach (var call in calls)
                _bench.Fail(call);
            if (round < 6)
                _bench.Fire(Assert.Single(_bench.Effects.OfType<NodeEffect.StartTimer>()));
        }
        Assert.Equal([false], _inUse);
        _bench.Leave(2, 5);
        _ = _bench.Effects;
        new InUseCheck(_bench.Rooms, order, Root, _inUse.Add).Begin(); // nobody is left to ask
        for (var round = 1; round < 6; round++)
            _bench.Fire(Assert.Single(_bench.Effects.OfType<NodeEffect.StartTimer>()));
        Assert.Equal([false, false], _inUse);
    }

    [Fact]
    public void One_order_a_key_at_a_time_and_a_refusal_beside_a_higher_attempt_only()
    {
        var claims = new KeyClaims();
        var (first, second, other) = (_bench.Case(attempt: 2), _bench.Case(attempt: 3), _bench.Case(key: 0x6c));
        Assert.True(claims.TryClaim(first, out _));
        Assert.False(claims.TryClaim(second, out var busy));
        Assert.Equal(Key(0x6b), busy);
        Assert.True(claims.TryClaim(other, out _));
        claims.Release(second); // which holds nothing
        Assert.Equal((true, true), (claims.IsClaimed(Key(0x6b)), claims.IsClaimed(Key(0x6c))));
        Assert.False(claims.TryBeginRefusal(second)); // a lower attempt's session is at work
        Assert.False(claims.TryBeginRefusal(_bench.Case(attempt: 2)));
        var lower = _bench.Case(attempt: 1);
        Assert.True(claims.TryBeginRefusal(lower));
        Assert.True(claims.TryBeginRefusal(lower));
        claims.Release(first);
        Assert.False(claims.TryClaim(second, out busy)); // two refusals are on their way
        Assert.Equal(Key(0x6b), busy);
        claims.EndRefusal(lower);
        Assert.True(claims.IsClaimed(Key(0x6b)));
        Assert.False(claims.TryBeginDestruction([Key(0x6d), Key(0x6b)]));
        Assert.False(claims.IsClaimed(Key(0x6d))); // all or none
        claims.EndRefusal(lower);
        Assert.False(claims.IsClaimed(Key(0x6b)));
        Assert.True(claims.TryBeginDestruction([Key(0x6d), Key(0x6b)]));
        Assert.False(claims.TryClaim(second, out _));
        Assert.False(claims.TryBeginDestruction([Key(0x6d)]));
        claims.EndDestruction([Key(0x6d), Key(0x6b)]);
        Assert.True(claims.TryClaim(second, out _));
        Assert.True(claims.TryBeginDestruction([Key(0x6d)]));
    }

    private static KeyRow Row(uint generation, KeyState state) => new(
        new(Suite.FrostEd25519, Key(0x6b), generation, 3, [], default, default), default, default, 0, default, "", default, state, 1, default, default, default);

    /// <summary>What a roll-back of generation 5 is told where these rows are on the disk; null once it is durable.</summary>
    private Reason? RollBack(params (uint Generation, KeyState State)[] rows)
    {
        using var bench = new AttemptBench();
        var order = bench.Take(bench.Case(generation: 4), MaintenanceState.Active);
        _ = bench.Effects;
        _ends.Clear();
        OrderedRollBack.Begin(bench.Rooms, bench.Book, order, error => _ends.Add(error?.Reason));
        Assert.True(bench.Book.Claims.IsClaimed(Key(0x6b)));
        var read = Assert.Single(bench.Effects.OfType<NodeEffect.Read>());
        bench.Context.Take<Waiter.ForRead>(read.Token)!.Done([new StoreAnswer.Generations([.. rows.Select(row => Row(row.Generation, row.State))])]);
        if (_ends.Count == 0)
        {
            var commit = bench.Commit();
            Assert.Single(commit.Writes.OfType<StoreWrite.RollBackMaintenance>());
            bench.MakeDurable(commit);
            Assert.Equal(MaintenancePhase.Aborted, order.Phase);
        }
        Assert.False(bench.Book.Claims.IsClaimed(Key(0x6b)));
        return Assert.Single(_ends);
    }

    [Fact]
    public void Back_goes_what_is_newest_and_has_its_former_generation_still()
    {
        Assert.Null(RollBack((4, KeyState.Retired), (5, KeyState.Active)));
        Assert.Null(RollBack((3, KeyState.Erased), (4, KeyState.Retired), (5, KeyState.Active), (6, KeyState.Erased)));
        Assert.Equal(Reason.BadOrder, RollBack((4, KeyState.Retired), (5, KeyState.Active), (6, KeyState.Pending)));
        Assert.Equal(Reason.BadOrder, RollBack((4, KeyState.Retired), (5, KeyState.Retired), (6, KeyState.Active)));
        Assert.Equal(Reason.AlreadyEnded, RollBack((4, KeyState.Erased), (5, KeyState.Active)));
        Assert.Null(RollBack((4, KeyState.Erased), (5, KeyState.Destroyed))); // its rows say so, and nothing comes back
        Assert.Null(RollBack((5, KeyState.Active)));
    }

    [Fact]
    public void The_way_back_is_closed_beside_another_order_and_where_the_store_is_silent()
    {
        var made = _bench.Case(generation: 4);
        var order = _bench.Take(made, MaintenanceState.Active);
        _ = _bench.Effects;
        void Begin() => OrderedRollBack.Begin(_bench.Rooms, _bench.Book, order, error => _ends.Add(error?.Reason));
        Waiter.ForRead Read() =>
            _bench.Context.Take<Waiter.ForRead>(Assert.Single(_bench.Effects.OfType<NodeEffect.Read>()).Token)!;
        StoreAnswer[] rows = [new StoreAnswer.Generations([Row(4, KeyState.Retired), Row(5, KeyState.Active)])];
        var holder = _bench.Case(attempt: 7, generation: 4);
        Assert.True(_bench.Book.Claims.TryClaim(holder, out _));
        Begin();
        Assert.Equal([Reason.KeyBusy], _ends);
        Assert.True(_bench.Book.Claims.IsClaimed(Key(0x6b))); // still the other's
        _bench.Book.Claims.Release(holder);

        Begin();
        Read().Failed("broken");
        Assert.Equal(Reason.StorageUnavailable, _ends[^1]);
        Begin();
        var read = Read();
        _bench.Pending(_bench.Case(attempt: 1, generation: 5)); // its rows may be on their way to the disk
        _ = _bench.Effects;
        read.Done(rows);
        Assert.Equal(Reason.BadOrder, _ends[^1]);
        _bench.Book.Remove(_bench.Book.Pending(Key(0x6b))!);
        Begin();
        read = Read();
        order.Ends.Erase();
        read.Done(rows);
        Assert.Equal(Reason.KeyBusy, _ends[^1]);
        Assert.False(_bench.Book.Claims.IsClaimed(Key(0x6b)));
    }

    private void Settle(MaintenanceCase later, params AttemptRow[] earlier)
    {
        _settled = null;
        _ends.Clear();
        new EarlierAttempts(_bench.Rooms, _bench.Book, later, earlier, aborts => _settled = aborts, error => _ends.Add(error.Reason)).Begin();
    }

    private static AttemptRow Attempt(Digest32 order, MaintenanceState state, AbortKind kind = AbortKind.NeverAcknowledged) => new(order, 3, 1, state, (byte)kind, default);

    private AttemptRow Of(MaintenanceOrder order) => Attempt(order.Hash, MaintenanceState.Acknowledged);

    private static Digest32 Order(int number) => new([.. BitConverter.GetBytes(number), .. new byte[28]]);

    [Fact]
    public void Earlier_attempts_that_are_over_are_named_with_this_nodes_ABORT_of_each()
    {
        var later = _bench.Case(attempt: 9);
        Settle(later);
        Assert.Empty(_settled!);
        Settle(later, Attempt(Order(1), MaintenanceState.Aborted), Attempt(Order(2), MaintenanceState.Aborted, AbortKind.Ordered));
        Assert.Equal([(Order(1), AbortKind.NeverAcknowledged), (Order(2), AbortKind.Ordered)], _settled!.Select(abort => (abort.Order, abort.Kind)));
        Assert.All(_settled!, abort => Assert.True(MaintenanceAnswers.IsAbort(_bench.Context, _bench.Context.Self, abort.Order, abort.Kind, abort.Signature)));
        foreach (var (state, reason) in new[]
                 {
                     (MaintenanceState.Begun, Reason.KeyBusy), (MaintenanceState.Acknowledged, Reason.KeyBusy),
                     (MaintenanceState.Active, Reason.WrongGeneration), (MaintenanceState.Done, Reason.WrongGeneration),
                 })
        {
            Settle(later, Attempt(Order(1), MaintenanceState.Aborted), Attempt(Order(2), state));
            Assert.Null(_settled);
            Assert.Equal([reason], _ends);
        }
    }

    /// <summary>READY holds so many. What was never acknowledged needs no naming; the first of those give way.</summary>
    [Fact]
    public void Of_too_many_attempts_the_last_are_named_and_too_many_acknowledged_ones_are_refused()
    {
        var later = _bench.Case(attempt: 9);
        AttemptRow[] never = [.. Enumerable.Range(0, ReadyMessage.MaxAborts).Select(i => Attempt(Order(i), MaintenanceState.Aborted))];
        Settle(later, never);
        Assert.Equal(ReadyMessage.MaxAborts, _settled!.Count);
        var acknowledged = Attempt(Order(-1), MaintenanceState.Aborted, AbortKind.Ordered);
        Settle(later, [acknowledged, .. never, acknowledged]);
        Assert.Equal([Order(-1), .. Enumerable.Range(2, ReadyMessage.MaxAborts - 2).Select(Order), Order(-1)], _settled!.Select(abort => abort.Order));
        Settle(later, [.. Enumerable.Repeat(acknowledged, ReadyMessage.MaxAborts)]);
        Assert.Equal(ReadyMessage.MaxAborts, _settled!.Count);
        Settle(later, [.. Enumerable.Repeat(acknowledged, ReadyMessage.MaxAborts + 1)]);
        Assert.Equal((null, Reason.BadOrder), (_settled, Assert.Single(_ends)));
    }

    /// <summary>All others are asked for a certificate first; then this node signs that it never activates the attempt.</summary>
    [Fact]
    public void A_pending_attempt_is_abandoned_when_nobody_shows_its_certificate()
    {
        var open = _bench.Pending(_bench.Case());
        _ = _bench.Effects;
        Settle(_bench.Case(attempt: 2), Of(open));
        Assert.Null(_settled);
        foreach (var call in Calls())
            _bench.Fail(call);
        var commit = _bench.Commit();
        Assert.Equal((byte)AbortKind.Ordered, Assert.Single(commit.Writes.OfType<StoreWrite.AbortMaintenance>()).Kind);
        Assert.Null(_settled);
        _bench.MakeDurable(commit);
        Assert.Equal([(open.Hash, AbortKind.Ordered)], _settled!.Select(abort => (abort.Order, abort.Kind)));
        Assert.Empty(_ends);
    }

    [Fact]
    public void A_pending_attempt_that_is_certified_after_all_ends_the_later_order()
    {
        var open = _bench.Pending(_bench.Case());
        _ = _bench.Effects;
        Settle(_bench.Case(attempt: 2), Of(open));
        var calls = Calls();
        _bench.Answer(calls[0], new PeerReply.Maintenance(new MaintenanceAnswer.Certified(_bench.Certificate(open.Case), default)));
        Assert.Equal(MaintenancePhase.Activating, open.Phase);
        foreach (var call in calls[1..])
            _bench.Fail(call);
        Assert.Empty(_ends); // on its way
        var read = Assert.Single(_bench.Effects.OfType<NodeEffect.Read>());
        _bench.Context.Take<Waiter.ForRead>(read.Token)!.Done([new StoreAnswer.OrderKeys([Row(1, KeyState.Pending)])]);
        _bench.MakeDurable(_bench.Commit());
        Assert.Equal((MaintenancePhase.Active, Reason.WrongGeneration), (open.Phase, Assert.Single(_ends)));
        Assert.Null(_settled);
    }

    [Fact]
    public void An_attempt_in_a_session_or_upheld_is_busy_and_a_schedule_abandons_nothing()
    {
        var open = _bench.Pending(_bench.Case());
        open.HasSession = true;
        Settle(_bench.Case(attempt: 2), Of(open));
        Assert.Equal([Reason.KeyBusy], _ends);
        open.HasSession = false;
        var later = _bench.Case(attempt: 2);
        Assert.True(MaintenanceCase.TryCreate(_bench.Context, later.Order with { Signed = later.Order.Signed with { Signatures = [] } }, begins: true, out var scheduled, out _));
        Settle(scheduled, Of(open));
        Assert.Equal([Reason.KeyPending], _ends);
        var upheld = _bench.Pending(_bench.Case(key: 0x6c), new(DoubtStand.Upheld, Pid(2), default));
        Settle(later, Of(upheld));
        Assert.Equal([Reason.KeyBusy], _ends);
        Settle(later, Of(_bench.Take(_bench.Case(key: 0x6d), MaintenanceState.Active)));
        Assert.Equal([Reason.WrongGeneration], _ends);
        var beginning = _bench.Book.Begin(_bench.Case(key: 0x6e));
        Settle(later, Of(beginning));
        Assert.Equal([Reason.KeyBusy], _ends);
    }

    /// <summary>Members settle an attempt that one of them refuses; for eight looks of half a second the later order waits for them.</summary>
    [Fact]
    public void A_refused_attempt_is_given_its_time_before_it_is_abandoned()
    {
        var made = _bench.Case();
        var open = _bench.Pending(made, new(DoubtStand.Heard, Pid(2), _bench.Abort(made, 2)));
        _ = _bench.Effects;
        Settle(_bench.Case(attempt: 2), Of(open));
        for (var look = 1; look < 8; look++)
        {
            foreach (var call in Calls())
                _bench.Fail(call);
            Assert.Equal(MaintenancePhase.Acknowledged, open.Phase);
            _bench.Fire(Assert.Single(_bench.Effects.OfType<NodeEffect.StartTimer>(), timer => timer.After == TimeSpan.FromMilliseconds(500)));
        }
        foreach (var call in Calls())
            _bench.Fail(call);
        Assert.Equal(MaintenancePhase.Aborting, open.Phase);
        _bench.MakeDurable(_bench.Commit());
        Assert.Equal([open.Hash], _settled!.Select(abort => abort.Order));
    }

    [Fact]
    public void An_order_that_has_gone_away_meanwhile_abandons_nothing()
    {
        var made = _bench.Case();
        var open = _bench.Pending(made);
        _ = _bench.Effects;
        var attempts = new EarlierAttempts(_bench.Rooms, _bench.Book, _bench.Case(attempt: 2), [Of(open)], aborts => _settled = aborts, error => _ends.Add(error.Reason));
        attempts.Begin();
        attempts.Dispose();
        foreach (var call in Calls())
            _bench.Fail(call);
        Assert.Equal((MaintenancePhase.Acknowledged, null, 0), (open.Phase, _settled, _ends.Count));
        Assert.DoesNotContain(_bench.Effects, effect => effect is NodeEffect.Commit);
    }
}
