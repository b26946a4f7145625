using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Statements;

/// <summary>The hash chain of a node's log and what the node signs of it.</summary>
public static class AuditStatements
{
    /// <summary>H("log-entry"; hash of the entry before (zero before the first), entry encoding).</summary>
    public static Digest32 EntryHash(Digest32 previous, ReadOnlySpan<byte> entry) =>
        new TranscriptHash(Tags.LogEntry).Digest(previous).Bytes(entry).ToDigest();

    /// <summary>H("log-head"; cluster id, nid, u64 sequence, entry hash): signed with the node's identity key.</summary>
    public static Digest32 Head(ClusterId cluster, NodeId nid, ulong sequence, Digest32 hash) =>
        new TranscriptHash(Tags.LogHead).Bytes32(cluster.Value).Bytes32(nid.Value).U64(sequence).Digest(hash).ToDigest();
}
