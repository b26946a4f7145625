using System.Collections.Concurrent;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Verification.Keys;

/// <summary>
/// Checks keys that a node shows against the roster and the request that ordered them, the caller's own or the one that the key's id binds: fewer than t nodes cannot slip in
/// a key of their own (design §8, "attested keys").
/// </summary>
/// <remarks>
/// A record is proven by its commit certificate (spec §9.1), a signature of every node that it names; that these are the key's nodes, by its anchor (<see cref="AnchorCheck"/>). Safe for concurrent use.
/// </remarks>
public sealed class KeyVerifier
{
    /// <summary>A record of 16 parties on a curve with 33-byte points.</summary>
    public static readonly int MaxRecordBytes = KeyRecordEncoding.Size(Curve.Secp256k1, KeyLimits.MaxParties);

    /// <summary>Of each node all the keys it ever had, the present one first: what it certified stays certified when it gets another, or leaves.</summary>
    private readonly Dictionary<NodeId, IReadOnlyList<Ed25519PublicKey>> _identities = [];
    private readonly CreationProofs _creations;

    /// <summary>Signatures that have verified, by the hash of node, statement and signature.</summary>
    private readonly ConcurrentDictionary<Digest32, bool> _proven = [];

    /// <summary>Signatures that are remembered: those of 200 batches of 16 nodes and more of smaller ones.</summary>
    private const int MaxProven = 4_096;

    /// <param name="roster">The newest that the caller holds.</param>
    /// <param name="decoder">Reads creation requests.</param>
    /// <param name="formerClients">Clients as earlier rosters of the chain name them: what they ordered stays ordered when they get another key, or leave.</param>
    /// <exception cref="ArgumentException">The roster holds an identity key that is no valid Ed25519 key.</exception>
    public KeyVerifier(Roster roster, IRequestDecoder decoder, IEnumerable<RosterClient>? formerClients = null)
    {
        ArgumentNullException.ThrowIfNull(roster);
        ArgumentNullException.ThrowIfNull(decoder);
        foreach (var node in roster.Nodes)
            _identities[node.Nid] = Decode(node.Name, [node.IdentityKey, .. node.FormerIdentityKeys]);
        foreach (var node in roster.FormerNodes)
            _identities[node.Nid] = Decode(node.Name, node.IdentityKeys);
        _creations = new(roster.Cluster, decoder, [.. roster.Clients, .. formerClients ?? []]);
    }

    /// <summary>Checks a key that somebody else ordered, or that is shown in a later generation: that it is the one which its creation made, and that all its nodes certified this very record.</summary>
    /// <param name="idIsKnown">
    /// The caller asked for this very id and did not learn it from the node that shows it. Such an id binds client and body of its creation request alone, and the request's signature is not looked at: a node
    /// may have been handed one that nobody could judge any more, and the key is the same key. An id that only a node names could be made of any bytes, so there a client must have signed the request.
    /// </param>
    public KeyVerdict Verify(ShownKey shown, bool idIsKnown = false)
    {
        ArgumentNullException.ThrowIfNull(shown);
        var verdict = VerifyCertified(shown);
        if (verdict.Key is not { } key)
            return verdict;
        if (shown.Anchor is not { } anchor)
            return KeyVerdict.Bad(KeyFault.NotAnchored, $"Key {shown.KeyId} is shown without the creation that its id is made of.");
        if (VerifyAnchor(key.Record, anchor, idIsKnown, out var order) is { } refused)
            return refused;
        return CheckClaims(shown, order!, anchor.Index) ?? verdict;
    }

    /// <summary>id ▸ creation request ▸ nodes, threshold and suite ▸ certificate of all of them ▸ public key and chain code ▸ the record shown. Null when it holds.</summary>
    private KeyVerdict? VerifyAnchor(KeyRecord record, KeyAnchor anchor, bool idIsKnown, out CreationOrder? order)
    {
        (order, var fault) = _creations.Judge(anchor.Creation, mustBeSigned: !idIsKnown);
        if (order is null)
        {
            return KeyVerdict.Bad(fault, fault == KeyFault.UnsignedCreation
                ? $"No client that the rosters held here let create keys has signed the creation request of key {record.KeyId}."
                : $"What is shown as the creation request of key {record.KeyId} is none of this cluster.");
        }
        var verdict = AnchorCheck.Check(record.KeyId, anchor, order.Asked, HasEverSigned);
        if (!verdict.IsValid)
            return KeyVerdict.Bad(verdict.Fault == AnchorFault.OtherCreation ? KeyFault.OtherCreation : KeyFault.BadAnchor, $"The anchor of key {record.KeyId} does not hold: {verdict}.");
        return AnchorCheck.IsOf(anchor, record)
            ? null
            : KeyVerdict.Bad(KeyFault.OtherPublicKey, $"Generation {record.Generation} of key {record.KeyId} is shown with another public key, chain code or record than its creation made.");
    }

    /// <summary>The record is one of its id, and all nodes that it names itself, members of the roster, certified it.</summary>
    private KeyVerdict VerifyCertified(ShownKey shown)
    {
        if (shown.Suite == Suite.None || !Enum.IsDefined(shown.Suite) || !KeyRecordEncoding.TryDecode(shown.Suite, shown.Record.Span, out var record))
            return KeyVerdict.Bad(KeyFault.MalformedRecord, $"The record of key {shown.KeyId} is not a key record of its suite.");
        if (record!.KeyId != shown.KeyId)
            return KeyVerdict.Bad(KeyFault.OtherKey, $"Shown as key {shown.KeyId}, the record is that of key {record.KeyId}.");
        if (shown.Certificate.IsEmpty)
            return KeyVerdict.Bad(KeyFault.NotCertified, $"Key {shown.KeyId} is PENDING: not all of its nodes have certified it yet.");
        if (!CommitCertificate.TryDecode(shown.Certificate.Span, out var certificate))
            return KeyVerdict.Bad(KeyFault.MalformedCertificate, $"The certificate of key {shown.KeyId} is not a commit certificate.");
        foreach (var party in record.Parties)
        {
            if (!_identities.ContainsKey(party.Nid))
                return KeyVerdict.Bad(KeyFault.ForeignNode, $"Party {party.Pid} of key {shown.KeyId}, node {party.Nid}, is not in the roster.");
        }
        var verdict = certificate.Verify(record, HasEverSigned, shown.Dealers);
        return verdict.IsValid
            ? KeyVerdict.Valid(new(record, certificate.OrderHash, certificate.Index, certificate.Count))
            : KeyVerdict.Bad(KeyFault.BadCertificate, $"The certificate of key {shown.KeyId} proves nothing: {verdict}.");
    }

    /// <summary>Checks that a new key is the one at place <paramref name="index"/> of the batch that <paramref name="order"/>, the caller's own, asked for, and is what it asked for: it needs no other anchor.</summary>
    /// <param name="index">k, from 0.</param>
    public KeyVerdict Verify(ShownKey shown, CreationOrder order, int index)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, order.Asked.Count);
        ArgumentNullException.ThrowIfNull(shown);
        var verdict = VerifyCertified(shown);
        if (verdict.Key is not { } key)
            return verdict;
        var asked = order.Asked;
        var id = key.Record.KeyId;
        if (key.Order != order.Hash)
            return KeyVerdict.Bad(KeyFault.OtherOrder, $"Key {id} was made for order {key.Order}, not for ours, {order.Hash}.");
        if (key.Index != index || key.Count != asked.Count || id != order.KeyIdAt(index))
            return KeyVerdict.Bad(KeyFault.OtherPlace, $"Key {id} is number {key.Index} of {key.Count} of its batch, not {index} of {asked.Count}.");
        if (key.Record.Suite != asked.Suite)
            return KeyVerdict.Bad(KeyFault.OtherSuite, $"Key {id} is of suite {key.Record.Suite}, not {asked.Suite}.");
        if (key.Record.Generation != 0)
            return KeyVerdict.Bad(KeyFault.OtherGeneration, $"Key {id} is shown in generation {key.Record.Generation}; a new key has generation 0.");
        if (key.Record.Threshold != asked.Threshold)
            return KeyVerdict.Bad(KeyFault.OtherThreshold, $"Key {id} needs {key.Record.Threshold} nodes to sign, not {asked.Threshold}.");
        if (!key.Record.Parties.Select(p => (p.Pid, p.Nid)).SequenceEqual(asked.Parties))
            return KeyVerdict.Bad(KeyFault.OtherParties, $"Key {id} is shared among other nodes, or under other numbers, than asked for.");
        return CheckClaims(shown, order, index) ?? verdict;
    }

    /// <summary>Whether a node has signed a statement with any identity key it ever had; null for an unknown node.</summary>
    /// <remarks>The keys of a batch carry the same signatures over the same statement: each is verified once.</remarks>
    private bool? HasEverSigned(NodeId nid, Digest32 statement, ReadOnlyMemory<byte> signature)
    {
        if (!_identities.TryGetValue(nid, out var keys))
            return null;
        if (signature.Length != Ed25519Signature.Size)
            return false;
        var name = new Digest32(SHA256.HashData([.. nid.ToArray(), .. statement.ToArray(), .. signature.Span]));
        if (_proven.ContainsKey(name))
            return true;
        if (!keys.Any(key => key.Verify(statement, signature.Span)))
            return false;
        // What is forgotten is verified again.
        if (_proven.Count >= MaxProven)
            _proven.Clear();
        _proven[name] = true;
        return true;
    }

    private static Ed25519PublicKey[] Decode(string name, IEnumerable<ReadOnlyMemory<byte>> keys) =>
    [
        .. keys.Select(bytes => Ed25519PublicKey.TryDecode(bytes.Span, out var key) ? key : throw new ArgumentException($"an identity key of node {name} is not a valid Ed25519 key")),
    ];

    /// <summary>What no record holds, and the order says.</summary>
    private static KeyVerdict? CheckClaims(ShownKey shown, CreationOrder order, int index)
    {
        if (shown.Label != order.LabelAt(index))
            return KeyVerdict.Bad(KeyFault.OtherLabel, $"Key {shown.KeyId} is shown with a label that was not asked for.");
        if (shown.Usage != order.Asked.Usage)
            return KeyVerdict.Bad(KeyFault.OtherUsage, $"Key {shown.KeyId} is shown for usage {shown.Usage}, not {order.Asked.Usage}.");
        return shown.Owner == order.Client
            ? null
            : KeyVerdict.Bad(KeyFault.OtherOwner, $"Key {shown.KeyId} is shown as the property of client {shown.Owner}.");
    }
}
