using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>What a node signs when it books a limit or an exclusive choice for a request.</summary>
public static class BookingDigest
{
    /// <summary>H("booking"; version, cluster id, nid of the booking node, u8 kind, scope, value, request digest, u64 time).</summary>
    /// <param name="clusterId">Another cluster's bookings mean nothing here.</param>
    /// <param name="nid">The node that books.</param>
    /// <param name="kind">Sum, count or exclusive value, in the caller's numbering.</param>
    /// <param name="scope">What is limited, in its canonical bytes.</param>
    /// <param name="value">The amount or the exclusive value, in its canonical bytes.</param>
    /// <param name="requestDigest">SHA-256 of the request's body.</param>
    /// <param name="unixMilliseconds">When the node booked.</param>
    public static Digest32 Compute(
        ClusterId clusterId, NodeId nid, byte kind, ReadOnlySpan<byte> scope, ReadOnlySpan<byte> value, Digest32 requestDigest, ulong unixMilliseconds) =>
        new TranscriptHash(Tags.Booking).Version().Bytes32(clusterId.Value).Bytes32(nid.Value).U8(kind)
            .Bytes(scope).Bytes(value).Digest(requestDigest).U64(unixMilliseconds).ToDigest();
}
