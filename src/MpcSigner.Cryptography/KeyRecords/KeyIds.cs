using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>The ids of the keys that a creation order makes (spec §9): nobody chooses them.</summary>
public static class KeyIds
{
    /// <summary>H("key-id"; H(order), u16 k), k from 0.</summary>
    public static KeyId Derive(Digest32 orderHash, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(k, KeyLimits.MaxBatch);
        return new(new TranscriptHash(Tags.KeyId).Digest(orderHash).U16((ushort)k).ToDigest().Value);
    }

    /// <summary>key_id_0..key_id_{N−1}.</summary>
    public static KeyId[] DeriveAll(Digest32 orderHash, int count)
    {
        var ids = new KeyId[count];
        for (var k = 0; k < count; k++)
            ids[k] = Derive(orderHash, k);
        return ids;
    }
}
