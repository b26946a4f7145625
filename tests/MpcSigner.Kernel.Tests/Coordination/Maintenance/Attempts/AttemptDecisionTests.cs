using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Kernel.Tests.Coordination.Maintenance.Attempts.AttemptBench;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance.Attempts;

/// <summary>What stands between an order and another one of the same keys: claims, the way back, and whether a generation is in use.</summary>
public sealed class AttemptDecisionTests : IDisposable
{
    private readonly AttemptBench _bench = new();
    private readonly List<Reason?> _ends = [];
    private readonly List<bool> _inUse = [];

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

    /// <summary>Recoveries of a generation are counted apart: neither kind is in the way of the other's refusals.</summary>
    [Fact]
    public void A_refusal_looks_at_attempts_of_its_own_kind_and_at_no_key_that_is_free()
    {
        var claims = new KeyClaims();
        var refused = _bench.Case(attempt: 5);
        Assert.True(claims.TryBeginRefusal(refused));
        claims.EndRefusal(refused);
        var recovery = _bench.Recovery(attempt: 1);
        Assert.True(claims.TryClaim(recovery, out _));
        Assert.True(claims.TryBeginRefusal(refused));
        Assert.False(claims.TryBeginRefusal(_bench.Recovery(attempt: 2)));
        claims.EndRefusal(refused);
        Assert.True(claims.IsClaimed(Key(0x6b)));
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
}
