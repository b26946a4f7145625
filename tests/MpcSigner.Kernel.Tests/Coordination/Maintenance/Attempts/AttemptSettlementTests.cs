using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using Xunit;
using static MpcSigner.Kernel.Tests.Coordination.Maintenance.Attempts.AttemptBench;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance.Attempts;

/// <summary>Spec §10 "Attempts": every word of the other members, and what it leads to, at party 1 of five. Party 2 refuses.</summary>
public sealed class AttemptSettlementTests : IDisposable
{
    private readonly AttemptBench _bench = new();
    private readonly MaintenanceCase _case;

    public AttemptSettlementTests() => _case = _bench.Case();

    public void Dispose() => _bench.Dispose();

    private AttemptDoubt By(int party, DoubtStand stand = DoubtStand.Heard) => new(stand, Pid(party), _bench.Abort(_case, party));

    /// <summary>The order as it is PENDING here, in doubt where a test says so.</summary>
    private MaintenanceOrder Pending(AttemptDoubt? doubt = null)
    {
        var order = _bench.Pending(_case, doubt);
        _ = _bench.Effects;
        return order;
    }

    private MaintenanceAnswer Says(DoubtStand? stand) => new MaintenanceAnswer.Acknowledged(Echo, Root, default, stand is { } known ? By(2, known) : null);

    private MaintenanceAnswer Aborted(int party, AbortKind kind) => new MaintenanceAnswer.Aborted((byte)kind, _bench.Abort(_case, party, kind));

    private void Hear(MaintenanceOrder order, params (int Party, DoubtStand? Stand)[] words)
    {
        foreach (var (party, stand) in words)
            order.Settlement.Hear(Pid(party), Says(stand));
    }

    private bool IsStill => !_bench.Effects.Any(effect => effect is NodeEffect.Commit or NodeEffect.Read);

    /// <summary>The next stand is on its way to the disk and shows only then.</summary>
    private void AssertStands(MaintenanceOrder order, DoubtStand before, DoubtStand after)
    {
        var commit = _bench.Commit();
        var write = Assert.IsType<StoreWrite.DoubtMaintenance>(Assert.Single(commit.Writes));
        Assert.Equal((_case.Hash, after), (write.Order, write.Doubt.Stand));
        Assert.Equal(before, order.Settlement.Doubt?.Stand);
        _bench.MakeDurable(commit);
        Assert.Equal(after, order.Settlement.Doubt?.Stand);
    }

    private void AssertAborts(MaintenanceOrder order)
    {
        Assert.Equal(MaintenancePhase.Aborting, order.Phase);
        var commit = _bench.Commit();
        Assert.Equal((byte)AbortKind.Ordered, Assert.Single(commit.Writes.OfType<StoreWrite.AbortMaintenance>()).Kind);
        _bench.MakeDurable(commit);
        Assert.Equal((MaintenancePhase.Aborted, AbortKind.Ordered), (order.Phase, order.AbortKind));
    }

    [Fact]
    public void Where_nobody_refused_a_certificate_is_enough()
    {
        var order = Pending();
        Hear(order, (2, null), (3, null));
        Assert.True(order.Settlement.MayActivate);
        Assert.True(order.AddCertificate(_bench.Certificate(_case)));
        Assert.Equal(MaintenancePhase.Activating, order.Phase);
        Assert.Null(order.Settlement.Doubt);
    }

    [Fact]
    public void A_refusal_is_heard_by_its_members_own_signature_of_kind_0_and_by_nothing_else()
    {
        var order = Pending();
        var settlement = order.Settlement;
        settlement.Hear(Pid(2), new MaintenanceAnswer.Aborted(0, _bench.Abort(_case, 3)));
        settlement.Hear(Pid(2), new MaintenanceAnswer.Aborted(0, new byte[64]));
        settlement.Hear(Pid(2), Aborted(2, AbortKind.Ordered));
        settlement.Hear(Pid(3), new MaintenanceAnswer.Acknowledged(Echo, Root, default, new(DoubtStand.Heard, Pid(2), _bench.Abort(_case, 3))));
        settlement.Hear(Pid(3), new MaintenanceAnswer.Acknowledged(Echo, Root, default, By(1))); // we know better
        settlement.Hear(Pid(3), new MaintenanceAnswer.Acknowledged(Echo, Root, default, new(DoubtStand.Doubted, Pid(6), _bench.Abort(_case, 6)))); // no member
        Assert.Null(settlement.Doubt);
        Assert.False(order.IsRefused);
        Assert.True(IsStill);
        settlement.Hear(Pid(3), Says(DoubtStand.Doubted));
        Assert.Equal((DoubtStand.Heard, Pid(2)), (settlement.Doubt?.Stand, settlement.Doubt?.RefusedBy));
        Assert.True(order.IsRefused);
        Assert.Equal(settlement.Doubt, Assert.IsType<MaintenanceAnswer.Acknowledged>(order.Answer()).Doubt);
        settlement.Hear(Pid(4), Aborted(4, AbortKind.NeverAcknowledged));
        Assert.Equal(Pid(2), settlement.Doubt?.RefusedBy); // the first stays
        Assert.True(settlement.MayActivate); // what was only heard of binds nobody
        order.AddCertificate(_bench.Certificate(_case));
        Assert.Equal(MaintenancePhase.Activating, order.Phase);
    }

    [Fact]
    public void A_refusal_from_its_member_itself_is_heard_too()
    {
        var order = Pending();
        order.Settlement.Hear(Pid(2), Aborted(2, AbortKind.NeverAcknowledged));
        Assert.Equal((DoubtStand.Heard, Pid(2)), (order.Settlement.Doubt?.Stand, order.Settlement.Doubt?.RefusedBy));
        // The others are soon told: in the shortest interval.
        Assert.Contains(_bench.Effects.OfType<NodeEffect.StartTimer>(), timer => timer.After == _bench.Context.Settings.Maintenance.Poll);
    }

    [Fact]
    public void Doubts_once_all_others_have_heard_of_it_and_not_before()
    {
        var order = Pending(By(2));
        Hear(order, (3, DoubtStand.Heard), (4, DoubtStand.Doubted));
        Assert.True(IsStill);
        foreach (var stand in new DoubtStand?[] { null, DoubtStand.Upheld })
        {
            Hear(order, (5, stand));
            Assert.True(IsStill);
        }
        order.Settlement.HearInUse(Pid(5));
        Assert.True(IsStill);
        order.Settlement.Hear(Pid(4), new MaintenanceAnswer.InProgress()); // its word of before counts no more
        order.Settlement.Hear(Pid(5), Aborted(5, AbortKind.Ordered));
        Assert.True(IsStill);
        Hear(order, (4, DoubtStand.Heard));
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
        Assert.False(order.Settlement.MayActivate);
        order.AddCertificate(_bench.Certificate(_case));
        Assert.Equal(MaintenancePhase.Acknowledged, order.Phase);
        Assert.True(IsStill);
    }

    [Fact]
    public void Whoever_is_silent_has_said_nothing()
    {
        var order = Pending(By(2));
        Hear(order, (3, DoubtStand.Heard), (4, DoubtStand.Heard));
        order.Settlement.Silent(Pid(3));
        Hear(order, (5, DoubtStand.Heard));
        Assert.True(IsStill);
        Hear(order, (3, DoubtStand.Heard));
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
        // What it says now the others are to hear soon.
        Assert.Contains(_bench.Effects.OfType<NodeEffect.StartTimer>(), timer => timer.After == _bench.Context.Settings.Maintenance.Poll);
    }

    /// <summary>It may say to us that it waits like everybody: its signature says otherwise.</summary>
    [Fact]
    public void The_word_of_the_one_that_refused_is_neither_waited_for_nor_counted()
    {
        var order = Pending();
        Hear(order, (2, null), (3, DoubtStand.Heard), (4, DoubtStand.Heard));
        Assert.True(IsStill);
        Hear(order, (5, DoubtStand.Heard));
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
        order.AddCertificate(_bench.Certificate(_case));
        order.Settlement.HearInUse(Pid(2));
        Assert.True(IsStill);
    }

    [Fact]
    public void Aborts_once_all_others_doubt_it_or_have_aborted()
    {
        var order = Pending(By(2, DoubtStand.Doubted));
        Hear(order, (3, DoubtStand.Doubted), (4, DoubtStand.Heard));
        order.Settlement.Hear(Pid(5), Aborted(5, AbortKind.Ordered));
        Assert.True(IsStill);
        Hear(order, (4, DoubtStand.Doubted));
        AssertAborts(order);
    }

    /// <summary>A refusal heard of last is followed by both steps, with the words that were said before.</summary>
    [Fact]
    public void Two_steps_follow_from_the_same_words()
    {
        var order = Pending(By(2));
        Hear(order, (3, DoubtStand.Doubted), (4, DoubtStand.Doubted), (5, DoubtStand.Doubted));
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
        AssertAborts(order);
    }

    [Fact]
    public void Whoever_refuses_too_is_not_waited_for()
    {
        var order = Pending();
        foreach (var party in new[] { 2, 3, 4 })
            order.Settlement.Hear(Pid(party), Aborted(party, AbortKind.NeverAcknowledged));
        Assert.True(IsStill); // party 5 has said nothing
        Hear(order, (5, DoubtStand.Doubted));
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
        AssertAborts(order);
    }

    [Fact]
    public void Upholds_it_once_it_is_in_use_elsewhere_and_activates_once_all_say_as_much()
    {
        var order = Pending(By(2, DoubtStand.Doubted));
        order.Settlement.HearInUse(Pid(3)); // without its certificate that is a word
        Assert.True(IsStill);
        Assert.False(order.Settlement.IsInUseElsewhere);
        order.Settlement.Hear(Pid(3), new MaintenanceAnswer.InProgress());
        order.AddCertificate(_bench.Certificate(_case));
        order.Settlement.HearInUse(Pid(2)); // the word of the one that refused is none
        Assert.True(IsStill);
        Assert.False(order.Settlement.IsInUseElsewhere);
        order.Settlement.HearInUse(Pid(3));
        Assert.True(order.Settlement.IsInUseElsewhere);
        Assert.False(order.Settlement.IsUpheld);
        Assert.False(order.Settlement.MayActivate);
        AssertStands(order, DoubtStand.Doubted, DoubtStand.Upheld);
        Assert.True(order.Settlement.IsUpheld);

        Hear(order, (4, DoubtStand.Upheld), (5, DoubtStand.Doubted));
        Assert.False(order.Settlement.MayActivate);
        Hear(order, (5, DoubtStand.Heard));
        Assert.Equal(MaintenancePhase.Acknowledged, order.Phase);
        Hear(order, (5, DoubtStand.Upheld));
        Assert.True(order.Settlement.MayActivate);
        Assert.Equal(MaintenancePhase.Activating, order.Phase);
    }

    [Fact]
    public void Anothers_upholding_is_enough_to_uphold_and_never_to_abort()
    {
        var order = Pending(By(2, DoubtStand.Doubted));
        order.AddCertificate(_bench.Certificate(_case));
        Hear(order, (3, DoubtStand.Doubted), (4, DoubtStand.Doubted), (5, DoubtStand.Upheld));
        AssertStands(order, DoubtStand.Doubted, DoubtStand.Upheld);
        Hear(order, (5, DoubtStand.Doubted));
        Assert.True(IsStill);
        Assert.Equal((true, MaintenancePhase.Acknowledged), (order.Settlement.IsUpheld, order.Phase));
    }

    [Fact]
    public void While_a_stand_is_being_written_nothing_else_is_decided_and_who_waits_waits_for_the_last()
    {
        var order = Pending(By(2));
        var told = 0;
        order.Settlement.WhenWritten(() => told++);
        Assert.Equal(1, told);
        Hear(order, (3, DoubtStand.Doubted), (4, DoubtStand.Doubted), (5, DoubtStand.Doubted));
        order.Settlement.WhenWritten(() => told++);
        order.AddCertificate(_bench.Certificate(_case)); // a stand that is on its way binds already
        Assert.Equal((MaintenancePhase.Acknowledged, 1), (order.Phase, told));
        Assert.False(order.Settlement.MayActivate);
        order.Settlement.HearInUse(Pid(5));
        var first = _bench.Commit();
        _bench.MakeDurable(first);
        Assert.Equal(1, told); // the next one follows at once
        AssertStands(order, DoubtStand.Doubted, DoubtStand.Upheld);
        Assert.Equal(2, told);
    }

    [Fact]
    public void Nothing_is_decided_while_a_session_runs()
    {
        var order = Pending(By(2));
        order.HasSession = true;
        Hear(order, (3, DoubtStand.Doubted), (4, DoubtStand.Doubted), (5, DoubtStand.Doubted));
        Assert.True(IsStill);
        Assert.Null(Assert.IsType<MaintenanceAnswer.Acknowledged>(order.Answer()).Doubt); // nor shown
        order.HasSession = false;
        order.Settlement.Decide();
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
    }

    [Fact]
    public void Whom_the_roster_names_no_more_counts_neither_way()
    {
        _bench.Leave(5);
        var order = Pending(By(2));
        Hear(order, (3, DoubtStand.Heard), (4, DoubtStand.Heard));
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
        order.AddCertificate(_bench.Certificate(_case));
        order.Settlement.HearInUse(Pid(5));
        Assert.False(order.Settlement.IsInUseElsewhere);
        Assert.True(IsStill);
    }

    /// <summary>Its signature can be judged no more. That others doubt for its sake is all there is to know, and its own word is not waited for.</summary>
    [Fact]
    public void The_refusal_of_one_that_has_left_is_believed_to_those_who_show_it()
    {
        _bench.Leave(2);
        var order = Pending();
        Hear(order, (3, DoubtStand.Heard));
        Assert.Equal((DoubtStand.Heard, Pid(2)), (order.Settlement.Doubt?.Stand, order.Settlement.Doubt?.RefusedBy));
        Hear(order, (4, DoubtStand.Heard), (5, DoubtStand.Heard));
        AssertStands(order, DoubtStand.Heard, DoubtStand.Doubted);
    }
}
