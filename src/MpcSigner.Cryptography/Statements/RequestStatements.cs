using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Statements;

/// <summary>What clients and nodes sign about requests (wire document: request body, booking).</summary>
public static class RequestStatements
{
    /// <summary>H("client-request"; version, body): what the client signs.</summary>
    public static Digest32 ClientRequest(ReadOnlySpan<byte> body) => new TranscriptHash(Tags.ClientRequest).Version().Bytes(body).ToDigest();

    /// <summary>H("booking-scope"; u8 kind, client id, idempotency key): what is exclusive.</summary>
    public static Digest32 BookingScope(byte kind, ClientId client, string idempotencyKey) =>
        new TranscriptHash(Tags.BookingScope).U8(kind).Bytes32(client.Value).Bytes(Encoding.ASCII.GetBytes(idempotencyKey)).ToDigest();

    /// <summary>H("booking"; version, cluster id, u8 kind, scope, value, nid): what the node that books signs.</summary>
    public static Digest32 Booking(ClusterId cluster, byte kind, Digest32 scope, Digest32 value, NodeId nid) =>
        new TranscriptHash(Tags.Booking).Version().Bytes32(cluster.Value).U8(kind).Digest(scope).Digest(value).Bytes32(nid.Value).ToDigest();
}
