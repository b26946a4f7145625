using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Signing;

/// <summary>START of a signing session: the client's request itself, and who signs.</summary>
/// <param name="Signers">S, ascending.</param>
internal sealed record SigningStart(SignedRequest Request, IReadOnlyList<PartyId> Signers)
{
    /// <summary>client 32 ‖ signature 64 ‖ u32 length ‖ body ‖ u8 count ‖ u16 pids.</summary>
    public byte[] Encode()
    {
        var writer = SignedRequestEncoding.Write(new(256 + Request.Body.Length), Request).U8(checked((byte)Signers.Count));
        foreach (var pid in Signers)
            writer.U16(pid.Value);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SigningStart? start)
    {
        start = null;
        var reader = new ByteReader(bytes);
        if (!SignedRequestEncoding.TryRead(ref reader, out var request)
            || !reader.U8(out var count) || count is < KeyLimits.MinThreshold or > KeyLimits.MaxParties)
            return false;
        var signers = new PartyId[count];
        var last = 0;
        for (var i = 0; i < count; i++)
        {
            if (!reader.U16(out var pid) || pid <= last)
                return false;
            last = pid;
            signers[i] = new(pid);
        }
        if (!reader.AtEnd)
            return false;
        start = new(request, signers);
        return true;
    }
}

/// <summary>A co-signer's answer to START, in an envelope of type 10.</summary>
internal abstract record SigningReply
{
    private SigningReply() { }

    private const byte CommitmentKind = 1;
    private const byte ResultKind = 2;

    /// <summary>Above the signature of every suite.</summary>
    private const int MaxResult = 256;

    /// <summary>u8 1 ‖ signature of the booking 64 ‖ D ‖ E.</summary>
    public sealed record Commitment(ReadOnlyMemory<byte> Ack, ReadOnlyMemory<byte> Points) : SigningReply;

    /// <summary>u8 2 ‖ signature: the request has its signature already, so there is nothing to commit to.</summary>
    public sealed record KnownResult(ReadOnlyMemory<byte> Signature) : SigningReply;

    public byte[] Encode() => this switch
    {
        Commitment c => new ByteWriter().U8(CommitmentKind).Bytes(c.Ack.Span).Bytes(c.Points.Span).ToArray(),
        KnownResult r => new ByteWriter().U8(ResultKind).Bytes(r.Signature.Span).ToArray(),
        _ => throw new InvalidOperationException("a reply of no known kind"),
    };

    /// <summary>The form only; points and signatures are checked by whoever uses them.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SigningReply? reply)
    {
        reply = null;
        var reader = new ByteReader(bytes);
        if (!reader.U8(out var kind))
            return false;
        if (kind == ResultKind && reader.Remaining is > 0 and <= MaxResult)
            reply = new KnownResult(bytes[1..].ToArray());
        else if (kind == CommitmentKind && reader.Bytes(Ed25519Signature.Size, out var ack))
            reply = new Commitment(ack.ToArray(), bytes[(1 + Ed25519Signature.Size)..].ToArray());
        return reply is not null;
    }
}

/// <summary>The coordinator's question in an envelope of type 11: u32 length ‖ the request of spec §19.3 ‖ u8 count ‖ (nid ‖ booking signature)…</summary>
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
