using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Pairs;
using MpcSigner.Coordination.Peers;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Quorums;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Machine;

/// <summary>What the flows of one machine work with; made once, with the machine.</summary>
internal sealed class Rooms
{
    public Rooms(MachineContext context, IParticipantRoom participants)
    {
        Context = context;
        Gate = new(context);
        Ledger = new(context);
        Peers = new(context);
        var announcements = new Announcements(context);
        RosterAcks = new(context, announcements);
        Rosters = new(context, Peers, RosterAcks);
        CatchUp = new(context, Peers, Rosters);
        Greetings = new(context, Peers, announcements, RosterAcks, CatchUp);
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
        Peers.Left += Sessions.PeerLeft;
        Peers.Left += Stock.PeerLeft;
        Peers.Left += Holdings.PeerLeft;
        Peers.Left += Pairs.PeerLeft;
        Peers.Joined += Pairs.PeerJoined;
        Peers.OtherRoster += CatchUp.Differs;
        Rosters.Adopted += OnAdopted;
    }

    public MachineContext Context { get; }

    public RequestGate Gate { get; }

    public RequestLedger Ledger { get; }

    public PeerBook Peers { get; }

    public Greetings Greetings { get; }

    /// <summary>The roster in force here, and the way to the next.</summary>
    public RosterRoom Rosters { get; }

    public RosterAcks RosterAcks { get; }

    public RosterCatchUp CatchUp { get; }

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

    private void OnAdopted()
    {
        if (Context.Members.Obstacle is { } obstacle)
        {
            Sessions.EndAll(obstacle);
            Stock.DropAll(MaterialEnd.NodeLeft);
            Holdings.DropAll(MaterialEnd.NodeLeft);
            Pairs.DropAll();
        }
        Greetings.Announce();
    }
}
