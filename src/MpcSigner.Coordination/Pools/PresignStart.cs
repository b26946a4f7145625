using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Signing;

namespace MpcSigner.Coordination.Pools;

/// <summary>START of a presign session: which key, whether a request waits, what still counts, and the session's inputs in the order of its ctx (spec §4.10, §12).</summary>
/// <param name="InLine">A request waits for it. Else it is made ahead.</param>
/// <param name="Kept">Sessions of this key and these signers whose presignatures the initiator still counts on; the signers wipe the others.</param>
/// <param name="Input">The encoding of <see cref="PresignInput"/>, read with the key's own record.</param>
internal sealed record PresignStart(KeyId Key, bool InLine, IReadOnlyList<SessionId> Kept, ReadOnlyMemory<byte> Input)
{
    /// <summary>key id 32 ‖ u8 in line ‖ u8 kept ‖ session ids 32 each ‖ inputs.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(64 + Kept.Count * SessionId.Size + Input.Length).Bytes32(Key.Value).U8(InLine ? (byte)1 : (byte)0).U8(checked((byte)Kept.Count));
        foreach (var session in Kept)
            writer.Bytes32(session.Value);
        return writer.Bytes(Input.Span).ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PresignStart? start)
    {
        start = null;
        var reader = new ByteReader(bytes);
        if (!reader.Bytes32(out var key) || !reader.U8(out var inLine) || inLine > 1 || !reader.U8(out var keptCount) || keptCount > NonceStart.MaxKept)
            return false;
        var kept = new SessionId[keptCount];
        for (var i = 0; i < kept.Length; i++)
        {
            if (!reader.Bytes32(out var session))
                return false;
            kept[i] = new(session);
        }
        if (reader.Remaining is 0 or > PresignInput.MaxSize || !reader.Bytes(reader.Remaining, out var input))
            return false;
        start = new(new(key), inLine == 1, kept, input.ToArray());
        return true;
    }
}
