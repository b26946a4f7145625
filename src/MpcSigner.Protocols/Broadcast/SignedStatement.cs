using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Broadcast;

/// <summary>
/// A payload of a round with its sender's identity signature (spec §4.4): over H("bc-sig"; ctx, u8 round, u16 from, u16 to,
/// T1 from round 2 on, H("bc-payload"; payload)). It holds whoever shows it, so equivocation and cheating can be proved to others.
/// </summary>
/// <param name="Context">dctx or the context of a maintenance protocol.</param>
/// <param name="To">0 for a broadcast, else the only recipient.</param>
/// <param name="T1">Absent in round 1.</param>
public sealed record SignedStatement(
    Digest32 Context, byte Round, PartyId From, ushort To, Digest32? T1, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
    : ISignedEvidence
{
    /// <summary>What the identity signature is over.</summary>
    public Digest32 Digest() => Digest(Context, Round, From, To, T1, Payload.Span);

    public bool Verify(Ed25519PublicKey identity) => identity.Verify(Digest(), Signature.Span);

    internal static Digest32 Digest(Digest32 context, byte round, PartyId from, ushort to, Digest32? t1, ReadOnlySpan<byte> payload)
    {
        // What went to everybody may take the transcript's road, which is shorter.
        var payloadDigest = to == 0 ? new TranscriptHash(Tags.BroadcastPayload).Bytes(payload).ToDigest() : PayloadDigest(payload);
        var hash = new TranscriptHash(Tags.BroadcastSignature).Digest(context).U8(round).Pid(from).U16(to);
        if (t1 is { } commitments)
            hash.Digest(commitments);
        return hash.Digest(payloadDigest).ToDigest();
    }

    /// <summary>H("bc-payload"; payload), written out: dealt shares are payloads too, and must not pass through a transcript's pooled buffer.</summary>
    internal static Digest32 PayloadDigest(ReadOnlySpan<byte> payload)
    {
        var tag = Encoding.ASCII.GetBytes(Tags.Prefix + Tags.BroadcastPayload.Name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendField(hash, tag);
        AppendField(hash, payload);
        Span<byte> digest = stackalloc byte[Digest32.Size];
        hash.GetHashAndReset(digest);
        return new(digest);
    }

    private static void AppendField(IncrementalHash hash, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)field.Length);
        hash.AppendData(length);
        hash.AppendData(field);
    }

    /// <summary>Writes the 64 bytes that follow the payload they cover.</summary>
    internal static void Sign(
        IIdentitySigner identity, Digest32 context, byte round, PartyId from, ushort to, Digest32? t1, ReadOnlySpan<byte> payload, Span<byte> signature)
    {
        Span<byte> digest = stackalloc byte[Digest32.Size];
        Digest(context, round, from, to, t1, payload).CopyTo(digest);
        identity.Sign(digest, signature);
    }

    /// <summary>For storage and for showing to others: ctx ‖ u8 round ‖ u16 from ‖ u16 to ‖ u8 T1 present ‖ T1 ‖ u32 length ‖ payload ‖ signature.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(128 + Payload.Length).Bytes32(Context.Value).U8(Round).U16(From.Value).U16(To).U8(T1 is null ? (byte)0 : (byte)1);
        if (T1 is { } t1)
            writer.Bytes32(t1.Value);
        return writer.Block(Payload.Span).Bytes(Signature.Span).ToArray();
    }

    /// <summary>Reads one statement that fills <paramref name="bytes"/>. The signature is not verified here.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedStatement? statement)
    {
        statement = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes32(out var context) || !reader.U8(out var round) || !reader.U16(out var from) || from == 0
            || !reader.U16(out var to) || !reader.U8(out var hasT1) || hasT1 > 1)
            return false;
        Digest32? t1 = null;
        if (hasT1 == 1)
        {
            if (!reader.Bytes32(out var commitments))
                return false;
            t1 = new Digest32(commitments);
        }
        if (!reader.Block(SessionChannel.MaxPayload, out var payload) || !reader.Bytes(Ed25519Signature.Size, out var signature) || !reader.AtEnd)
            return false;
        statement = new(new(context), round, new(from), to, t1, payload.ToArray(), signature.ToArray());
        return true;
    }

    public bool Equals(SignedStatement? other) =>
        other is not null && Context == other.Context && Round == other.Round && From == other.From && To == other.To && T1 == other.T1
        && Payload.Span.SequenceEqual(other.Payload.Span) && Signature.Span.SequenceEqual(other.Signature.Span);

    public override int GetHashCode() => HashCode.Combine(Context, Round, From, To);

    public override string ToString() => $"statement of party {From}, round {Round}, to {To}, {Payload.Length} bytes";

    /// <summary>SHA-256 of a payload: names it in an accusation.</summary>
    internal static Digest32 DigestOf(ReadOnlySpan<byte> payload)
    {
        Span<byte> digest = stackalloc byte[Digest32.Size];
        SHA256.HashData(payload, digest);
        return new(digest);
    }
}
