using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Evidence;

/// <summary>
/// All that a third party needs to judge one accusation without believing anybody (spec §4.4, §9 "Complaint", §15, §19.3): the session's inputs and the signed messages.
/// <see cref="EvidenceFileEncoding"/> gives its bytes, <see cref="EvidenceCourt"/> judges it.
/// </summary>
/// <param name="RosterVersion">The roster by whose identity keys the finder judged: a hint, as is <paramref name="Roster"/>. Which keys count is the court's to know.</param>
/// <param name="Roster">SHA-256 of that roster.</param>
/// <param name="Finder">Whose node kept it; nobody's word depends on it.</param>
/// <param name="FoundAt">Whole milliseconds, by the finder's clock.</param>
/// <param name="Culprit">Null after an echo mismatch: the statements name somebody only together with those of another node.</param>
/// <param name="Key">Index in the batch, where the fault has one.</param>
/// <param name="Statements">What convicts, in the order of <see cref="Accusation.Evidence"/>.</param>
public sealed record EvidenceFile(
    ClusterId Cluster, uint RosterVersion, Digest32 Roster, NodeId Finder, DateTimeOffset FoundAt, FaultKind Kind, PartyId? Culprit, int? Key,
    EvidenceSubject Subject, IReadOnlyList<ISignedEvidence> Statements)
{
    /// <summary>A batch of 1,000 keys among 16 nodes with all openings has some 10 MiB. What is larger is not kept.</summary>
    public const int MaxBytes = StoreLimits.MaxEvidenceBytes;

    /// <summary>Openings of 16 dealers with confirmations of 16 new parties, and to spare.</summary>
    public const int MaxStatements = 48;

    /// <summary>Under which it is listed and logged: SHA-256 of its bytes.</summary>
    public static Digest32 IdOf(ReadOnlySpan<byte> encoded) => new(SHA256.HashData(encoded));
}
