using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Verification.Keys;

/// <summary>A key as a node shows it: claims, nothing of it verified.</summary>
/// <param name="Record">Encoded key record, at most <see cref="KeyVerifier.MaxRecordBytes"/>.</param>
/// <param name="Certificate">Encoded commit certificate; empty while the key is PENDING.</param>
/// <param name="Label">Not part of the record: the creation request vouches for it, as for usage and owner.</param>
public sealed record ShownKey(
    KeyId KeyId,
    Suite Suite,
    ReadOnlyMemory<byte> Record,
    ReadOnlyMemory<byte> Certificate,
    string Label,
    KeyUsage Usage,
    ClientId Owner)
{
    /// <summary>Of a generation made by a reshare: the old parties whose ACKs its certificate carries beside those of the record. A wrong list fails the certificate.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Dealers { get; init; } = [];

    /// <summary>What the key is known by to whoever did not order it; null if the node showed none.</summary>
    public KeyAnchor? Anchor { get; init; }
}
