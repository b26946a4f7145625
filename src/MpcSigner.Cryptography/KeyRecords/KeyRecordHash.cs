using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>KH, the hash that stands for one generation of a key in every protocol (spec §3.4).</summary>
public static class KeyRecordHash
{
    private const int MaxPointSize = 33;

    /// <summary>H("key-record"; suite, curve, key_id, u32 generation, u8 t, u8 n, list of (pid ‖ nid ‖ X_pid), P, chaincode).</summary>
    public static Digest32 Compute(KeyRecord record)
    {
        var transcript = new TranscriptHash(Tags.KeyRecord)
            .Text(record.Suite.HashName())
            .Text(record.Suite.Curve().HashName())
            .Bytes32(record.KeyId.Value)
            .U32(record.Generation)
            .U8(record.Threshold)
            .U8(checked((byte)record.Parties.Count))
            .Count(record.Parties.Count);
        Span<byte> entry = stackalloc byte[2 + NodeId.Size + MaxPointSize];
        foreach (var party in record.Parties)
        {
            BinaryPrimitives.WriteUInt16BigEndian(entry, party.Pid.Value);
            party.Nid.CopyTo(entry[2..]);
            party.PublicShare.Span.CopyTo(entry[(2 + NodeId.Size)..]);
            transcript.Bytes(entry[..(2 + NodeId.Size + party.PublicShare.Length)]);
        }
        return transcript.Bytes(record.PublicKey.Span).Bytes32(record.ChainCode.Value).ToDigest();
    }
}
