using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Protocols.Resharing;

/// <summary>Everything public that follows from the openings of all dealers: any two honest members, and any auditor, derive the same (spec §10).</summary>
/// <param name="Records">New ones; of a recovery the present ones.</param>
/// <param name="PublicShares">[pid][k], what each sender of round 3 must hold the secret of: X′ of a new party, Σ_i D_{i,k} of a helper.</param>
internal sealed record RenewedKeys(
    Digest32 T2,
    IReadOnlyList<KeyRecord> Records,
    IReadOnlyList<Digest32> RecordHashes,
    Digest32 RecordsRoot,
    IReadOnlyDictionary<PartyId, GroupPoint[]> PublicShares);
