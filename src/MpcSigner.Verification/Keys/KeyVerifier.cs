using System.Collections.Concurrent;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Verification.Keys;

/// <summary>
/// Checks keys that a node shows against the roster and, where it is known, the request that ordered them: no single node can slip in
/// a key of its own (design §8, "attested keys").
/// </summary>
/// <remarks>The proof is the commit certificate (spec §9.1): a signature of every node of the key over its record. Safe for concurrent use.</remarks>
public sealed class KeyVerifier
{
    /// <summary>A record of 16 parties on a curve with 33-byte points.</summary>
    public static readonly int MaxRecordBytes = KeyRecordEncoding.Size(Curve.Secp256k1, KeyLimits.MaxParties);

    /// <summary>Of each node all the keys it ever had, the present one first: what it certified stays certified when it gets another, or leaves.</summary>
    private readonly Dictionary<NodeId, IReadOnlyList<Ed25519PublicKey>> _identities = [];

    /// <summary>Signatures that have verified, by the hash of node, statement and signature.</summary>
    private readonly ConcurrentDictionary<Digest32, bool> _proven = [];

    /// <summary>Signatures that are remembered: those of 200 batches of 16 nodes and more of smaller ones.</summary>
    private const int MaxProven = 4_096;

    /// <exception cref="ArgumentException">The roster holds an identity key that is no valid Ed25519 key.</exception>
    public KeyVerifier(Roster roster)
    {
        ArgumentNullException.ThrowIfNull(roster);
        foreach (var node in roster.Nodes)
            _identities[node.Nid] = Decode(node.Name, [node.IdentityKey, .. node.FormerIdentityKeys]);
        foreach (var node in roster.FormerNodes)
            _identities[node.Nid] = Decode(node.Name, node.IdentityKeys);
    }

    /// <summary>Checks a key without knowing its order: that all its nodes, members of the roster, certified this very record.</summary>
    public KeyVerdict Verify(ShownKey shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
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
        var verdict = certificate.Verify(record, HasSigned, shown.Dealers);
        return verdict.IsValid
            ? KeyVerdict.Valid(new(record, certificate.OrderHash, certificate.Index, certificate.Count))
            : KeyVerdict.Bad(KeyFault.BadCertificate, $"The certificate of key {shown.KeyId} proves nothing: {verdict}.");
    }

    /// <summary>Checks that a key is the one at place <paramref name="index"/> of the batch that <paramref name="order"/> asked for, and is what it asked for.</summary>
    /// <param name="index">k, from 0.</param>
    public KeyVerdict Verify(ShownKey shown, CreationOrder order, int index)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, order.Asked.Count);
        var verdict = Verify(shown);
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
    private bool? HasSigned(NodeId nid, Digest32 statement, ReadOnlyMemory<byte> signature)
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

    /// <summary>What no record holds: a node can only lie about it to somebody who does not know the order.</summary>
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
