using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>How a node gives up an attempt (spec §9).</summary>
public enum AbortKind : byte
{
    /// <summary>The session ended before this node's ACK was durable: it will never acknowledge, so PENDING ends wherever it is seen, unless it lies.</summary>
    NeverAcknowledged = 0,

    /// <summary>On an operator's order, by a node without the certificate: it never activates the attempt.</summary>
    Ordered = 1,
}

/// <summary>The statements of a key's life that nodes sign with their identity keys (spec §9, §10).</summary>
public static class LifecycleDigests
{
    /// <summary>H("ack"; version, suite, KH_old or 32 zero bytes, H(order), T2, KHR).</summary>
    /// <param name="suite">The suite of the batch.</param>
    /// <param name="oldRoot">The root over the old KH_k; all zero at a creation.</param>
    /// <param name="orderHash">H(order).</param>
    /// <param name="t2">The echo of the session.</param>
    /// <param name="newRoot">KHR, the root over the new KH_k.</param>
    public static Digest32 Ack(Suite suite, Digest32 oldRoot, Digest32 orderHash, Digest32 t2, Digest32 newRoot) =>
        new TranscriptHash(Tags.Ack).Version().Text(suite.HashName())
            .Digest(oldRoot).Digest(orderHash).Digest(t2).Digest(newRoot).ToDigest();

    /// <summary>H("done"; version, H(order), KHR).</summary>
    public static Digest32 Done(Digest32 orderHash, Digest32 newRoot) =>
        new TranscriptHash(Tags.Done).Version().Digest(orderHash).Digest(newRoot).ToDigest();

    /// <summary>H("abort"; version, H(order), u8 kind).</summary>
    public static Digest32 Abort(Digest32 orderHash, AbortKind kind) =>
        new TranscriptHash(Tags.Abort).Version().Digest(orderHash).U8((byte)kind).ToDigest();

    /// <summary>H("destroyed"; version, cluster id, H(order), nid): a node's word that it holds no share of the order's keys any more, of any generation (wire document: destruction).</summary>
    /// <param name="cluster">The cluster's id.</param>
    /// <param name="orderHash">H(order) of the destruction.</param>
    /// <param name="nid">The node that says so.</param>
    public static Digest32 Destroyed(ClusterId cluster, Digest32 orderHash, NodeId nid) =>
        new TranscriptHash(Tags.Destroyed).Version().Bytes32(cluster.Value).Digest(orderHash).Bytes32(nid.Value).ToDigest();
}
