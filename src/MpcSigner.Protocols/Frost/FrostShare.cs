using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Frost;

/// <summary>z_i with its signer's identity signature over H("frost-share"; the request without osid, z_i) (spec §19.3): proof against a signer whose share is wrong.</summary>
/// <param name="Request">The request without osid.</param>
/// <param name="Share">z_i in the group's encoding.</param>
public sealed record FrostShare(PartyId From, ReadOnlyMemory<byte> Request, ReadOnlyMemory<byte> Share, ReadOnlyMemory<byte> Signature) : ISignedEvidence
{
    /// <summary>z_i ‖ signature: the payload of message type 12.</summary>
    public const int Size = IGroup.ScalarSize + Ed25519Signature.Size;

    ReadOnlyMemory<byte> ISignedEvidence.Payload => Share;

    public static FrostShare Sign(PartyId signer, FrostRequest request, PublicScalar share, IIdentitySigner identity)
    {
        var (asked, encoded) = (request.EncodeWithoutOsid(), share.Encode());
        return new(signer, asked, encoded, identity.Sign(Digest(asked, encoded)));
    }

    /// <summary>Splits a payload of the exact length; nothing is verified yet.</summary>
    public static bool TryRead(PartyId from, FrostRequest request, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out FrostShare? share)
    {
        share = payload.Length == Size
            ? new(from, request.EncodeWithoutOsid(), payload[..IGroup.ScalarSize].ToArray(), payload[IGroup.ScalarSize..].ToArray())
            : null;
        return share is not null;
    }

    public byte[] EncodePayload() => [.. Share.Span, .. Signature.Span];

    public bool Verify(Ed25519PublicKey identity) => identity.Verify(Digest(Request.Span, Share.Span), Signature.Span);

    private static Digest32 Digest(ReadOnlySpan<byte> request, ReadOnlySpan<byte> share) =>
        new TranscriptHash(Tags.FrostShare).Bytes(request).Bytes(share).ToDigest();

    /// <summary>u16 pid ‖ u32 length ‖ request ‖ z ‖ signature.</summary>
    public byte[] Encode() => new ByteWriter(128 + Request.Length).U16(From.Value).Block(Request.Span).Bytes(Share.Span).Bytes(Signature.Span).ToArray();

    /// <summary>Reads what <see cref="Encode"/> writes. The signature is not verified here.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out FrostShare? share)
    {
        share = null;
        var reader = new ByteReader(bytes);
        if (!reader.U16(out var pid) || pid == 0 || !reader.Block(FrostRequest.MaxSize, out var request)
            || !reader.Bytes(IGroup.ScalarSize, out var value) || !reader.Bytes(Ed25519Signature.Size, out var signature) || !reader.AtEnd)
            return false;
        share = new(new(pid), request.ToArray(), value.ToArray(), signature.ToArray());
        return true;
    }

    /// <summary>
    /// For a third party with the key record: whether this share, signed by its sender, is wrong for the commitment that the request holds for it.
    /// </summary>
    /// <remarks>The signed bytes do not name the pid: that the key is the sender's follows from the record and the roster alone, so they are looked up here.</remarks>
    /// <param name="identities">Identity keys of the time, by nid.</param>
    public bool Convicts(KeyRecord record, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        var recordHash = KeyRecordHash.Compute(record);
        byte[] withOsid = [.. new byte[Bytes32.Size], .. Request.Span];
        return record.Find(From) is { } party && identities.TryGetValue(party.Nid, out var identity) && Verify(identity)
            && FrostRequest.TryDecode(record, recordHash, withOsid, out var request, out _)
            && request.Signers.Contains(From)
            && FrostEquation.TryCreate(record, request, out var equation, out _)
            && (!FrostSuite.For(record.Suite).Group.TryDecodeScalar(Share.Span, out var value) || !equation.Holds(From, value));
    }
}
