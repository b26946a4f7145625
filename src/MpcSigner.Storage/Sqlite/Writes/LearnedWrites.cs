using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>What a node knows of keys by certificates and requests that others showed it.</summary>
internal static class LearnedWrites
{
    internal static void Learn(SqliteConnection connection, StoreWrite.LearnKeys write)
    {
        Bounds.CheckCount(write.Keys.Count, KeyLimits.MaxBatch, nameof(write.Keys));
        foreach (var key in write.Keys)
        {
            if (key.State != KeyState.Active || key.Certificate.IsEmpty)
                throw new ArgumentException($"key {key.Record.KeyId} is learned as ACTIVE with its certificate, or not", nameof(write));
            if (KeyRows.Find(connection, key.Record.KeyId, key.Record.Generation) is { } known)
            {
                if (known.RecordHash != key.RecordHash)
                    throw new StoreConflictException($"another record of key {key.Record.KeyId}, generation {key.Record.Generation}, is known here");
                continue;
            }
            // A destroyed key stays destroyed here, whatever others still hold.
            if (KeyRows.IsDestroyed(connection, key.Record.KeyId))
                continue;
            KeyRows.Insert(connection, key);
            KeyRows.RetireOlder(connection, key.Record.KeyId);
        }
    }

    internal static void PutAnchor(SqliteConnection connection, WriteContext context, StoreWrite.PutAnchor write)
    {
        var (request, index, record, certificate) = write.Anchor;
        Bounds.Check(request);
        Bounds.CheckPresent(certificate, nameof(certificate));
        if (record.Generation != 0)
            throw new ArgumentException($"the anchor of key {record.KeyId} is of generation {record.Generation}", nameof(write));
        if (AnchorReads.HasCreation(connection, record.KeyId))
            return;
        var hash = context.HashOf(request);
        connection.Statement("INSERT INTO origin_request (request_hash, request_client, request_signature, request_body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(hash).Bind(request.Client.Value).Bind(request.Signature.Span).Bind(request.Body.Span).Run();
        connection.Statement("INSERT INTO key_anchor (key_id, request_hash, batch_index, suite, record, certificate) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(record.KeyId.Value).Bind(hash).Bind(index).Bind((byte)record.Suite).Bind(KeyRecordEncoding.Encode(record)).Bind(certificate.Span).Run();
    }
}
