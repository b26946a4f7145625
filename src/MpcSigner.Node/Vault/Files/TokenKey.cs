using System.Diagnostics.CodeAnalysis;
using System.Text;
using MpcSigner.Core.Encodings;

namespace MpcSigner.Node.Vault.Files;

/// <summary>A key in a token, by the token's label and serial number and the key's CKA_ID (<see cref="TokenKeyId"/>). u8 length ‖ label ‖ u8 length ‖ serial ‖ u8 length ‖ id.</summary>
internal sealed record TokenKey(string Label, string Serial, TokenKeyId Id)
{
    public byte[] ToBytes()
    {
        var writer = new ByteWriter(512);
        foreach (var part in (byte[][])[Encoding.UTF8.GetBytes(Label), Encoding.UTF8.GetBytes(Serial), Id.ToBytes()])
            writer.U8(checked((byte)part.Length)).Bytes(part);
        return writer.ToArray();
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TokenKey? key)
    {
        key = null;
        var reader = new ByteReader(bytes);
        if (!TryReadPart(ref reader, out var label) || !TryReadPart(ref reader, out var serial) || !TryReadPart(ref reader, out var id) || !reader.AtEnd
            || !TokenKeyId.TryRead(id, out var parsed))
            return false;
        key = new(Encoding.UTF8.GetString(label), Encoding.UTF8.GetString(serial), parsed);
        return true;
    }

    private static bool TryReadPart(ref ByteReader reader, out ReadOnlySpan<byte> part)
    {
        part = default;
        return reader.U8(out var length) && reader.Bytes(length, out part);
    }
}
