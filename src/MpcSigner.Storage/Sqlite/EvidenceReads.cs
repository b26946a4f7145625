using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite;

/// <summary>Evidence files and what is listed of them.</summary>
internal static class EvidenceReads
{
    private const string Columns = "id, culprit, protocol, kind, request, key_id, found_at, size";

    /// <summary>Newest first.</summary>
    internal static List<EvidenceRow> List(SqliteConnection connection, int limit) => SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM evidence ORDER BY number DESC LIMIT ?").Bind(limit), Read);

    internal static EvidenceRow? Find(SqliteConnection connection, Digest32 id) => SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM evidence WHERE id = ?").Bind(id.Value), Read).SingleOrDefault();

    /// <param name="from">From 0; what lies beyond the end is empty.</param>
    internal static byte[] Piece(SqliteConnection connection, Digest32 id, int from) => SqliteReads.Rows(
        connection.Statement("SELECT substr(file, ?, ?) FROM evidence WHERE id = ?").Bind(from + 1L).Bind(StoreLimits.MaxEvidencePiece).Bind(id.Value), r => r.Bytes(0)).SingleOrDefault() ?? [];

    internal static Dictionary<NodeId, long> NotKept(SqliteConnection connection) => SqliteReads.Rows(
        connection.Statement("SELECT culprit, count FROM evidence_not_kept"), r => (Culprit: new NodeId(r.Hash(0)), Count: r.Number(1))).ToDictionary(r => r.Culprit, r => r.Count);

    internal static long CountOf(SqliteConnection connection, NodeId culprit, ushort kind) => SqliteReads.Rows(
        connection.Statement("SELECT count(*) FROM evidence WHERE culprit = ? AND kind = ?").Bind(culprit.Value).Bind(kind), r => r.Number(0)).Single();

    internal static long BytesOf(SqliteConnection connection, NodeId culprit) => SqliteReads.Rows(
        connection.Statement("SELECT coalesce(sum(size), 0) FROM evidence WHERE culprit = ?").Bind(culprit.Value), r => r.Number(0)).Single();

    /// <summary>What names nobody, of one protocol.</summary>
    internal static (long Count, long Bytes) Mismatches(SqliteConnection connection, byte protocol) => SqliteReads.Rows(
        connection.Statement("SELECT count(*), coalesce(sum(size), 0) FROM evidence WHERE culprit = ? AND protocol = ?").Bind(default(NodeId).Value).Bind(protocol), r => (r.Number(0), r.Number(1))).Single();

    internal static long BytesOfAll(SqliteConnection connection) => SqliteReads.Rows(
        connection.Statement("SELECT coalesce(sum(size), 0) FROM evidence"), r => r.Number(0)).Single();

    private static EvidenceRow Read(SqliteStatement r) => new(
        new(r.Hash(0)), new(r.Hash(1)), (byte)r.Number(2), (ushort)r.Number(3), new(r.Hash(4)), new(r.Hash(5)), r.Time(6), (int)r.Number(7));
}
