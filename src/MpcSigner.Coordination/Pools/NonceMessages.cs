using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Pools;

/// <summary>START of a FROST session: a coordinator asks one signer for nonce commitments (spec §19.2, §19.4).</summary>
/// <param name="InLine">A request waits for them. Else they are made ahead.</param>
/// <param name="Kept">Sessions of this key and signer whose material the coordinator still counts on; the signer wipes the others.</param>
internal sealed record NonceStart(KeyId Key, bool InLine, int Count, IReadOnlyList<SessionId> Kept)
{
    /// <summary>Sessions of one key and signer that a coordinator counts on at a time.</summary>
    public const int MaxKept = 64;

    /// <summary>key id 32 ‖ u8 in line ‖ u16 count ‖ u8 kept ‖ session ids 32 each.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(KeyId.Size + 4 + Kept.Count * SessionId.Size)
            .Bytes32(Key.Value).U8(InLine ? (byte)1 : (byte)0).U16(checked((ushort)Count)).U8(checked((byte)Kept.Count));
        foreach (var session in Kept)
            writer.Bytes32(session.Value);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out NonceStart? start)
    {
        start = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes32(out var key) || !reader.U8(out var inLine) || inLine > 1 || !reader.U16(out var count) || count is 0 or > PoolSettings.MaxBatch
            || !reader.U8(out var keptCount) || keptCount > MaxKept)
            return false;
        var kept = new SessionId[keptCount];
        for (var i = 0; i < kept.Length; i++)
        {
            if (!reader.Bytes32(out var session))
                return false;
            kept[i] = new(session);
        }
        if (!reader.AtEnd)
            return false;
        start = new(new(key), inLine == 1, count, kept);
        return true;
    }
}

/// <summary>The signer's answer, in an envelope of type 10: as many commitments as were asked for, and how long it keeps the nonces.</summary>
internal sealed record NonceReply(TimeSpan Life, IReadOnlyList<FrostCommitment> Commitments)
{
    /// <summary>u32 seconds of life ‖ u16 count ‖ count × (D ‖ E).</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(8 + 66 * Commitments.Count).U32((uint)Life.TotalSeconds).U16(checked((ushort)Commitments.Count));
        foreach (var commitment in Commitments)
            writer.Bytes(commitment.Hiding.Encoded).Bytes(commitment.Binding.Encoded);
        return writer.ToArray();
    }

    /// <summary>Strict: exactly <paramref name="count"/> commitments, all points in the group and not O, a life that spec §19.4 allows.</summary>
    public static bool TryDecode(IGroup group, PartyId signer, int count, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out NonceReply? reply)
    {
        reply = null;
        var reader = new ByteReader(bytes);
        if (!reader.U32(out var life) || life == 0 || life > PoolSettings.MaxLife.TotalSeconds || !reader.U16(out var sent) || sent != count)
            return false;
        var commitments = new FrostCommitment[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.Bytes(FrostCommitment.Size(group), out var encoded) || !FrostCommitment.TryDecode(group, signer, encoded, out var commitment))
                return false;
            commitments[i] = commitment;
        }
        if (!reader.AtEnd)
            return false;
        reply = new(TimeSpan.FromSeconds(life), commitments);
        return true;
    }
}
