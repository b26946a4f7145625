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

/// <summary>What an order does about the earlier attempts at the generation that it makes: this node's ABORT of each, durably, or a refusal of the order.</summary>
public sealed class EarlierAttemptTests : IDisposable
{
    private readonly AttemptBench _bench = new();
    private readonly List<Reason?> _ends = [];
    private IReadOnlyList<OwnAbort>? _settled;

    public void Dispose() => _bench.Dispose();

    private NodeEffect.CallPeer[] Calls() => [.. _bench.Effects.OfType<NodeEffect.CallPeer>()];

    private static KeyRow Row(uint generation, KeyState state) => new(
        new(Suite.FrostEd25519, Key(0x6b), generation, 3, [], default, default), default, default, 0, default, "", default, state, 1, default, default, default);

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

    /// <summary>Asked for its certificate it turns out to be in use at a member: from then on it is the members' to bring to its end.</summary>
    [Fact]
    public void An_attempt_that_is_upheld_meanwhile_is_not_abandoned()
    {
        var made = _bench.Case();
        var open = _bench.Pending(made, new(DoubtStand.Doubted, Pid(2), _bench.Abort(made, 2)));
        _ = _bench.Effects;
        Settle(_bench.Case(attempt: 2), Of(open));
        var calls = Calls();
        _bench.Answer(Assert.Single(calls, call => call.Peer == _bench.Nid(3)), new PeerReply.Maintenance(new MaintenanceAnswer.Certified(_bench.Certificate(made), default)));
        foreach (var call in calls.Where(call => call.Peer != _bench.Nid(3)))
            _bench.Fail(call);
        Assert.Empty(_ends); // its stand is on the way to the disk
        _bench.MakeDurable(_bench.Commit());
        Assert.True(open.Settlement.IsUpheld);
        Assert.Equal([Reason.KeyBusy], _ends);
        Assert.Equal((MaintenancePhase.Acknowledged, null), (open.Phase, _settled));
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
