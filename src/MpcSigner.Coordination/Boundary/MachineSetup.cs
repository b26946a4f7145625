using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Policy;

namespace MpcSigner.Coordination.Boundary;

/// <summary>What an instance of the machine is made of. All of it comes from the host; the machine opens nothing itself.</summary>
/// <param name="StartTlsKey">SHA-256 of this node's own TLS SPKI, as the process begins.</param>
/// <param name="FileRoster">The roster in the node's files: in force until a newer one is accepted (see <see cref="RosterAtStart"/>).</param>
/// <param name="StartIdentity">As the process begins: the key that the roster in force names, where this node has it.</param>
/// <param name="Policy">Its hash is what nodes compare.</param>
public sealed record MachineSetup(
    NodeId Nid,
    InstanceId Instance,
    Digest32 StartTlsKey,
    Roster FileRoster,
    ClusterPolicy Policy,
    StoredState Stored,
    IIdentitySigner StartIdentity,
    IRandomSource Random,
    IRequestDecoder Decoder,
    IRequestEncoder Encoder,
    MachineSettings Settings)
{
    public required IRosterReader Rosters { get; init; }

    /// <summary>What this instance has derived already.</summary>
    internal VerificationKeyCache VerificationKeys { get; } = new();
}

/// <summary>Bounds and times of the machine; every default is what a node runs with.</summary>
public sealed record MachineSettings
{
    /// <summary>Clocks of peers and clients may differ by so much.</summary>
    public TimeSpan MaxClockDifference { get; init; } = TimeSpan.FromMinutes(2);

    public TimeSpan HelloInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A peer not heard of for so long is not chosen.</summary>
    public TimeSpan PeerSilence { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>One attempt at a signature with one quorum.</summary>
    public TimeSpan SigningAttempt { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A signature with all its attempts, where the client states no deadline.</summary>
    public TimeSpan SigningDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A creation of one key; every further key adds <see cref="CreationPerKey"/>.</summary>
    public TimeSpan CreationDeadline { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan CreationPerKey { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a PENDING party asks its peers.</summary>
    public TimeSpan PendingPoll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A party that gave up after its ACK asks again in ever longer intervals, up to this one.</summary>
    public TimeSpan GivenUpPoll { get; init; } = TimeSpan.FromMinutes(10);

    public int MaxLiveSessions { get; init; } = 1_024;

    public int MaxSessionsPerPeer { get; init; } = 512;

    public int MaxRunningRequests { get; init; } = 4_096;

    /// <summary>Unary calls to peers: greetings, bookings, questions.</summary>
    public TimeSpan PeerCallTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From a stream's opening to the last join, at a participant.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(4);

    public PoolSettings Pools { get; init; } = new();

    public PairSettings Pairs { get; init; } = new();

    public MaintenanceSettings Maintenance { get; init; } = new();

    public JobSettings Jobs { get; init; } = new();

    public ScheduleSettings Schedules { get; init; } = new();

    public DestructionSettings Destructions { get; init; } = new();

    /// <summary>How long a finished creation waits for the other nodes to say that they are ACTIVE too, before it answers anyway.</summary>
    public TimeSpan ActivationGrace { get; init; } = TimeSpan.FromSeconds(2);
}
