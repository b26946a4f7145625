using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;

namespace MpcSigner.Protocols.Frost;

/// <summary>What the coordinator asks all signers in the same words (spec §19.3): osid ‖ KH ‖ u32 length ‖ m ‖ path ‖ u8 mode ‖ u8 root length ‖ root ‖ B.</summary>
/// <param name="Osid">32 bytes that name the request; not signed over.</param>
/// <param name="Path">u8 count ‖ u32 each.</param>
/// <param name="Commitments">B = t·(u16 pid ‖ D ‖ E), strictly ascending.</param>
public sealed record FrostRequest(
    Bytes32 Osid,
    Digest32 KeyRecordHash,
    ReadOnlyMemory<byte> Message,
    IReadOnlyList<uint> Path,
    FrostMode Mode,
    ReadOnlyMemory<byte> Root,
    IReadOnlyList<FrostCommitment> Commitments)
{
    /// <summary>Equal to the longest payload of a client's request.</summary>
    public const int MaxMessage = 128 << 10;

    public const int MaxPathLength = SoftDerivation.MaxPathLength;

    public const int RootSize = 32;

    private const int MaxPointSize = 33;

    public const int MaxSize = Bytes32.Size + Digest32.Size + 4 + MaxMessage + 1 + 4 * MaxPathLength + 1 + 1 + RootSize
        + KeyLimits.MaxParties * (2 + 2 * MaxPointSize);

    public IReadOnlyList<PartyId> Signers => [.. Commitments.Select(commitment => commitment.Signer)];

    /// <summary>The payload of message type 11.</summary>
    public byte[] Encode() => [.. Osid.ToArray(), .. EncodeWithoutOsid()];

    /// <summary>What every signer signs its share over, and policy judges.</summary>
    public byte[] EncodeWithoutOsid()
    {
        var writer = new ByteWriter(256 + Message.Length).Bytes32(KeyRecordHash.Value).Block(Message.Span).U8(checked((byte)Path.Count));
        foreach (var index in Path)
            writer.U32(index);
        writer.U8((byte)Mode).U8(checked((byte)Root.Length)).Bytes(Root.Span);
        foreach (var commitment in Commitments)
            writer.U16(commitment.Signer.Value).Bytes(commitment.Hiding.Encoded).Bytes(commitment.Binding.Encoded);
        return writer.ToArray();
    }

    /// <summary>Reads a request for a key: every bound, |B| = t, pids strictly ascending and in the record, all points strict, nothing left over.</summary>
    /// <param name="record">Our own record of the key.</param>
    public static bool TryDecode(
        KeyRecord record, Digest32 recordHash, ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out FrostRequest? request, [NotNullWhen(false)] out FrostRefusal? refusal)
    {
        request = null;
        var found = FrostRefusal.Malformed;
        refusal = TryRead(record, recordHash, bytes, out request, ref found) ? null : found;
        return request is not null;
    }

    private static bool TryRead(
        KeyRecord record, Digest32 recordHash, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out FrostRequest? request, ref FrostRefusal refusal)
    {
        request = null;
        var reader = new ByteReader(bytes);
        if (bytes.Length > MaxSize || !reader.Bytes32(out var osid) || !reader.Bytes32(out var hash))
            return false;
        if (new Digest32(hash) != recordHash)
        {
            refusal = FrostRefusal.OtherKeyRecord;
            return false;
        }
        if (!reader.Block(MaxMessage, out var message))
            return false;
        if (!FrostSuite.For(record.Suite).AllowsMessage(message.Length))
        {
            refusal = FrostRefusal.BadMessage;
            return false;
        }
        if (!TryReadPath(ref reader, out var path, ref refusal)
            || !TryReadMode(record.Suite, ref reader, out var mode, out var root, ref refusal)
            || !TryReadCommitments(record, ref reader, out var commitments, ref refusal) || !reader.AtEnd)
            return false;
        request = new(osid, recordHash, message.ToArray(), path, mode, root, commitments);
        return true;
    }

    private static bool TryReadPath(ref ByteReader reader, [NotNullWhen(true)] out uint[]? path, ref FrostRefusal refusal)
    {
        path = null;
        if (!reader.U8(out var count))
            return false;
        if (count > MaxPathLength)
        {
            refusal = FrostRefusal.BadPath;
            return false;
        }
        var indices = new uint[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.U32(out indices[i]))
                return false;
        }
        if (SoftDerivation.Check(indices) != DerivationFault.None)
        {
            refusal = FrostRefusal.BadPath;
            return false;
        }
        path = indices;
        return true;
    }

    private static bool TryReadMode(Suite suite, ref ByteReader reader, out FrostMode mode, out byte[] root, ref FrostRefusal refusal)
    {
        mode = default;
        root = [];
        if (!reader.U8(out var modeNumber) || !reader.U8(out var rootLength) || !reader.Bytes(rootLength, out var rootBytes))
            return false;
        if (modeNumber > (byte)FrostMode.KeyPath || rootLength is not (0 or RootSize)
            || !FrostSuite.For(suite).Allows((FrostMode)modeNumber, rootLength))
        {
            refusal = FrostRefusal.BadMode;
            return false;
        }
        mode = (FrostMode)modeNumber;
        root = rootBytes.ToArray();
        return true;
    }

    private static bool TryReadCommitments(
        KeyRecord record, ref ByteReader reader, [NotNullWhen(true)] out FrostCommitment[]? commitments, ref FrostRefusal refusal)
    {
        commitments = null;
        var group = FrostSuite.For(record.Suite).Group;
        var size = FrostCommitment.Size(group);
        var signers = new PartyId[record.Threshold];
        var encoded = new byte[signers.Length * size];
        var last = 0;
        for (var i = 0; i < signers.Length; i++)
        {
            if (!reader.U16(out var pid) || pid <= last || !reader.Bytes(size, out var points))
                return false;
            if (record.Find(new PartyId(pid)) is null)
            {
                refusal = FrostRefusal.UnknownSigner;
                return false;
            }
            last = pid;
            signers[i] = new(pid);
            points.CopyTo(encoded.AsSpan(i * size));
        }
        FrostCommitment[] list = [.. FrostCommitment.DecodeAll(group, signers, encoded).OfType<FrostCommitment>()];
        commitments = list.Length == signers.Length ? list : null;
        return commitments is not null;
    }
}
