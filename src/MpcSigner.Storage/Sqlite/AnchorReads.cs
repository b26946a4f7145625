using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Storage.Sqlite;

/// <summary>What keys are known by: as it was shown, or the creation that this node took part in.</summary>
internal static class AnchorReads
{
    internal static List<KeyAnchor?> Find(SqliteConnection connection, IReadOnlyList<KeyId> keys)
    {
        if (keys.Count is 0 or > StoreLimits.MaxPage)
            throw new ArgumentException($"{keys.Count} keys; 1..{StoreLimits.MaxPage}", nameof(keys));
        // A thousand keys come from one request: it is read once.
        Dictionary<Digest32, SignedRequest> requests = [];
        return [.. keys.Select(key => Shown(connection, key, requests) ?? OfCreation(connection, key, requests))];
    }

    /// <summary>Whether the key's creation stands here with its certificate.</summary>
    internal static bool HasCreation(SqliteConnection connection, KeyId key) => Writes.KeyRows.Exists(connection.Statement(
        "SELECT 1 FROM key_record JOIN key_order USING (order_hash) WHERE key_id = ? AND key_record.generation = 0 AND length(certificate) > 0").Bind(key.Value));

    private static KeyAnchor? Shown(SqliteConnection connection, KeyId key, Dictionary<Digest32, SignedRequest> requests) => Find(
        connection, key, requests,
        "SELECT request_hash, batch_index, suite, record, certificate FROM key_anchor WHERE key_id = ?",
        "SELECT request_body, request_client, request_signature FROM origin_request WHERE request_hash = ?");

    private static KeyAnchor? OfCreation(SqliteConnection connection, KeyId key, Dictionary<Digest32, SignedRequest> requests) => Find(
        connection, key, requests,
        """
        SELECT order_hash, batch_index, suite, record, certificate FROM key_record
        WHERE key_id = ? AND generation = 0 AND length(certificate) > 0 AND order_hash IN (SELECT order_hash FROM key_order)
        """,
        "SELECT request_body, request_client, request_signature FROM key_order WHERE order_hash = ?");

    private static KeyAnchor? Find(SqliteConnection connection, KeyId key, Dictionary<Digest32, SignedRequest> requests, string anchor, string request)
    {
        var found = SqliteReads.Rows(
            connection.Statement(anchor).Bind(key.Value),
            r => (Request: new Digest32(r.Hash(0)), Index: (ushort)r.Number(1), Record: SqliteReads.ReadRecord(r, 2, 3), Certificate: r.Bytes(4)));
        if (found.Count == 0)
            return null;
        var (name, index, record, certificate) = found[0];
        if (!requests.TryGetValue(name, out var creation))
        {
            creation = SqliteReads.Rows(connection.Statement(request).Bind(name.Value), r => new SignedRequest(r.Bytes(0), new(r.Hash(1)), r.Bytes(2))).Single();
            requests.Add(name, creation);
        }
        return new(creation, index, record, certificate);
    }
}
