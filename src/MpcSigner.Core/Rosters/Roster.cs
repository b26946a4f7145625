using System.Security.Cryptography;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Rosters;

/// <summary>Who belongs to the cluster: one of a chain of signed versions. The exact bytes of version 1 hash to the cluster id.</summary>
/// <param name="Hash">SHA-256 of the exact signed bytes.</param>
/// <param name="Nodes">Ascending by nid.</param>
public sealed record Roster(
    Digest32 Hash,
    uint Version,
    string Name,
    IReadOnlyList<RosterNode> Nodes,
    IReadOnlyList<RosterClient> Clients,
    IReadOnlyList<RosterAdministrator> Administrators)
{
    public const int MaxNodes = 64;
    public const int MaxClients = 10_000;
    public const int MaxAdministrators = 64;

    public const int MaxFormerNodes = 256;
    public const int MaxSchedules = 64;

    /// <summary>Hash of the version before; zero at version 1.</summary>
    public Digest32 Predecessor { get; init; }

    /// <summary>The cluster as this version names it; zero at version 1, which names it by its own hash.</summary>
    public ClusterId NamedCluster { get; init; }

    public ClusterId Cluster => Version == 1 ? new(Hash.Value) : NamedCluster;

    /// <summary>m: how many administrators must sign a roster, a policy or an order; 1..count.</summary>
    public int Quorum { get; init; } = 1;

    /// <summary>Nodes that have left: their signatures on certificates still count.</summary>
    public IReadOnlyList<FormerNode> FormerNodes { get; init; } = [];

    /// <summary>Refreshes that need no further signature.</summary>
    public IReadOnlyList<RosterSchedule> Schedules { get; init; } = [];

    /// <summary>Between the order to destroy keys and the deed, at least.</summary>
    public TimeSpan DestructionDelay { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many nodes must have stored a roster, policy or freeze durably for every signing quorum to meet one of them: n − t + 1 at the least threshold, 2 (design §5).</summary>
    public int InForceQuorum => Math.Max(1, Nodes.Count - 1);

    /// <summary>W: how many distinct nodes must have booked an exclusive value before a share may leave (design §11.1, f = 0).</summary>
    public int BookingQuorum => Nodes.Count / 2 + 1;

    public RosterNode? Find(NodeId nid) => Nodes.FirstOrDefault(n => n.Nid == nid);

    public RosterClient? Find(ClientId id) => Clients.FirstOrDefault(c => c.Id == id);

    public RosterAdministrator? Find(AdministratorId id) => Administrators.FirstOrDefault(a => a.Id == id);
}

/// <summary>A node of the cluster.</summary>
/// <param name="Name">1..32 characters of [a-z0-9-], unique: for people.</param>
/// <param name="IdentityKey">Current Ed25519 identity public key, 32 bytes.</param>
/// <param name="TlsPins">SHA-256 of the SubjectPublicKeyInfo of each TLS key the node may present; 1..2 (two while one replaces the other).</param>
/// <param name="Address">host:port where peers and clients reach it.</param>
public sealed record RosterNode(NodeId Nid, string Name, ReadOnlyMemory<byte> IdentityKey, IReadOnlyList<Digest32> TlsPins, string Address)
{
    public const int MaxFormerKeys = 16;

    /// <summary>Identity keys it had before: what it signed with them still counts on certificates, and nowhere else.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> FormerIdentityKeys { get; init; } = [];
}

/// <summary>A node that has left the cluster.</summary>
/// <param name="IdentityKeys">All it ever had, at least one.</param>
public sealed record FormerNode(NodeId Nid, string Name, IReadOnlyList<ReadOnlyMemory<byte>> IdentityKeys);

/// <summary>A refresh that repeats: instance i begins at <paramref name="From"/> + i·<paramref name="Every"/>, each key within <paramref name="Jitter"/> after it.</summary>
/// <param name="Label">Keys of this label; empty for all keys, unless <paramref name="Keys"/> names some.</param>
/// <param name="Keys">These keys; empty unless they are named one by one.</param>
public sealed record RosterSchedule(string Name, string Label, IReadOnlyList<KeyId> Keys, DateTimeOffset From, TimeSpan Every, TimeSpan Jitter)
{
    /// <summary>Keys named one by one.</summary>
    public const int MaxKeys = 1_000;
}

/// <summary>An application that may ask for keys and signatures.</summary>
/// <param name="SigningKey">Ed25519 public key that signs its requests, 32 bytes.</param>
/// <param name="TlsPins">As for nodes.</param>
/// <param name="MayCreateKeys">Whether its signed request is an order to create keys.</param>
public sealed record RosterClient(ClientId Id, string Name, ReadOnlyMemory<byte> SigningKey, IReadOnlyList<Digest32> TlsPins, bool MayCreateKeys);

/// <summary>Who signs rosters and policies.</summary>
public sealed record RosterAdministrator(string Name, ReadOnlyMemory<byte> SigningKey)
{
    public AdministratorId Id { get; } = new(SHA256.HashData(SigningKey.Span));

    /// <summary>As for nodes; empty for one who only signs and never calls a node.</summary>
    public IReadOnlyList<Digest32> TlsPins { get; init; } = [];
}
