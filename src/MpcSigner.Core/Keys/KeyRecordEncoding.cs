using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Keys;

/// <summary>The key record on the wire: key_id ‖ u32 gen ‖ u8 t ‖ u8 n ‖ n·(pid ‖ nid ‖ X) ‖ P ‖ chaincode (spec §10). The suite comes from the context.</summary>
/// <remarks>Only the form is checked here: that points decode is the group's to say.</remarks>
public static class KeyRecordEncoding
{
    private const int FixedSize = KeyId.Size + 4 + 1 + 1 + Digest32.Size;

    public static int Size(Curve curve, int parties) =>
        FixedSize + parties * (2 + NodeId.Size + curve.PointSize()) + curve.PointSize();

    public static byte[] Encode(KeyRecord record)
    {
        var writer = new ByteWriter(Size(record.Suite.Curve(), record.Parties.Count));
        writer.Bytes32(record.KeyId.Value);
        writer.U32(record.Generation);
        writer.U8(record.Threshold);
        writer.U8(checked((byte)record.Parties.Count));
        foreach (var party in record.Parties)
        {
            writer.U16(party.Pid.Value);
            writer.Bytes32(party.Nid.Value);
            writer.Bytes(party.PublicShare.Span);
        }
        writer.Bytes(record.PublicKey.Span);
        writer.Bytes32(record.ChainCode.Value);
        return writer.ToArray();
    }

    /// <summary>Reads one record that fills <paramref name="bytes"/>; false for a wrong length, t or n out of range, pids not ascending, a nid twice.</summary>
    public static bool TryDecode(Suite suite, ReadOnlySpan<byte> bytes, out KeyRecord? record)
    {
        record = null;
        var curve = suite.Curve();
        var reader = new ByteReader(bytes);
        if (!reader.Bytes32(out var keyId) || !reader.U32(out var generation) || !reader.U8(out var t) || !reader.U8(out var n)
            || n > KeyLimits.MaxParties || t < KeyLimits.MinThreshold || t > n || bytes.Length != Size(curve, n))
            return false;

        var parties = new KeyParty[n];
        var nids = new HashSet<NodeId>();
        var last = 0;
        for (var i = 0; i < n; i++)
        {
            if (!reader.U16(out var pid) || pid <= last || !reader.Bytes32(out var nid) || !nids.Add(new(nid))
                || !reader.Bytes(curve.PointSize(), out var share))
                return false;
            last = pid;
            parties[i] = new(new(pid), new(nid), share.ToArray());
        }
        if (!reader.Bytes(curve.PointSize(), out var publicKey) || !reader.Bytes32(out var chainCode) || !reader.AtEnd)
            return false;
        record = new(suite, new(keyId), generation, t, parties, publicKey.ToArray(), new(chainCode));
        return true;
    }
}
