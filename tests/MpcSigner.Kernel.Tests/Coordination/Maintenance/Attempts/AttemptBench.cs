using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance.Attempts;

/// <summary>A machine of party 1 of 3-of-5 keys that nobody holds, with attempts at them that it finds on its disk. The other parties say what a test has them say, under their own signatures.</summary>
internal sealed class AttemptBench : IDisposable
{
    public static readonly Digest32 Echo = new(Enumerable.Repeat((byte)0xec, 32).ToArray());
    public static readonly Digest32 Root = new(Enumerable.Repeat((byte)0x44, 32).ToArray());

    private readonly MiniCluster _mini = new(6, start: false);
    private readonly NodeMachine _machine;
    private TimeSpan _elapsed;

    public AttemptBench()
    {
        _machine = new(_mini.Nodes[0].NewSetup());
        Step(TimeSpan.Zero);
    }

    public MachineContext Context => _machine.Rooms.Context;

    public Rooms Rooms => _machine.Rooms;

    public MaintenanceBook Book => Rooms.Maintenance;

    public static PartyId Pid(int number) => new((ushort)number);

    public NodeId Nid(int party) => _mini.Nodes[party - 1].Nid;

    public void Step(TimeSpan later)
    {
        _elapsed += later;
        Context.Begin(new(_mini.Cluster.Epoch + _elapsed, _elapsed));
    }

    public static KeyId Key(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    public MaintenanceCase Case(uint attempt = 1, uint generation = 0, byte key = 0x6b, int parties = 5)
    {
        (PartyId, NodeId)[] all = [.. Enumerable.Range(1, parties).Select(i => (Pid(i), Nid(i)))];
        var signed = _mini.Order(new MaintenanceAction.Refresh(Suite.FrostEd25519, attempt, [new(Key(key), generation, new(Key(key).Value))], Math.Min(3, parties), all));
        Assert.True(Rooms.Orders.TryAuthenticate(signed, Door.Client, _mini.Now, out var order, out var error), error?.Message);
        Assert.True(MaintenanceCase.TryCreate(Context, order, begins: true, out var made, out error), error?.Message);
        return made;
    }

    /// <summary>A recovery of party 5's share by the first three.</summary>
    public MaintenanceCase Recovery(uint attempt, byte key = 0x6b)
    {
        var refresh = (MaintenanceAction.Refresh)Case(attempt, key: key).Action;
        var signed = _mini.Order(new MaintenanceAction.Recover(refresh.Suite, attempt, refresh.Keys, refresh.Threshold, refresh.Parties, [Pid(1), Pid(2), Pid(3)], Pid(5)));
        Assert.True(Rooms.Orders.TryAuthenticate(signed, Door.Client, _mini.Now, out var order, out var error), error?.Message);
        Assert.True(MaintenanceCase.TryCreate(Context, order, begins: true, out var made, out error), error?.Message);
        return made;
    }

    /// <summary>The order as an earlier process has left it.</summary>
    public MaintenanceOrder Take(MaintenanceCase made, MaintenanceState state, AttemptDoubt? doubt = null)
    {
        var order = Book.Begin(made);
        order.Restore(new(
            made.Hash, (byte)OrderKind.Refresh, Suite.FrostEd25519, made.Action.Attempt, default, made.Order.Signed, [(made.Terms.Keys[0].Key, made.Terms.Keys[0].Generation + 1)],
            state, made.Terms.OldRoot, Echo, Root, Ack(made, 1), 0, default, new Dictionary<PartyId, ReadOnlyMemory<byte>>(), Context.Now.Wall) { Doubt = doubt });
        return order;
    }

    public MaintenanceOrder Pending(MaintenanceCase made, AttemptDoubt? doubt = null) => Take(made, MaintenanceState.Acknowledged, doubt);

    public byte[] Ack(MaintenanceCase made, int party) =>
        _mini.Nodes[party - 1].Identity.Sign(LifecycleDigests.Ack(Suite.FrostEd25519, made.Terms.OldRoot, made.Hash, Echo, Root));

    public byte[] Abort(MaintenanceCase made, int party, AbortKind kind = AbortKind.NeverAcknowledged) => _mini.Nodes[party - 1].Identity.Sign(LifecycleDigests.Abort(made.Hash, kind));

    public OrderCertificate Certificate(MaintenanceCase made) =>
        new(made.Hash, Echo, Root, [.. made.Terms.Members.Select((member, i) => (member.Pid, (ReadOnlyMemory<byte>)Ack(made, i + 1)))]);

    /// <summary>A roster without these parties is in force from here on.</summary>
    public void Leave(params int[] parties)
    {
        var roster = Context.Roster;
        var left = parties.Select(Nid).ToHashSet();
        Assert.True(Membership.TryCreate(roster with { Version = 2, Nodes = [.. roster.Nodes.Where(node => !left.Contains(node.Nid))] }, Context.Self, Context.Identity, out var members, out _));
        Context.Adopt(members);
        Rooms.Peers.Adopt();
    }

    /// <summary>What the machine asked for since it was last looked at.</summary>
    public IReadOnlyList<NodeEffect> Effects => Context.End();

    /// <summary>The one commit that is on its way.</summary>
    public NodeEffect.Commit Commit() => Assert.Single(Effects.OfType<NodeEffect.Commit>());

    public void MakeDurable(NodeEffect.Commit commit) => Context.Take<Waiter.ForCommit>(commit.Token)!.Durable();

    public void Fire(NodeEffect.StartTimer timer) => Context.Take<Waiter.ForTimer>(timer.Token)!.Fired();

    public void Answer(NodeEffect.CallPeer call, PeerReply reply) => Context.Take<Waiter.ForPeer>(call.Token)!.Answered(default, reply);

    public void Fail(NodeEffect.CallPeer call) => Context.Take<Waiter.ForPeer>(call.Token)!.Failed("silent");

    public void Dispose()
    {
        _machine.Dispose();
        _mini.Dispose();
    }
}
