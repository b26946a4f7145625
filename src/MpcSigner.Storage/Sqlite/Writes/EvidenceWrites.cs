using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Evidence files: bounded in number and bytes for each culprit, so that cheating more does not fill the disk.</summary>
internal static class EvidenceWrites
{
    internal static void Put(SqliteConnection connection, StoreWrite.PutEvidence write)
    {
        var row = write.Row;
        if (write.File.Length is 0 or > StoreLimits.MaxEvidenceBytes || row.Size != write.File.Length)
            throw new ArgumentException($"a file of {write.File.Length} bytes as one of {row.Size}; 1..{StoreLimits.MaxEvidenceBytes}", nameof(write));
        if (EvidenceReads.Find(connection, row.Id) is not null)
            return;
        // One file convicts a culprit, so the first stay. Those that name nobody are worth something while other nodes hold theirs of the same session: the newest.
        if (row.Culprit == default)
        {
            while (!Fits(connection, row))
                DropOldest(connection, row.Culprit);
        }
        else if (!Fits(connection, row))
        {
            CountNotKept(connection, row.Culprit);
            return;
        }
        connection.Statement("INSERT INTO evidence (id, culprit, protocol, kind, request, key_id, found_at, size, file) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(row.Id.Value).Bind(row.Culprit.Value).Bind(row.Protocol).Bind(row.Kind).Bind(row.Request.Value).Bind(row.Key.Value).Bind(row.FoundAt).Bind(row.Size)
            .Bind(write.File.Span).Run();
    }

    private static bool Fits(SqliteConnection connection, EvidenceRow row)
    {
        var (count, bytes) = EvidenceReads.KeptOf(connection, row.Culprit);
        return count < StoreLimits.MaxEvidencePerNode && bytes + row.Size <= StoreLimits.MaxEvidenceBytesPerNode;
    }

    private static void DropOldest(SqliteConnection connection, NodeId culprit)
    {
        connection.Statement("DELETE FROM evidence WHERE number = (SELECT number FROM evidence WHERE culprit = ? ORDER BY number LIMIT 1)").Bind(culprit.Value).Run();
        CountNotKept(connection, culprit);
    }

    private static void CountNotKept(SqliteConnection connection, NodeId culprit) =>
        connection.Statement("INSERT INTO evidence_not_kept (culprit, count) VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1").Bind(culprit.Value).Run();
}
