using System.Globalization;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Evidence;

/// <summary>An identity key of a node and when it was the node's.</summary>
/// <param name="From">The first roster of those at hand that names it as the present one; null where only later ones are at hand.</param>
/// <param name="To">The last such roster.</param>
/// <param name="IsPresent">The newest roster names it as the present one.</param>
public sealed record KnownIdentity(Ed25519PublicKey Key, uint? From, uint? To, bool IsPresent)
{
    /// <summary>A key that was replaced may have been replaced because it was stolen: the reader has to know.</summary>
    public override string ToString() => (From, IsPresent) switch
    {
        ({ } from, true) => string.Create(CultureInfo.InvariantCulture, $"its identity key since roster version {from}, in use in the newest one at hand, {To}"),
        ({ } from, false) => string.Create(CultureInfo.InvariantCulture, $"its identity key of roster versions {from} to {To}, replaced since: whoever came to hold that key could have signed too"),
        (null, _) => "an identity key it had before the rosters at hand, replaced since: whoever came to hold that key could have signed too",
    };
}

/// <summary>Every identity key that the nodes of a cluster ever had, from rosters whose signatures the caller has verified: no roster forgets a node or a key.</summary>
public sealed class RosterIdentities
{
    private readonly Dictionary<NodeId, List<KnownIdentity>> _keys = [];
    private readonly Roster _newest;

    /// <param name="rosters">Of one chain, ascending; the newest alone will do, but then nothing says when a former key was in use.</param>
    /// <exception cref="ArgumentException">There is none, or it holds an identity key that is no Ed25519 key.</exception>
    public RosterIdentities(IReadOnlyList<Roster> rosters)
    {
        if (rosters.Count == 0)
            throw new ArgumentException("no roster", nameof(rosters));
        _newest = rosters[^1];
        foreach (var roster in rosters)
        {
            foreach (var node in roster.Nodes)
                Note(node.Nid, node.IdentityKey, roster.Version);
        }
        foreach (var node in _newest.Nodes)
            AddFormer(node.Nid, node.FormerIdentityKeys);
        foreach (var node in _newest.FormerNodes)
            AddFormer(node.Nid, node.IdentityKeys);
    }

    public ClusterId Cluster => _newest.Cluster;

    /// <summary>The newest roster's.</summary>
    public uint Version => _newest.Version;

    public string NameOf(NodeId nid) => _newest.Find(nid)?.Name ?? _newest.FormerNodes.FirstOrDefault(node => node.Nid == nid)?.Name ?? nid.ToString();

    /// <summary>The newest first; empty for a node that no roster names.</summary>
    public IReadOnlyList<KnownIdentity> KeysOf(NodeId nid) => _keys.TryGetValue(nid, out var keys) ? keys : [];

    /// <summary>Whether a node has signed a statement with any key it had; null for an unknown node.</summary>
    public bool? HasEverSigned(NodeId nid, Digest32 statement, ReadOnlyMemory<byte> signature) => !_keys.TryGetValue(nid, out var keys)
        ? null
        : signature.Length == Ed25519Signature.Size && keys.Any(identity => identity.Key.Verify(statement, signature.Span));

    private void Note(NodeId nid, ReadOnlyMemory<byte> encoded, uint version)
    {
        var key = Decode(encoded);
        var known = KeysFor(nid);
        var at = known.FindIndex(identity => identity.Key.Equals(key));
        var isPresent = version == _newest.Version;
        if (at < 0)
            known.Insert(0, new(key, version, version, isPresent));
        else
            known[at] = known[at] with { To = version, IsPresent = isPresent };
    }

    private void AddFormer(NodeId nid, IReadOnlyList<ReadOnlyMemory<byte>> keys)
    {
        var known = KeysFor(nid);
        foreach (var key in keys.Select(Decode))
        {
            if (known.All(identity => !identity.Key.Equals(key)))
                known.Add(new(key, null, null, false));
        }
    }

    private List<KnownIdentity> KeysFor(NodeId nid)
    {
        if (!_keys.TryGetValue(nid, out var known))
            _keys.Add(nid, known = []);
        return known;
    }

    private static Ed25519PublicKey Decode(ReadOnlyMemory<byte> encoded) =>
        Ed25519PublicKey.TryDecode(encoded.Span, out var key) ? key : throw new ArgumentException("an identity key of the roster is no Ed25519 key", nameof(encoded));
}
