using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>The append-only log.</summary>
internal static class LogWrites
{
    internal static void Append(SqliteConnection connection, AuditEntry entry)
    {
        if (entry.Detail.Length > AuditEntry.MaxDetailBytes)
            throw new ArgumentException($"a detail of {entry.Detail.Length} bytes; at most {AuditEntry.MaxDetailBytes}", nameof(entry));
        Bounds.Check(entry.Signature, nameof(entry.Signature));
        var head = Head(connection);
        if (entry.Sequence != head.Sequence + 1)
            throw new StoreConflictException($"log entry {entry.Sequence} does not follow {head.Sequence}");
        connection.Statement("INSERT INTO log_entry (sequence, time, kind, request, key_id, detail, entry_hash, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(checked((long)entry.Sequence)).Bind(entry.Time).Bind((ushort)entry.Kind).Bind(entry.Request.Value).Bind(entry.Key.Value)
            .Bind(entry.Detail.Span).Bind(entry.Hash.Value).Bind(entry.Signature.Span)
            .Run();
    }

    internal static LogHead Head(SqliteConnection connection)
    {
        var last = connection.Statement("SELECT sequence, entry_hash FROM log_entry ORDER BY sequence DESC LIMIT 1");
        try { return last.Step() ? new((ulong)last.Number(0), new Digest32(last.Hash(1))) : default; }
        finally { last.Reset(); }
    }
}
