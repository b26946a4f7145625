using System.Diagnostics.CodeAnalysis;
using System.Text;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Requests;

/// <summary>A refusal as it is stored with its request: u16 reason ‖ message ‖ next step ‖ u8 count ‖ (nid ‖ name ‖ u16 reason ‖ message)…, texts as u32 length ‖ UTF-8.</summary>
internal static class ServiceErrorEncoding
{
    private const int MaxText = 4_096;
    private const int MaxNodes = 64;

    public static byte[] Encode(ServiceError error)
    {
        var writer = new ByteWriter().U16((ushort)error.Reason);
        Text(writer, error.Message);
        Text(writer, error.NextStep);
        var nodes = error.Nodes.Take(MaxNodes).ToArray();
        writer.U8((byte)nodes.Length);
        foreach (var node in nodes)
        {
            writer.Bytes32(node.Node.Value);
            Text(writer, node.NodeName);
            writer.U16((ushort)node.Reason);
            Text(writer, node.Message);
        }
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ServiceError? error)
    {
        error = null;
        var reader = new ByteReader(bytes);
        if (!Read(ref reader, out Reason reason) || !Read(ref reader, out string? message) || !Read(ref reader, out string? nextStep)
            || !reader.U8(out var count) || count > MaxNodes)
            return false;
        var nodes = new NodeReason[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.Bytes32(out var nid) || !Read(ref reader, out string? name) || !Read(ref reader, out Reason why) || !Read(ref reader, out string? text))
                return false;
            nodes[i] = new(new(nid), name, why, text);
        }
        if (!reader.AtEnd)
            return false;
        error = new(reason, message, nextStep, nodes);
        return true;
    }

    private static void Text(ByteWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Block(bytes.AsSpan(0, Math.Min(bytes.Length, MaxText)));
    }

    private static bool Read(ref ByteReader reader, out Reason reason)
    {
        var read = reader.U16(out var number);
        reason = (Reason)number;
        return read && Enum.IsDefined(reason);
    }

    private static bool Read(ref ByteReader reader, [NotNullWhen(true)] out string? text)
    {
        text = reader.Block(MaxText, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
        return text is not null;
    }
}
