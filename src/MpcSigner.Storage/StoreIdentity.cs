using MpcSigner.Core.Identities;

namespace MpcSigner.Storage;

/// <summary>Whose store it is. Fixed at its creation and compared at each opening.</summary>
public readonly record struct StoreIdentity(ClusterId Cluster, NodeId Node);

/// <summary>What a store holds from its creation on.</summary>
/// <param name="StoreId">16 random bytes of the creator's randomness: tells two stores of one node apart.</param>
/// <param name="SealParameters">How the sealing key is found (a salt, costs): the vault's business, opaque here.</param>
/// <param name="SealVerifier">By which the vault tells a wrong sealing key; opaque here.</param>
public sealed record StoreMeta(
    StoreIdentity Identity,
    ReadOnlyMemory<byte> StoreId,
    ReadOnlyMemory<byte> SealParameters,
    ReadOnlyMemory<byte> SealVerifier)
{
    public const int StoreIdSize = 16;
    public const int MaxSealBytes = 4_096;
}
