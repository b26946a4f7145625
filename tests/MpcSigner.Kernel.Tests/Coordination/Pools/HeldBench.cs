using MpcSigner.Coordination;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Pools;
using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Sessions;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Kernel.Tests.Coordination.Pools;

/// <summary>The holdings of a machine whose lots come without the sessions that would make them.</summary>
internal sealed class HeldBench : IDisposable
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>The other end of <see cref="Channel"/>; ours is 1.</summary>
    public static readonly PartyId Other = new(65535);

    private readonly MiniCluster _mini;
    private readonly NodeMachine _machine;
    private readonly List<SessionChannel> _channels = [];
    private TimeSpan _elapsed;
    private byte _pieces;

    public HeldBench(PoolSettings? pools = null)
    {
        _mini = new(3, settings: new() { Pools = pools ?? new() }, start: false);
        _machine = new(_mini.Nodes[0].NewSetup());
        Step(TimeSpan.Zero);
    }

    /// <summary>One piece, which says whether it was wiped.</summary>
    internal sealed class Piece(Digest32 name) : HeldMaterial(name)
    {
        public bool IsWiped { get; private set; }

        public override void Dispose() => IsWiped = true;
    }

    public MachineContext Context => _machine.Rooms.Context;

    public Rooms Rooms => _machine.Rooms;

    public Holdings Holdings => Rooms.Holdings;

    public int Held => Rooms.Counters.Status.Held;

    /// <summary>The two other nodes.</summary>
    public IReadOnlyList<NodeId> Peers => [.. _mini.Nodes.Skip(1).Select(node => node.Nid)];

    public static InstanceId Instance(byte value) => new(Enumerable.Repeat(value, InstanceId.Size).ToArray());

    public static KeyId Key(byte value) => new(Digest(value).Value);

    public static Digest32 Digest(byte value) => new(Enumerable.Repeat(value, Digest32.Size).ToArray());

    /// <summary>A step of the machine, so much later.</summary>
    public void Step(TimeSpan later)
    {
        _elapsed += later;
        Context.Begin(new(_mini.Cluster.Epoch + _elapsed, _elapsed));
    }

    /// <summary>The effects of the step so far.</summary>
    public IReadOnlyList<NodeEffect> Effects => Context.End();

    /// <summary>What the observers of the step heard of lots that went.</summary>
    public (KeyId Key, bool Held, int Count, MaterialEnd Why)[] Dropped =>
        [.. Effects.OfType<NodeEffect.Observe>().Select(effect => effect.Observation).OfType<Observation.MaterialDropped>().Select(o => (o.Key, o.Held, o.Count, o.Why))];

    public static HeldTerms Terms(NodeId initiator, byte key = 1, byte record = 1, ushort other = 2) =>
        new(initiator, new(1), Instance(1), Key(key), Digest(record), [new(1), new(other)]);

    public SessionChannel Channel()
    {
        var (ours, _) = Ends();
        return ours;
    }

    /// <summary>Both ends of a session of its own.</summary>
    public (SessionChannel Ours, SessionChannel Theirs) Ends()
    {
        using var session = new SessionFixture(2, protocol: ProtocolKind.Frost, sequence: (ulong)_channels.Count + 1);
        _channels.Add(session.Channel(0));
        _channels.Add(session.Channel(1));
        return (_channels[^2], _channels[^1]);
    }

    public HeldLot Lot(HeldTerms terms, int pieces = 1, SessionChannel? channel = null) =>
        new(Context, terms, channel ?? Channel(), Pieces(pieces), Life);

    public Piece[] Pieces(int count) => [.. Enumerable.Range(0, count).Select(_ => new Piece(Digest(++_pieces)))];

    /// <summary>A lot that a session has just made for this initiator.</summary>
    public HeldLot Add(HeldTerms terms, int pieces = 1)
    {
        var lot = Lot(terms, pieces);
        Holdings.Add(lot);
        return lot;
    }

    public void Dispose()
    {
        _machine.Dispose();
        foreach (var channel in _channels)
            channel.Dispose();
        _mini.Dispose();
    }
}
