using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Frost;

/// <summary>One signature the coordinator is after: the key, exactly t signers, and what is to be signed (spec §19.1, §19.3).</summary>
/// <remarks>The coordinator may be one of the signers; its own commitment and share then come in like everybody's, without an envelope.</remarks>
public sealed class FrostCoordination
{
    /// <param name="signers">Exactly t parties of the record.</param>
    /// <param name="message">At most <see cref="FrostRequest.MaxMessage"/> bytes; Taproot takes exactly 32.</param>
    /// <param name="osid">32 fresh random bytes.</param>
    /// <param name="identities">Current identity keys by our own roster; it must know every signer.</param>
    /// <exception cref="ArgumentException">The coordinator's own mistake in any of these.</exception>
    public FrostCoordination(
        KeyRecord record, IEnumerable<PartyId> signers, ReadOnlyMemory<byte> message, IReadOnlyList<uint> path, FrostMode mode, ReadOnlyMemory<byte> root,
        Bytes32 osid, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        Record = record;
        RecordHash = KeyRecordHash.Compute(record);
        Signers = [.. signers.Order()];
        if (Signers.Count != record.Threshold || Signers.Distinct().Count() != Signers.Count)
            throw new ArgumentException($"exactly {record.Threshold} distinct signers are needed", nameof(signers));
        Identities = Signers.ToDictionary(pid => pid, pid =>
            record.Find(pid) is { } party && identities.TryGetValue(party.Nid, out var key)
                ? key
                : throw new ArgumentException($"party {pid} is not in the record or has no identity key", nameof(signers)));
        Suite = FrostSuite.For(record.Suite);
        if (message.Length > FrostRequest.MaxMessage || !Suite.AllowsMessage(message.Length) || path.Count > FrostRequest.MaxPathLength || !Suite.Allows(mode, root.Length))
            throw new ArgumentException("message, path or mode out of bounds", nameof(message));
        Message = message;
        Path = path;
        Mode = mode;
        Root = root;
        Osid = osid;
    }

    public KeyRecord Record { get; }

    /// <summary>KH.</summary>
    public Digest32 RecordHash { get; }

    /// <summary>S, ascending.</summary>
    public IReadOnlyList<PartyId> Signers { get; }

    internal IReadOnlyDictionary<PartyId, Ed25519PublicKey> Identities { get; }
    internal FrostSuite Suite { get; }
    internal IGroup Group => Suite.Group;
    internal ReadOnlyMemory<byte> Message { get; }
    internal IReadOnlyList<uint> Path { get; }
    internal FrostMode Mode { get; }
    internal ReadOnlyMemory<byte> Root { get; }
    internal Bytes32 Osid { get; }

    /// <summary>An inbox for the signers' commitments or shares.</summary>
    public RoundInbox<RawMessage> NewInbox(MessageType type) => new(new(ProtocolKind.Frost, type, 0), Signers);
}
