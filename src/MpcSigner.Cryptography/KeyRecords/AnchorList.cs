using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>The anchors of a batch of keys as nodes send them to each other: what keys of one creation share is there once (wire document, "Anchors").</summary>
public static class AnchorList
{
    /// <summary>Of one list. 1,000 keys that are a creation of 16 nodes each stay below it; keys out of many large creations may need several orders.</summary>
    public const int MaxBytes = 3 << 20;

    /// <summary>Above any record: 16 parties on a curve with 33-byte points have 1,175 bytes.</summary>
    private const int MaxRecordBytes = 2_048;

    /// <summary>
    /// u16 count ‖ creations: client id 32 ‖ signature 64 ‖ u32 length ‖ body ‖ u16 count ‖ (u16 pid ‖ ACK 64)… ‖ T2 32 ‖ u16 N;
    /// then per key u16 which ‖ u16 k ‖ u8 count ‖ siblings ‖ u32 length ‖ record.
    /// </summary>
    /// <exception cref="ArgumentException">Our bug: an anchor whose certificate does not decode, which no check has passed.</exception>
    public static void Write(ByteWriter writer, IReadOnlyList<KeyAnchor> anchors)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(anchors);
        List<(SignedRequest Creation, CommitCertificate Certificate)> distinct = [];
        Dictionary<(Digest32, Digest32), int> places = [];
        var keys = new (int Which, CommitCertificate Certificate)[anchors.Count];
        for (var k = 0; k < keys.Length; k++)
        {
            var certificate = Decode(anchors[k]);
            if (!places.TryGetValue((certificate.OrderHash, certificate.T2), out var place))
            {
                places.Add((certificate.OrderHash, certificate.T2), place = distinct.Count);
                distinct.Add((anchors[k].Creation, certificate));
            }
            keys[k] = (place, certificate);
        }
        writer.U16(checked((ushort)distinct.Count));
        foreach (var (creation, certificate) in distinct)
        {
            SignedRequestEncoding.Write(writer, creation).Bytes(CommitCertificate.EncodeAcknowledgements(certificate.Acknowledgements))
                .Bytes32(certificate.T2.Value).U16(certificate.Count);
        }
        for (var k = 0; k < keys.Length; k++)
        {
            var (which, certificate) = keys[k];
            writer.U16((ushort)which).U16(certificate.Index).U8(checked((byte)certificate.Siblings.Count));
            foreach (var sibling in certificate.Siblings)
                writer.Bytes32(sibling.Value);
            writer.Block(KeyRecordEncoding.Encode(anchors[k].Record));
        }
    }

    /// <summary>Bytes that one more key takes in a list.</summary>
    /// <param name="creations">H(order) of the creations that the list holds already: another one comes with it, and joins them.</param>
    public static int Add(KeyAnchor anchor, ISet<Digest32> creations)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        ArgumentNullException.ThrowIfNull(creations);
        var certificate = Decode(anchor);
        var creation = ClientId.Size + anchor.Creation.Signature.Length + 4 + anchor.Creation.Body.Length
            + CommitCertificate.EncodeAcknowledgements(certificate.Acknowledgements).Length + Digest32.Size + 2;
        return 2 + 2 + 1 + certificate.Siblings.Count * Digest32.Size + 4
            + KeyRecordEncoding.Size(anchor.Record.Suite.Curve(), anchor.Record.Parties.Count) + (creations.Add(certificate.OrderHash) ? creation : 0);
    }

    /// <summary>Reads the anchors of so many keys of one suite. Only the form is judged.</summary>
    public static bool TryRead(ref ByteReader reader, Suite suite, int count, [NotNullWhen(true)] out IReadOnlyList<KeyAnchor>? anchors)
    {
        anchors = null;
        if (reader.Remaining > MaxBytes || !reader.U16(out var distinct) || distinct == 0 || distinct > count)
            return false;
        var creations = new (SignedRequest Creation, CommitCertificate Shared)[distinct];
        for (var i = 0; i < distinct; i++)
        {
            if (!SignedRequestEncoding.TryRead(ref reader, out var creation) || !CommitCertificate.TryReadAcknowledgements(ref reader, out var acknowledgements)
                || !reader.Bytes32(out var t2) || !reader.U16(out var keys) || keys is 0 or > KeyLimits.MaxBatch)
                return false;
            creations[i] = (creation, new(acknowledgements, default, AnchorCheck.OrderOf(creation), new(t2), 0, keys, []));
        }
        var read = new KeyAnchor[count];
        for (var k = 0; k < count; k++)
        {
            if (!reader.U16(out var which) || which >= distinct || !reader.U16(out var index) || index >= creations[which].Shared.Count
                || !TryReadSiblings(ref reader, out var siblings)
                || !reader.Block(MaxRecordBytes, out var bytes) || !KeyRecordEncoding.TryDecode(suite, bytes, out var record))
                return false;
            var (creation, shared) = creations[which];
            read[k] = new(creation, index, record!, (shared with { Index = index, Siblings = siblings }).Encode());
        }
        anchors = read;
        return true;
    }

    private static bool TryReadSiblings(ref ByteReader reader, out Digest32[] siblings)
    {
        siblings = [];
        if (!reader.U8(out var length) || length > KeyRecordTree.MaxPathLength)
            return false;
        siblings = new Digest32[length];
        for (var i = 0; i < length; i++)
        {
            if (!reader.Bytes32(out var sibling))
                return false;
            siblings[i] = new(sibling);
        }
        return true;
    }

    private static CommitCertificate Decode(KeyAnchor anchor) => CommitCertificate.TryDecode(anchor.Certificate.Span, out var certificate)
        ? certificate
        : throw new ArgumentException($"the anchor of key {anchor.Record.KeyId} has a certificate that does not decode", nameof(anchor));
}
