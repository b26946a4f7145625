using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Resharing;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>START of a maintenance session: the inputs in the order of its context (spec §10), the order they must follow from, and, where a member may not know the keys, what they are known by.</summary>
/// <param name="Anchors">Encoded as <see cref="AnchorList"/> writes them; empty in a refresh. Read once the order says how many keys there are.</param>
internal sealed record MaintenanceStart(ReadOnlyMemory<byte> Inputs, SignedOrder Order, ReadOnlyMemory<byte> Anchors)
{
    /// <summary>u32 length ‖ inputs ‖ order ‖ anchors.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> inputs, SignedOrder order, IReadOnlyList<KeyAnchor> anchors)
    {
        var writer = new ByteWriter(512 + inputs.Length + order.Body.Length).Block(inputs);
        SignedOrderEncoding.Write(writer, order);
        if (anchors.Count > 0)
            AnchorList.Write(writer, anchors);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out MaintenanceStart? start)
    {
        start = null;
        var reader = new ByteReader(bytes);
        if (!reader.Block(MaintenanceInput.MaxSize, out var inputs) || !SignedOrderEncoding.TryRead(ref reader, out var order))
            return false;
        var kept = inputs.ToArray();
        start = reader.Bytes(reader.Remaining, out var rest) ? new(kept, order, rest.ToArray()) : null;
        return start is not null;
    }

    /// <summary>The anchors of so many keys, and nothing after them.</summary>
    public bool TryReadAnchors(Suite suite, int count, [NotNullWhen(true)] out IReadOnlyList<KeyAnchor>? anchors)
    {
        var reader = new ByteReader(Anchors.Span);
        return AnchorList.TryRead(ref reader, suite, count, out anchors) && reader.AtEnd;
    }
}
