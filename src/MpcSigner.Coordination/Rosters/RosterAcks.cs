using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Peers;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Rosters;

/// <summary>Who has said of the roster in force here that it is durable there. A node announces only what is, so its signed announcement is that word (design §5).</summary>
internal sealed class RosterAcks
{
    private readonly MachineContext _context;
    private readonly Announcements _announcements;
    private readonly HashSet<NodeId> _nodes = [];
    private Digest32 _roster;
    private bool _isStored;
    private bool _saidInForce;

    public RosterAcks(MachineContext context, Announcements announcements)
    {
        (_context, _announcements) = (context, announcements);
        var stored = context.Setup.Stored.Roster;
        Begin(context.Roster, isStored: stored?.Hash == context.Roster.Hash);
        _nodes.UnionWith(stored?.Acks.Keys ?? []);
    }

    /// <summary>Nodes of the roster in force here that hold it durably, as far as this node knows; itself among them. Ascending.</summary>
    public IReadOnlyList<NodeId> Nodes => [.. _nodes.Where(nid => _context.Roster.Find(nid) is not null).Order()];

    /// <summary>Another roster is in force here.</summary>
    /// <param name="isStored">False for the one in the node's files, of which the store knows nothing.</param>
    public void Begin(Roster roster, bool isStored)
    {
        (_roster, _isStored, _saidInForce) = (roster.Hash, isStored, false);
        _nodes.Clear();
        _nodes.Add(_context.Self); // it is durable here
    }

    /// <summary>This node's own word, which becomes durable together with the roster.</summary>
    public IReadOnlyDictionary<NodeId, ReadOnlyMemory<byte>> OwnFor(Roster roster) =>
        new Dictionary<NodeId, ReadOnlyMemory<byte>> { [_context.Self] = Evidence(_announcements.OwnOf(roster.Hash)) };

    /// <summary>A peer's announcement, verified.</summary>
    public void Heard(Announcement announcement)
    {
        if (announcement.Roster != _roster || !_nodes.Add(announcement.Nid))
            return;
        if (_isStored)
            _context.Commit(new Batch().Write(new StoreWrite.PutRosterAck(_roster, announcement.Nid, Evidence(announcement))));
        if (_saidInForce || Nodes.Count < _context.Roster.InForceQuorum)
            return;
        _saidInForce = true;
        _context.Observe(new Observation.RosterInForce(_context.Roster.Version, _roster, Nodes.Count, _context.Roster.Nodes.Count));
    }

    /// <summary>All that the signature covers, and the signature: instance ‖ u64 start counter ‖ TLS key ‖ u16 min ‖ u16 max version ‖ u64 clock ms ‖ policy ‖ signature. Cluster, node and roster stand beside it.</summary>
    private static byte[] Evidence(Announcement a) => new ByteWriter(InstanceId.Size + 8 + Digest32.Size + 2 + 2 + 8 + Digest32.Size + 64)
        .Bytes(a.Instance.ToArray()).U64(a.StartCounter).Bytes32(a.TlsKey.Value).U16(a.MinVersion).U16(a.MaxVersion)
        .U64(Announcements.ClockOf(a)).Bytes32(a.Policy.Value).Bytes(a.Signature.Span).ToArray();
}
