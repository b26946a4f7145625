using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Pairs;
using MpcSigner.Coordination.Peers;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Quorums;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Machine;

/// <summary>What the flows of one machine work with; made once, with the machine.</summary>
internal sealed class Rooms
{
    public Rooms(MachineContext context, IParticipantRoom participants)
    {
        Context = context;
        Gate = new(context.Setup);
        Ledger = new(context);
        Peers = new(context);
        Greetings = new(context, Peers);
        Quorums = new(Peers);
        Sessions = new(context, Peers, participants);
        Counters = new(context);
        Stock = new(this);
        Holdings = new(context, Peers, Counters);
        Pairs = new(this);
        Orders = new(context);
        Maintenance = new(this);
        Generations = new(this, Maintenance);
        Peers.Renewed += Sessions.PeerRenewed;
        Peers.Renewed += Stock.PeerRenewed;
        Peers.Renewed += Holdings.PeerRenewed;
        Peers.Renewed += Pairs.PeerRenewed;
    }

    public MachineContext Context { get; }

    public RequestGate Gate { get; }

    public RequestLedger Ledger { get; }

    public PeerBook Peers { get; }

    public Greetings Greetings { get; }

    public QuorumChooser Quorums { get; }

    public SessionTable Sessions { get; }

    public PoolCounters Counters { get; }

    /// <summary>Material for this node's own requests.</summary>
    public Stock Stock { get; }

    /// <summary>Material that waits here for peers' requests.</summary>
    public Holdings Holdings { get; }

    /// <summary>Setups with each peer, for threshold ECDSA.</summary>
    public PairBook Pairs { get; }

    /// <summary>Authenticates administrators' orders.</summary>
    public OrderGate Orders { get; }

    /// <summary>Refreshes, reshares and recoveries.</summary>
    public MaintenanceBook Maintenance { get; }

    /// <summary>Whether this node's shares are those in use.</summary>
    public GenerationWatch Generations { get; }

    public SeenCommitments SeenCommitments { get; } = new();
}
