using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Statements;

/// <summary>What a node signs of its newest instance (wire document: announcement).</summary>
public static class AnnouncementStatement
{
    /// <summary>H("announce"; version, cluster id, nid, instance, u64 start counter, tls key, u16 min version, u16 max version, u64 clock ms, roster hash, policy hash).</summary>
    public static Digest32 Compute(
        ClusterId cluster, NodeId nid, InstanceId instance, ulong startCounter, Digest32 tlsKey,
        ushort minVersion, ushort maxVersion, ulong clockMs, Digest32 roster, Digest32 policy) =>
        new TranscriptHash(Tags.Announce).Version().Bytes32(cluster.Value).Bytes32(nid.Value).Bytes(instance.ToArray()).U64(startCounter)
            .Digest(tlsKey).U16(minVersion).U16(maxVersion).U64(clockMs).Digest(roster).Digest(policy).ToDigest();
}
