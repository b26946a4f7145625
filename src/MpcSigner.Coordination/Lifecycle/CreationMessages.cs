using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Dkg;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>START of a key generation: the inputs in the order of dctx (spec §9), and the order they must follow from.</summary>
internal sealed record CreationStart(ReadOnlyMemory<byte> Inputs, SignedRequest Order)
{
    /// <summary>u32 length ‖ inputs ‖ client 32 ‖ signature 64 ‖ u32 length ‖ body.</summary>
    public byte[] Encode() =>
        SignedRequestEncoding.Write(new ByteWriter(512 + Inputs.Length + Order.Body.Length).Block(Inputs.Span), Order).ToArray();

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CreationStart? start)
    {
        start = null;
        var reader = new ByteReader(bytes);
        if (!reader.Block(DkgInput.MaxSize, out var inputs) || !SignedRequestEncoding.TryRead(ref reader, out var order) || !reader.AtEnd)
            return false;
        start = new(inputs.ToArray(), order);
        return true;
    }
}

/// <summary>The initiator's proof, in an envelope of type 3, that W nodes have booked the order: u8 count ‖ (nid ‖ booking signature)…</summary>
internal static class CreationBookings
{
    public static byte[] Encode(IReadOnlyList<BookingAck> acks)
    {
        var writer = new ByteWriter(1024);
        BookingAcks.Write(writer, acks);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out IReadOnlyList<BookingAck> acks)
    {
        var reader = new ByteReader(bytes);
        return BookingAcks.TryRead(ref reader, out acks) && reader.AtEnd;
    }
}
