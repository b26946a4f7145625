using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Machine;

/// <summary>Who belongs to the cluster by one roster, and as whom this node signs under it. Never changed: what began under one keeps it to its end.</summary>
internal sealed class Membership
{
    private readonly NodeId _self;

    private Membership(
        Roster roster, NodeId self, IIdentitySigner signer,
        IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities, IReadOnlyDictionary<ClientId, (RosterClient Client, Ed25519PublicKey Key)> clients)
    {
        (Roster, _self, Signer, Identities, Clients) = (roster, self, signer, identities, clients);
        Obstacle = !identities.TryGetValue(self, out var own) ? Refusals.NoMember(NameOf(self), roster.Version)
            : !own.Equals(signer.PublicKey) ? Refusals.OtherIdentity(NameOf(self), roster.Version)
            : null;
    }

    public Roster Roster { get; }

    /// <summary>The key that this node signs with. Not the one that the roster names while there is an <see cref="Obstacle"/>.</summary>
    public IIdentitySigner Signer { get; }

    /// <summary>Current identity keys.</summary>
    public IReadOnlyDictionary<NodeId, Ed25519PublicKey> Identities { get; }

    public IReadOnlyDictionary<ClientId, (RosterClient Client, Ed25519PublicKey Key)> Clients { get; }

    /// <summary>Why this node takes part in nothing: the roster does not name it, or names a key that is not here. Null for a member.</summary>
    public ServiceError? Obstacle { get; }

    /// <summary>The roster names this node, but with a key other than it signs with.</summary>
    public bool LacksIdentity => Identities.TryGetValue(_self, out var own) && !own.Equals(Signer.PublicKey);

    public static bool TryCreate(Roster roster, NodeId self, IIdentitySigner signer, [NotNullWhen(true)] out Membership? membership, [NotNullWhen(false)] out ServiceError? error)
    {
        membership = null;
        var identities = new Dictionary<NodeId, Ed25519PublicKey>();
        foreach (var node in roster.Nodes)
        {
            if (!Ed25519PublicKey.TryDecode(node.IdentityKey.Span, out var key))
            {
                error = Refusals.RosterRefused($"the identity key of node {node.Name} is no valid Ed25519 key");
                return false;
            }
            identities.Add(node.Nid, key);
        }
        var clients = new Dictionary<ClientId, (RosterClient, Ed25519PublicKey)>();
        foreach (var client in roster.Clients)
        {
            if (!Ed25519PublicKey.TryDecode(client.SigningKey.Span, out var key))
            {
                error = Refusals.RosterRefused($"the signing key of client {client.Name} is no valid Ed25519 key");
                return false;
            }
            clients.Add(client.Id, (client, key));
        }
        error = null;
        membership = new(roster, self, signer, identities, clients);
        return true;
    }

    /// <summary>The same cluster, with this node signing under another of its keys.</summary>
    public Membership With(IIdentitySigner signer) => new(Roster, _self, signer, Identities, Clients);

    public string NameOf(NodeId nid) =>
        Roster.Find(nid)?.Name ?? Roster.FormerNodes.FirstOrDefault(node => node.Nid == nid)?.Name ?? nid.ToString();

    /// <summary>Whether a node has signed with any identity key it has had: for what becomes part of certificates, and for nothing else.</summary>
    public bool HasEverSigned(NodeId nid, Digest32 statement, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != Ed25519Signature.Size)
            return false;
        if (Identities.TryGetValue(nid, out var current) && current.Verify(statement, signature))
            return true;
        foreach (var former in FormerKeys(nid))
        {
            if (Ed25519PublicKey.TryDecode(former.Span, out var key) && key.Verify(statement, signature))
                return true;
        }
        return false;
    }

    private IReadOnlyList<ReadOnlyMemory<byte>> FormerKeys(NodeId nid) =>
        Roster.Find(nid)?.FormerIdentityKeys ?? Roster.FormerNodes.FirstOrDefault(node => node.Nid == nid)?.IdentityKeys ?? [];
}
