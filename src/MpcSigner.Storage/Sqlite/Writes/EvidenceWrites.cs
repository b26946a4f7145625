using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Evidence files: bounded in number and bytes for each culprit and together, so that cheating more does not fill the disk.</summary>
internal static class EvidenceWrites
{
    internal static void Put(SqliteConnection connection, StoreWrite.PutEvidence write)
    {
        var row = write.Row;
        if (write.File.Length is 0 or > StoreLimits.MaxEvidenceBytes || row.Size != write.File.Length)
            throw new ArgumentException($"a file of {write.File.Length} bytes as one of {row.Size}; 1..{StoreLimits.MaxEvidenceBytes}", nameof(write));
        if (EvidenceReads.Find(connection, row.Id) is not null)
            return;
        if (!(row.Culprit == default ? MakeRoom(connection, row) : Fits(connection, row)))
        {
            CountNotKept(connection, row.Culprit);
            return;
        }
        connection.Statement("INSERT INTO evidence (id, culprit, protocol, kind, request, key_id, found_at, size, file) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(row.Id.Value).Bind(row.Culprit.Value).Bind(row.Protocol).Bind(row.Kind).Bind(row.Request.Value).Bind(row.Key.Value).Bind(row.FoundAt).Bind(row.Size)
            .Bind(write.File.Span).Run();
    }

    /// <summary>One file convicts a culprit, so of each kind of fault the first stay.</summary>
    private static bool Fits(SqliteConnection connection, EvidenceRow row) => EvidenceReads.BytesOfAll(connection) + row.Size <= StoreLimits.MaxEvidenceBytesOfAll
        && EvidenceReads.CountOf(connection, row.Culprit, row.Kind) switch
        {
            0 => true, // large files of light faults leave room for the first of a grave one
            < StoreLimits.MaxEvidencePerKind => EvidenceReads.BytesOf(connection, row.Culprit) + row.Size <= StoreLimits.MaxEvidenceBytesPerNode,
            _ => false,
        };

    /// <summary>Those that name nobody are worth something while other nodes hold theirs of the same session: the newest stay, and a flood in one protocol drops none of another.</summary>
    private static bool MakeRoom(SqliteConnection connection, EvidenceRow row)
    {
        var (count, bytes) = EvidenceReads.Mismatches(connection, row.Protocol);
        var others = EvidenceReads.BytesOfAll(connection) - bytes;
        if (others + row.Size > StoreLimits.MaxEvidenceBytesOfAll)
            return false; // not even in the place of all older ones
        while (count >= StoreLimits.MaxMismatchesPerProtocol || bytes + row.Size > StoreLimits.MaxEvidenceBytesPerNode || others + bytes + row.Size > StoreLimits.MaxEvidenceBytesOfAll)
        {
            connection.Statement("DELETE FROM evidence WHERE number = (SELECT number FROM evidence WHERE culprit = ? AND protocol = ? ORDER BY number LIMIT 1)")
                .Bind(row.Culprit.Value).Bind(row.Protocol).Run();
            CountNotKept(connection, row.Culprit);
            (count, bytes) = EvidenceReads.Mismatches(connection, row.Protocol);
        }
        return true;
    }

    private static void CountNotKept(SqliteConnection connection, NodeId culprit) =>
        connection.Statement("INSERT INTO evidence_not_kept (culprit, count) VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1").Bind(culprit.Value).Run();
}
