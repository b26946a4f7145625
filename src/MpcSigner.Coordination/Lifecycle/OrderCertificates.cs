using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>An order's certificate: as it travels in an envelope, and as each of its keys is stored with it.</summary>
internal static class OrderCertificates
{
    private const int MaxSize = 3 * Digest32.Size + 2 + CommitCertificate.MaxAcknowledgements * (2 + Ed25519Signature.Size);

    /// <summary>H(order) ‖ T2 ‖ KHR ‖ u16 count ‖ (u16 pid ‖ signature)… ascending.</summary>
    public static byte[] Encode(OrderCertificate certificate) => new ByteWriter(MaxSize)
        .Bytes32(certificate.Order.Value).Bytes32(certificate.Echo.Value).Bytes32(certificate.RecordsRoot.Value)
        .Bytes(CommitCertificate.EncodeAcknowledgements(Acknowledgements(certificate))).ToArray();

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out OrderCertificate? certificate)
    {
        certificate = null;
        var reader = new ByteReader(bytes);
        if (bytes.Length > MaxSize || !reader.Bytes32(out var order) || !reader.Bytes32(out var echo) || !reader.Bytes32(out var root)
            || !CommitCertificate.TryDecodeAcknowledgements(bytes[(3 * Digest32.Size)..], out var acks))
            return false;
        certificate = new(new(order), new(echo), new(root), [.. acks.Select(ack => (ack.Pid, ack.Signature))]);
        return true;
    }

    /// <summary>The stored certificate of every key of the order, in key order.</summary>
    /// <param name="rows">All of them, in key order.</param>
    /// <param name="oldRoot">KH_old; all zero at a creation.</param>
    public static IReadOnlyList<(KeyId Key, ReadOnlyMemory<byte> Certificate)> ForKeys(
        OrderCertificate certificate, IReadOnlyList<KeyRow> rows, Digest32 oldRoot = default)
    {
        var acknowledgements = Acknowledgements(certificate);
        Digest32[] hashes = [.. rows.Select(row => row.RecordHash)];
        var paths = KeyRecordTree.Paths(hashes);
        var certificates = new (KeyId, ReadOnlyMemory<byte>)[rows.Count];
        for (var k = 0; k < rows.Count; k++)
        {
            certificates[k] = (rows[k].Record.KeyId, new CommitCertificate(
                acknowledgements, oldRoot, certificate.Order, certificate.Echo, (ushort)k, (ushort)rows.Count, paths[k]).Encode());
        }
        return certificates;
    }

    /// <summary>Back from the stored certificate of an ACTIVE key.</summary>
    public static OrderCertificate FromKey(KeyRow row, Digest32 recordsRoot)
    {
        if (!CommitCertificate.TryDecode(row.Certificate.Span, out var certificate))
            throw new InvalidOperationException($"the store holds a malformed certificate of key {row.Record.KeyId}");
        return new(certificate.OrderHash, certificate.T2, recordsRoot, [.. certificate.Acknowledgements.Select(ack => (ack.Pid, ack.Signature))]);
    }

    private static IReadOnlyList<Acknowledgement> Acknowledgements(OrderCertificate certificate) =>
        [.. certificate.Acks.OrderBy(ack => ack.Pid).Select(ack => new Acknowledgement(ack.Pid, ack.Ack))];
}
