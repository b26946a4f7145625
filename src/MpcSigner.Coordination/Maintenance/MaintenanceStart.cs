using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Resharing;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>START of a maintenance session: the inputs in the order of its context (spec §10), the order they must follow from, and, where a member may not know the keys, where they come from.</summary>
/// <param name="Origins">Encoded as <see cref="KeyOrigins"/> writes them; empty in a refresh. Read once the order says how many keys there are.</param>
internal sealed record MaintenanceStart(ReadOnlyMemory<byte> Inputs, SignedOrder Order, ReadOnlyMemory<byte> Origins)
{
    /// <summary>u32 length ‖ inputs ‖ order ‖ origins.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> inputs, SignedOrder order, IReadOnlyList<KeyOrigin> origins)
    {
        var writer = new ByteWriter(512 + inputs.Length + order.Body.Length).Block(inputs);
        SignedOrderEncoding.Write(writer, order);
        if (origins.Count > 0)
            KeyOrigins.Write(writer, origins);
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

    /// <summary>The origins of so many keys, and nothing after them.</summary>
    public bool TryReadOrigins(int count, [NotNullWhen(true)] out IReadOnlyList<KeyOrigin>? origins)
    {
        var reader = new ByteReader(Origins.Span);
        return KeyOrigins.TryRead(ref reader, count, out origins) && reader.AtEnd;
    }
}
