using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Faults;

/// <summary>Something an accused party signed with its identity key: it convinces third parties, and it is only shown when its signature holds.</summary>
public interface ISignedEvidence
{
    PartyId From { get; }

    /// <summary>What was signed, without the signature.</summary>
    ReadOnlyMemory<byte> Payload { get; }

    bool Verify(Ed25519PublicKey identity);

    /// <summary>A self-contained encoding, for storage.</summary>
    byte[] Encode();
}
