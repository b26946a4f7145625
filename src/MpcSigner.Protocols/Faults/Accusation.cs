using MpcSigner.Core.Identities;

namespace MpcSigner.Protocols.Faults;

/// <summary>One party's crime: who, what, in which key of the batch, and the signed messages that convict it.</summary>
/// <param name="Key">Index in the batch, where the fault has one.</param>
/// <param name="Digest">SHA-256 of the offending payload as it was opened.</param>
/// <param name="Evidence">What the culprit signed; empty where nothing signed shows the fault, and then the accusation convinces only ourselves.</param>
public sealed record Accusation(
    PartyId Culprit, FaultKind Kind, int? Key, Digest32 Digest, IReadOnlyList<ISignedEvidence> Evidence);
