using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>One node's acknowledgement: its identity signature over <see cref="LifecycleDigests.Ack"/>.</summary>
public sealed record Acknowledgement(PartyId Pid, ReadOnlyMemory<byte> Signature);

/// <summary>
/// The proof that a key record is in force (spec §9.1): the ACKs of all its parties, with what is needed to check them for this
/// one key of the batch. Public; holds nothing that is trusted before <see cref="Verify"/> says so.
/// </summary>
/// <param name="Acknowledgements">Ascending by pid.</param>
/// <param name="OldRoot">KH_old: the root over the old records of the batch; all zero at a creation.</param>
/// <param name="OrderHash">H(order).</param>
/// <param name="T2">The echo of the session that made the generation.</param>
/// <param name="Index">k, the key's place in the batch: a hint, as is <paramref name="Count"/> (the key is named by its KH).</param>
/// <param name="Count">N, the keys of the batch.</param>
/// <param name="Siblings">From leaf to root.</param>
public sealed record CommitCertificate(
    IReadOnlyList<Acknowledgement> Acknowledgements,
    Digest32 OldRoot,
    Digest32 OrderHash,
    Digest32 T2,
    ushort Index,
    ushort Count,
    IReadOnlyList<Digest32> Siblings)
{
    /// <summary>A reshare's certificate also holds the dealers that are no party of the new record.</summary>
    public const int MaxAcknowledgements = 2 * KeyLimits.MaxParties;

    private const int AcknowledgementSize = 2 + Ed25519Signature.Size;

    /// <summary>The largest encoding.</summary>
    public const int MaxSize = 2 + MaxAcknowledgements * AcknowledgementSize + 3 * Digest32.Size + 2 + 2 + 1 + KeyRecordTree.MaxPathLength * Digest32.Size;

    /// <summary>u16 count ‖ (u16 pid ‖ sig) ascending ‖ KH_old ‖ H(order) ‖ T2 ‖ u16 k ‖ u16 N ‖ u8 count ‖ siblings.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(1024);
        WriteAcknowledgements(writer, Acknowledgements);
        writer.Bytes32(OldRoot.Value).Bytes32(OrderHash.Value).Bytes32(T2.Value).U16(Index).U16(Count).U8(checked((byte)Siblings.Count));
        foreach (var sibling in Siblings)
            writer.Bytes32(sibling.Value);
        return writer.ToArray();
    }

    /// <summary>The batch's part of the certificate, which is what nodes push to each other: u16 count ‖ (u16 pid ‖ sig) ascending.</summary>
    public static byte[] EncodeAcknowledgements(IReadOnlyList<Acknowledgement> acknowledgements)
    {
        var writer = new ByteWriter(2 + acknowledgements.Count * AcknowledgementSize);
        WriteAcknowledgements(writer, acknowledgements);
        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="EncodeAcknowledgements"/> writes, and nothing after it.</summary>
    public static bool TryDecodeAcknowledgements(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IReadOnlyList<Acknowledgement>? acknowledgements)
    {
        var reader = new ByteReader(bytes);
        return TryReadAcknowledgements(ref reader, out acknowledgements) && reader.AtEnd;
    }

    /// <summary>Checks the form only: bounds, ascending pids, no bytes left over.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CommitCertificate? certificate)
    {
        certificate = null;
        var reader = new ByteReader(bytes);
        if (bytes.Length > MaxSize || !TryReadAcknowledgements(ref reader, out var acknowledgements)
            || !reader.Bytes32(out var oldRoot) || !reader.Bytes32(out var orderHash) || !reader.Bytes32(out var t2)
            || !reader.U16(out var index) || !reader.U16(out var count) || count is 0 or > KeyLimits.MaxBatch || index >= count
            || !reader.U8(out var length) || length > KeyRecordTree.MaxPathLength)
            return false;
        var siblings = new Digest32[length];
        for (var i = 0; i < length; i++)
        {
            if (!reader.Bytes32(out var sibling))
                return false;
            siblings[i] = new(sibling);
        }
        if (!reader.AtEnd)
            return false;
        certificate = new(acknowledgements, new(oldRoot), new(orderHash), new(t2), index, count, siblings);
        return true;
    }

    /// <summary>Checks that every party of the record, and every dealer of a reshare, acknowledged this very record.</summary>
    /// <param name="record">The record the certificate is shown for.</param>
    /// <param name="identityKeys">The identity key that a node had when it acknowledged; null for an unknown node.</param>
    /// <param name="dealers">Reshare: the old holders S that dealt; those in the record as well are fine. Else empty.</param>
    public CertificateVerdict Verify(
        KeyRecord record, Func<NodeId, Ed25519PublicKey?> identityKeys, IReadOnlyList<(PartyId Pid, NodeId Nid)>? dealers = null) =>
        Verify(record, (nid, statement, signature) => identityKeys(nid)?.Verify(statement, signature.Span), dealers);

    /// <inheritdoc cref="Verify(KeyRecord, Func{NodeId, Ed25519PublicKey?}, IReadOnlyList{ValueTuple{PartyId, NodeId}}?)"/>
    /// <param name="hasSigned">Whether a node has signed a statement with any identity key it has had; null for an unknown node.</param>
    public CertificateVerdict Verify(
        KeyRecord record, Func<NodeId, Digest32, ReadOnlyMemory<byte>, bool?> hasSigned, IReadOnlyList<(PartyId Pid, NodeId Nid)>? dealers = null) =>
        CertificateCheck.Run(this, record, hasSigned, dealers ?? []);

    private static void WriteAcknowledgements(ByteWriter writer, IReadOnlyList<Acknowledgement> acknowledgements)
    {
        writer.U16(checked((ushort)acknowledgements.Count));
        foreach (var acknowledgement in acknowledgements)
            writer.U16(acknowledgement.Pid.Value).Bytes(acknowledgement.Signature.Span);
    }

    /// <summary>Reads what <see cref="EncodeAcknowledgements"/> writes; what comes after it stays.</summary>
    internal static bool TryReadAcknowledgements(ref ByteReader reader, [NotNullWhen(true)] out IReadOnlyList<Acknowledgement>? acknowledgements)
    {
        acknowledgements = null;
        if (!reader.U16(out var count) || count is 0 or > MaxAcknowledgements)
            return false;
        var list = new Acknowledgement[count];
        var last = 0;
        for (var i = 0; i < count; i++)
        {
            if (!reader.U16(out var pid) || pid <= last || !reader.Bytes(Ed25519Signature.Size, out var signature))
                return false;
            last = pid;
            list[i] = new(new(pid), signature.ToArray());
        }
        acknowledgements = list;
        return true;
    }
}
