using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>What is sealed; part of the associated data, so that one kind is never opened as another.</summary>
public enum SealedKind : byte
{
    Share = 1,
    IdentitySeed = 2,
    SealingKey = 3,
}

/// <summary>The place that sealed bytes belong to: moved to another key, node or generation, they do not open.</summary>
public sealed record SealingContext
{
    private SealingContext(SealedKind kind, KeyId keyId, NodeId nid, uint shareGeneration) =>
        (Kind, KeyId, Nid, ShareGeneration) = (kind, keyId, nid, shareGeneration);

    public SealedKind Kind { get; }

    public KeyId KeyId { get; }

    public NodeId Nid { get; }

    public uint ShareGeneration { get; }

    /// <summary>A node's share of one generation of a key.</summary>
    public static SealingContext ForShare(KeyId keyId, NodeId nid, uint shareGeneration) => new(SealedKind.Share, keyId, nid, shareGeneration);

    /// <summary>The seed of a node's identity key.</summary>
    public static SealingContext ForIdentitySeed(NodeId nid) => new(SealedKind.IdentitySeed, default, nid, 0);

    /// <summary>A generation of the node's sealing key, wrapped under the operator's.</summary>
    internal static SealingContext ForSealingKey(NodeId nid) => new(SealedKind.SealingKey, default, nid, 0);

    /// <summary>"MpcSigner/sealed/1" ‖ u8 kind ‖ u32 sealing generation ‖ key id ‖ nid ‖ u32 share generation.</summary>
    internal byte[] AssociatedData(uint sealingGeneration) =>
        new ByteWriter(128).Bytes("MpcSigner/sealed/1"u8).U8((byte)Kind).U32(sealingGeneration)
            .Bytes32(KeyId.Value).Bytes32(Nid.Value).U32(ShareGeneration).ToArray();
}
