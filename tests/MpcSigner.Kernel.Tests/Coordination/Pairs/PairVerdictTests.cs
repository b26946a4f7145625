using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pairs;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Pairs;

/// <summary>C3, C4, C8: a failed check is counted and marked on the disk before anything follows from it, and counts neither twice nor for anybody else.</summary>
public sealed class PairVerdictTests : IDisposable
{
    private const int Day = 20_000;

    private readonly MiniCluster _mini = new(3, start: false);
    private readonly NodeMachine _machine;
    private readonly PairVerdicts _verdicts;
    private readonly SortedDictionary<NodeId, PairEntry> _entries = [];
    private readonly List<PairSetup> _setups = [];
    private int _durable;

    public PairVerdictTests()
    {
        _machine = new(_mini.Nodes[0].NewSetup());
        Context.Begin(new(At(Day, 100), default));
        _verdicts = new(_machine.Rooms, nid => _entries[nid]);
        foreach (var peer in new[] { One, Two })
            _entries.Add(peer, new(peer, null));
    }

    public void Dispose()
    {
        foreach (var setup in _setups)
            setup.Dispose();
        _machine.Dispose();
        _mini.Dispose();
    }

    private MachineContext Context => _machine.Rooms.Context;

    private NodeId One => _mini.Nodes[1].Nid;

    private NodeId Two => _mini.Nodes[2].Nid;

    private static DateTimeOffset At(long day, int second) => DateTimeOffset.FromUnixTimeSeconds((day * 86_400) + second);

    /// <summary>A setup with a peer, in use there.</summary>
    private PairSetup Setup(NodeId peer, ulong sending, ulong receiving, bool dead = false)
    {
        var random = new SeededRandom(7);
        var setup = new PairSetup(
            new(Context.Self, Context.Setup.Instance, peer, new(new byte[16])),
            new(default, sending, new(SecureMemory.Random(16, random), SecureMemory.Random(8_192, random))),
            new(default, receiving, new(SecureMemory.Random(8_192, random))), SecureMemory.Random(32, random));
        _setups.Add(setup);
        if (dead)
            setup.TryEvaluate(() => false, out _);
        return _entries[peer].Setup = setup;
    }

    private NodeEffect.Commit Commit() => Assert.Single(Context.End().OfType<NodeEffect.Commit>());

    private void MakeDurable(NodeEffect.Commit commit)
    {
        Assert.Equal(0, _durable);
        Context.Take<Waiter.ForCommit>(commit.Token)!.Durable();
        Assert.Equal(1, _durable);
    }

    private static PairRow[] Rows(NodeEffect.Commit commit) => [.. commit.Writes.OfType<StoreWrite.PutPair>().Select(write => write.Row)];

    private static bool IsWiped(PairSetup setup)
    {
        try
        {
            using var seed = setup.ZeroSeed.Borrow();
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    [Fact]
    [Trait("row", "C03"), Trait("row", "C08")]
    public void A_condemned_setup_is_counted_and_marked_with_its_blame_and_goes_once_that_is_durable()
    {
        _entries[One].Row = new(One, 9, 9, 4, 8, Failures: 5, Day: Day, FailuresOnDay: 2, SetupsOnDay: 3);
        var (one, two) = (Setup(One, 7, 6, dead: true), Setup(Two, 2, 3, dead: true));
        _verdicts.Condemn([one, two], new Batch().Log(AuditKind.PeerFault, default, default, [1]), () => _durable++);
        var commit = Commit();
        PairRow[] rows =
        [
            new(One, 9, 9, DeadSendingEpoch: 7, DeadReceivingEpoch: 8, Failures: 6, Day, FailuresOnDay: 3, SetupsOnDay: 3),
            new(Two, 0, 0, DeadSendingEpoch: 2, DeadReceivingEpoch: 3, Failures: 1, Day, FailuresOnDay: 1, SetupsOnDay: 0),
        ];
        Assert.Equal(rows, Rows(commit));
        Assert.Equal((rows[0], rows[1]), (_entries[One].Row, _entries[Two].Row));
        Assert.Single(commit.Writes.OfType<StoreWrite.Append>(), write => write.Entry.Kind == AuditKind.PeerFault);
        Assert.Equal((one, false), (_entries[One].Setup, IsWiped(one)));
        MakeDurable(commit);
        Assert.Equal((null, null), (_entries[One].Setup, _entries[Two].Setup));
        Assert.Equal((true, true), (IsWiped(one), IsWiped(two)));
    }

    [Fact]
    public void Another_setup_that_has_taken_its_place_meanwhile_is_left_alone()
    {
        var dead = Setup(One, 7, 6, dead: true);
        _verdicts.Condemn([dead], new Batch(), () => _durable++);
        var next = Setup(One, 8, 7);
        MakeDurable(Commit());
        Assert.Equal((next, false), (_entries[One].Setup, IsWiped(next)));
    }

    [Fact]
    [Trait("row", "C11"), Trait("row", "C08")]
    public void A_setup_that_never_became_active_counts_and_its_peer_is_blamed_once_that_is_durable()
    {
        var fault = new ProtocolFault(
            RoundId.Numbered(ProtocolKind.PairSetup, 1), FaultKind.InvalidBaseOtPoint, [new(default, FaultKind.InvalidBaseOtPoint, null, default, [])], [], []);
        _verdicts.Fail(_entries[One], fault, () => _durable++);
        var effects = Context.End();
        var commit = Assert.Single(effects.OfType<NodeEffect.Commit>());
        Assert.Equal([new PairRow(One, 0, 0, 0, 0, Failures: 1, Day, FailuresOnDay: 1, SetupsOnDay: 0)], Rows(commit));
        Assert.Equal(_entries[One].Row, Assert.Single(Rows(commit)));
        Assert.Single(commit.Writes.OfType<StoreWrite.Append>(), write => write.Entry.Kind == AuditKind.PeerFault);
        Assert.DoesNotContain(effects, effect => effect is NodeEffect.Observe);
        Assert.Equal(0, _machine.Rooms.Peers.Find(One)!.Strikes);
        MakeDurable(commit);
        Assert.Equal((1, 0), (_machine.Rooms.Peers.Find(One)!.Strikes, _machine.Rooms.Peers.Find(Two)!.Strikes));
        var observed = Assert.Single(Context.End().OfType<NodeEffect.Observe>()).Observation;
        Assert.Equal(One, Assert.IsType<Observation.PeerBlamed>(observed).Peer);
    }

    /// <summary>Whoever condemns it counts it; who finds it dead writes the mark, and goes on behind it.</summary>
    [Fact]
    [Trait("row", "C04")]
    public void Setups_that_were_found_dead_are_marked_and_not_counted()
    {
        _verdicts.WhenDurable([], () => _durable++);
        Assert.Equal(1, _durable);
        Assert.Empty(Context.End());

        _durable = 0;
        _entries[One].Row = new(One, 9, 9, 8, 4, Failures: 5, Day: Day - 1, FailuresOnDay: 2, SetupsOnDay: 3);
        var (one, two) = (Setup(One, 7, 6, dead: true), Setup(Two, 2, 3, dead: true));
        _verdicts.WhenDurable([one, two], () => _durable++);
        var commit = Commit();
        Assert.Equal(
            [_entries[One].Row with { DeadSendingEpoch = 8, DeadReceivingEpoch = 6 }, new(Two, 0, 0, 2, 3, 0, 0, 0, 0)], Rows(commit));
        Assert.Equal((5U, 2U), (_entries[One].Row.Failures, _entries[One].Row.FailuresOnDay));
        Assert.Empty(commit.Writes.OfType<StoreWrite.Append>());
        MakeDurable(commit);
        Assert.Equal((one, false), (_entries[One].Setup, IsWiped(one)));
    }

    [Fact]
    [Trait("row", "C04")]
    public void Waits_for_the_marks_of_dead_setups_with_those_peers_and_for_no_other()
    {
        var (one, _) = (Setup(One, 7, 6), Setup(Two, 2, 3, dead: true));
        _verdicts.WhenRecorded([One], () => _durable++);
        one.Retire();
        _verdicts.WhenRecorded([One], () => _durable++);
        _entries[One].Setup = null;
        _verdicts.WhenRecorded([One], () => _durable++);
        Assert.Equal(3, _durable);
        Assert.Empty(Context.End());

        _durable = 0;
        _verdicts.WhenRecorded([One, Two], () => _durable++);
        var commit = Commit();
        Assert.Equal([new PairRow(Two, 0, 0, 2, 3, 0, 0, 0, 0)], Rows(commit));
        MakeDurable(commit);
    }

    [Fact]
    [Trait("row", "C08"), Trait("row", "C13")]
    public void A_new_day_begins_its_counts_anew_and_a_clock_that_goes_back_does_not()
    {
        var row = new PairRow(One, 9, 8, 7, 6, Failures: 5, Day, FailuresOnDay: 2, SetupsOnDay: 3);
        var entry = new PairEntry(One, row);
        Assert.Equal(row, entry.RowOn(new(At(Day, 0), default)));
        Assert.Equal(row, entry.RowOn(new(At(Day, 86_399), default)));
        Assert.Equal(row with { Day = Day + 1, FailuresOnDay = 0, SetupsOnDay = 0 }, entry.RowOn(new(At(Day + 1, 0), default)));
        Assert.Equal(row, entry.RowOn(new(At(Day - 1, 0), default)));
        Assert.Equal(row, entry.RowOn(new(At(-1, 0), default))); // before 1970
        Assert.Equal(row, entry.Row);
        Assert.Equal(new(Two, 0, 0, 0, 0, 0, 0, 0, 0), new PairEntry(Two, null).RowOn(new(At(-5, 0), default)));
    }
}
