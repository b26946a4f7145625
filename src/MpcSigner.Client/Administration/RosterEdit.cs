using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Client;

/// <summary>A change of the roster that concerns one node.</summary>
public sealed class RosterEdit
{
    private readonly Func<Roster, Roster> _change;

    private RosterEdit(string title, Func<Roster, Roster> change) => (Title, _change) = (title, change);

    /// <value>For people.</value>
    public string Title { get; }

    /// <summary>One more node, as its own <c>init</c> printed it.</summary>
    /// <param name="name">1..32 characters of [a-z0-9-].</param>
    /// <param name="nodeId">64 hexadecimal digits, as <paramref name="identityKey"/> and <paramref name="tlsPin"/>.</param>
    /// <param name="address">host:port.</param>
    /// <exception cref="MpcSignerException">MALFORMED_REQUEST.</exception>
    public static RosterEdit AddNode(string name, string nodeId, string identityKey, string tlsPin, string address)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!NodeId.TryParse(nodeId, out var nid) || !Bytes32.TryParse(identityKey, out var identity) || !Digest32.TryParse(tlsPin, out var pin))
            throw Failures.Malformed("Node id, identity key and TLS pin have 64 hexadecimal digits each.", "Copy them from the JSON line that mpcsigner-node init printed.");
        var node = new RosterNode(nid, name, identity.ToArray(), [pin], address);
        return new($"add node {name}", roster => roster with { Nodes = [.. roster.Nodes.Append(node).OrderBy(n => n.Nid)] });
    }

    /// <summary>A node goes. What it has certified stays certified.</summary>
    public static RosterEdit RetireNode(string name) => new($"retire node {name}", roster =>
    {
        var node = Administration.Names.Node(roster, name);
        return roster with
        {
            Nodes = [.. roster.Nodes.Where(n => n.Nid != node.Nid)],
            FormerNodes = [.. roster.FormerNodes.Append(new(node.Nid, node.Name, [.. node.FormerIdentityKeys, node.IdentityKey])).OrderBy(n => n.Nid)],
        };
    });

    /// <summary>A node gets another identity key; its id and its keys stay.</summary>
    /// <param name="identityKey">64 hexadecimal digits.</param>
    public static RosterEdit RotateIdentity(string name, string identityKey)
    {
        if (!Bytes32.TryParse(identityKey, out var identity))
            throw Failures.Malformed("An identity key has 64 hexadecimal digits.", "Copy it from what mpcsigner-node identity new printed.");
        return new($"rotate the identity of node {name}", roster => Change(roster, name, node => node with
        {
            IdentityKey = identity.ToArray(),
            FormerIdentityKeys = [.. node.FormerIdentityKeys, node.IdentityKey],
        }));
    }

    /// <summary>A node may show another TLS key beside the present one.</summary>
    /// <param name="tlsPin">SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits.</param>
    public static RosterEdit PinTls(string name, string tlsPin)
    {
        if (!Digest32.TryParse(tlsPin, out var pin))
            throw Failures.Malformed("A TLS pin has 64 hexadecimal digits.", "Copy it from what mpcsigner-node cert new printed.");
        // Two pins at most: the newest of the present ones stays beside the new one.
        return new($"pin a TLS key of node {name}", roster => Change(roster, name, node => node with { TlsPins = [.. node.TlsPins.TakeLast(1), pin] }));
    }

    internal Roster Apply(Roster present) => _change(present) with { Version = present.Version + 1, Predecessor = present.Hash, NamedCluster = present.Cluster };

    private static Roster Change(Roster roster, string name, Func<RosterNode, RosterNode> change)
    {
        var node = Administration.Names.Node(roster, name);
        return roster with { Nodes = [.. roster.Nodes.Select(n => n.Nid == node.Nid ? change(n) : n)] };
    }
}
