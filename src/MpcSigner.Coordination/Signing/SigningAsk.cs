using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Encodings;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Signing;

/// <summary>The coordinator's question in an envelope of a <c>PartialSign</c> call: u32 length ‖ the request of spec §19.3 ‖ u8 count ‖ (nid ‖ booking signature)…</summary>
internal sealed record SigningAsk(ReadOnlyMemory<byte> Request, IReadOnlyList<BookingAck> Acks)
{
    public byte[] Encode()
    {
        var writer = new ByteWriter(1024 + Request.Length).Block(Request.Span);
        BookingAcks.Write(writer, Acks);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SigningAsk? ask)
    {
        ask = null;
        var reader = new ByteReader(bytes);
        if (!reader.Block(FrostRequest.MaxSize, out var request) || !BookingAcks.TryRead(ref reader, out var acks) || !reader.AtEnd)
            return false;
        ask = new(request.ToArray(), acks);
        return true;
    }
}
