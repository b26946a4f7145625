using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Rosters;

/// <summary>Who belongs to the cluster. Version 1 alone exists so far: its exact bytes hash to the cluster id.</summary>
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

    public ClusterId Cluster => new(Hash.Value);

    /// <summary>W: how many distinct nodes must have booked an exclusive value before a share may leave (design §11.1, f = 0).</summary>
    public int BookingQuorum => Nodes.Count / 2 + 1;

    public RosterNode? Find(NodeId nid) => Nodes.FirstOrDefault(n => n.Nid == nid);

    public RosterClient? Find(ClientId id) => Clients.FirstOrDefault(c => c.Id == id);
}

/// <summary>A node of the cluster.</summary>
/// <param name="Name">1..32 characters of [a-z0-9-], unique: for people.</param>
/// <param name="IdentityKey">Current Ed25519 identity public key, 32 bytes.</param>
/// <param name="TlsPins">SHA-256 of the SubjectPublicKeyInfo of each TLS key the node may present; 1..2 (two while one replaces the other).</param>
/// <param name="Address">host:port where peers and clients reach it.</param>
public sealed record RosterNode(NodeId Nid, string Name, ReadOnlyMemory<byte> IdentityKey, IReadOnlyList<Digest32> TlsPins, string Address);

/// <summary>An application that may ask for keys and signatures.</summary>
/// <param name="SigningKey">Ed25519 public key that signs its requests, 32 bytes.</param>
/// <param name="TlsPins">As for nodes.</param>
/// <param name="MayCreateKeys">Whether its signed request is an order to create keys.</param>
public sealed record RosterClient(ClientId Id, string Name, ReadOnlyMemory<byte> SigningKey, IReadOnlyList<Digest32> TlsPins, bool MayCreateKeys);

/// <summary>Who signs rosters and policies.</summary>
public sealed record RosterAdministrator(string Name, ReadOnlyMemory<byte> SigningKey);
