using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>A node's own word that it never acknowledges, or never activates, an attempt.</summary>
internal sealed record OwnAbort(Digest32 Order, AbortKind Kind, ReadOnlyMemory<byte> Signature);

/// <summary>READY of a maintenance session, to every other member: this node has judged the order, and these are its ABORTs of earlier attempts at the same generation (spec §10 "Attempts").</summary>
internal static class ReadyMessage
{
    /// <summary>A batch of 1,000 keys that were tried four times, each by itself.</summary>
    public const int MaxAborts = 4_096;

    private const int EntrySize = Digest32.Size + 1 + Ed25519Signature.Size;

    /// <summary>u16 count ‖ count × (H(order) 32 ‖ kind u8 ‖ signature 64).</summary>
    public static byte[] Encode(IReadOnlyCollection<OwnAbort> aborts)
    {
        var writer = new ByteWriter(2 + aborts.Count * EntrySize).U16(checked((ushort)aborts.Count));
        foreach (var abort in aborts)
            writer.Bytes32(abort.Order.Value).U8((byte)abort.Kind).Bytes(abort.Signature.Span);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out IReadOnlyList<OwnAbort> aborts)
    {
        aborts = [];
        var reader = new ByteReader(bytes);
        if (!reader.U16(out var count) || count > MaxAborts)
            return false;
        var read = new OwnAbort[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.Bytes32(out var order) || !reader.U8(out var kind) || kind > (byte)AbortKind.Ordered || !reader.Bytes(Ed25519Signature.Size, out var signature))
                return false;
            read[i] = new(new(order), (AbortKind)kind, signature.ToArray());
        }
        aborts = read;
        return reader.AtEnd;
    }
}
