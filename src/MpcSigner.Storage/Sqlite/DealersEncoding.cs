using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Storage.Sqlite;

/// <summary>A key row's dealers in one column: u16 pid ‖ nid each, none as no bytes.</summary>
internal static class DealersEncoding
{
    private const int EntryBytes = 2 + NodeId.Size;

    internal static byte[] Encode(IReadOnlyList<(PartyId Pid, NodeId Nid)> dealers)
    {
        if (dealers.Count == 0)
            return [];
        var writer = new ByteWriter(dealers.Count * EntryBytes);
        foreach (var (pid, nid) in dealers)
            writer.U16(pid.Value).Bytes32(nid.Value);
        return writer.ToArray();
    }

    internal static IReadOnlyList<(PartyId Pid, NodeId Nid)> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return [];
        var dealers = new List<(PartyId, NodeId)>(bytes.Length / EntryBytes);
        var reader = new ByteReader(bytes);
        while (!reader.AtEnd)
        {
            if (!reader.U16(out var pid) || !PartyId.TryCreate(pid, out var party) || !reader.Bytes32(out var nid))
                throw new InvalidDataException("a key's dealers in the database do not decode");
            dealers.Add((party, new(nid)));
        }
        return dealers;
    }
}
