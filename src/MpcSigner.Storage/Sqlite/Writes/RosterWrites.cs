using MpcSigner.Core.Encodings;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>The chain of rosters: no gap, no fork, no way back; and who has said to hold which.</summary>
internal static class RosterWrites
{
    internal static void Append(SqliteConnection connection, RosterRow row)
    {
        Bounds.Check(row.Bytes, nameof(row.Bytes), StoreLimits.MaxRosterBytes);
        if (row.Version == 0 || row.Bytes.IsEmpty || row.Signatures.Count > Roster.MaxAdministrators)
            throw new ArgumentException($"roster version {row.Version} of {row.Bytes.Length} bytes with {row.Signatures.Count} signatures", nameof(row));
        if (RosterReads.HashOf(connection, row.Version) is { } known)
        {
            if (known != row.Hash)
                throw new StoreConflictException($"another roster of version {row.Version} was accepted here");
            return;
        }
        if (RosterReads.Newest(connection) is { } newest && row.Version != (ulong)newest + 1)
            throw new StoreConflictException($"roster version {row.Version} does not follow {newest}");
        connection.Statement("INSERT INTO roster (version, hash, accepted_at, signatures, bytes) VALUES (?, ?, ?, ?, ?)")
            .Bind(row.Version).Bind(row.Hash.Value).Bind(row.AcceptedAt).Bind(Encode(row.Signatures)).Bind(row.Bytes.Span).Run();
        foreach (var (node, signature) in row.Acks)
            PutAck(connection, new(row.Hash, node, signature));
    }

    private static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> signatures)
    {
        var writer = new ByteWriter();
        foreach (var signature in signatures)
        {
            Bounds.Check(signature, nameof(signatures), StoreLimits.MaxDocumentSignatureBytes);
            writer.Block(signature.Span);
        }
        return writer.ToArray();
    }

    internal static void PutAck(SqliteConnection connection, StoreWrite.PutRosterAck write)
    {
        Bounds.CheckPresent(write.Signature, nameof(write.Signature));
        connection.Statement("INSERT INTO roster_ack (hash, nid, signature) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(write.Roster.Value).Bind(write.Node.Value).Bind(write.Signature.Span).Run();
    }
}
