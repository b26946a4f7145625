using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Requests and bookings.</summary>
internal static class RequestWrites
{
    internal static void Put(SqliteConnection connection, RequestRow row)
    {
        Bounds.Check(row.Result, nameof(row.Result));
        Bounds.Check(row.Request);
        RefuseContradiction(connection, row);
        connection.Statement(
            """
            INSERT INTO request (client, idempotency_key, body_hash, request_body, request_client, request_signature,
                                 key_id, state, result, received_at, updated_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT (client, idempotency_key) DO UPDATE
            SET request_body = ?4, request_client = ?5, request_signature = ?6, key_id = ?7, state = ?8, result = ?9,
                received_at = ?10, updated_at = ?11, expires_at = ?12
            """)
            .Bind(row.Client.Value).Bind(row.IdempotencyKey).Bind(row.BodyHash.Value)
            .Bind(row.Request.Body.Span).Bind(row.Request.Client.Value).Bind(row.Request.Signature.Span)
            .Bind(row.Key.Value).Bind((byte)row.State).Bind(row.Result.Span)
            .Bind(row.ReceivedAt).Bind(row.UpdatedAt).Bind(row.ExpiresAt)
            .Run();
    }

    /// <summary>P5: one idempotency key, one body, one result.</summary>
    private static void RefuseContradiction(SqliteConnection connection, RequestRow row)
    {
        var stored = connection.Statement("SELECT body_hash, state, result FROM request WHERE client = ? AND idempotency_key = ?")
            .Bind(row.Client.Value).Bind(row.IdempotencyKey);
        try
        {
            if (!stored.Step())
                return;
            if (stored.Hash(0) != row.BodyHash.Value)
                throw new StoreConflictException($"request '{row.IdempotencyKey}' of client {row.Client} is stored with another body");
            if (stored.Named<RequestState>(1) == RequestState.Completed
                && (row.State != RequestState.Completed || !row.Result.Span.SequenceEqual(stored.Bytes(2))))
                throw new StoreConflictException($"request '{row.IdempotencyKey}' of client {row.Client} is COMPLETED with another result");
        }
        finally { stored.Reset(); }
    }

    internal static void Book(SqliteConnection connection, BookingRow row)
    {
        connection.Statement("INSERT INTO booking (kind, scope, value, booked_at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, scope) DO NOTHING")
            .Bind(row.Kind).Bind(row.Scope.Value).Bind(row.Value.Value).Bind(row.BookedAt).Run();
        if (connection.Changes == 1)
            return;

        var stored = connection.Statement("SELECT value FROM booking WHERE kind = ? AND scope = ?").Bind(row.Kind).Bind(row.Scope.Value);
        try
        {
            if (!stored.Step() || stored.Hash(0) != row.Value.Value)
                throw new StoreConflictException($"scope {row.Scope} of kind {row.Kind} is booked with another value");
        }
        finally { stored.Reset(); }
    }
}
