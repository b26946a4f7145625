using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite;

/// <summary>Versions of the roster, and who has said to hold them.</summary>
internal static class RosterReads
{
    private const string Columns = "version, hash, accepted_at, signatures, bytes";

    /// <summary>Ascending.</summary>
    internal static List<RosterRow> List(SqliteConnection connection, uint from, int limit) => Complete(connection, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM roster WHERE version >= ? ORDER BY version LIMIT ?").Bind(from).Bind(limit), Read));

    internal static RosterRow? Head(SqliteConnection connection) => Complete(connection, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM roster ORDER BY version DESC LIMIT 1"), Read)).SingleOrDefault();

    internal static uint? Newest(SqliteConnection connection)
    {
        var found = connection.Statement("SELECT max(version) FROM roster WHERE version > 0");
        try { return found.Step() && found.Number(0) is > 0 and var version ? (uint)version : null; }
        finally { found.Reset(); }
    }

    internal static Digest32? HashOf(SqliteConnection connection, uint version)
    {
        var found = connection.Statement("SELECT hash FROM roster WHERE version = ?").Bind(version);
        try { return found.Step() ? new(found.Hash(0)) : null; }
        finally { found.Reset(); }
    }

    private static List<RosterRow> Complete(SqliteConnection connection, List<RosterRow> rows) =>
        [.. rows.Select(row => row with { Acks = AcksOf(connection, row.Hash) })];

    private static Dictionary<NodeId, ReadOnlyMemory<byte>> AcksOf(SqliteConnection connection, Digest32 hash) => SqliteReads.Rows(
        connection.Statement("SELECT nid, signature FROM roster_ack WHERE hash = ?").Bind(hash.Value),
        r => (Node: new NodeId(r.Hash(0)), Signature: r.Bytes(1))).ToDictionary(ack => ack.Node, ack => (ReadOnlyMemory<byte>)ack.Signature);

    private static RosterRow Read(SqliteStatement r) => new(
        (uint)r.Number(0), new(r.Hash(1)), r.Bytes(4), Signatures(r.Bytes(3)), new Dictionary<NodeId, ReadOnlyMemory<byte>>(), r.Time(2));

    private static List<ReadOnlyMemory<byte>> Signatures(ReadOnlySpan<byte> bytes)
    {
        var signatures = new List<ReadOnlyMemory<byte>>();
        var reader = new ByteReader(bytes);
        while (!reader.AtEnd)
            signatures.Add(reader.Block(StoreLimits.MaxDocumentSignatureBytes, out var signature)
                ? signature.ToArray()
                : throw new InvalidDataException("the signatures of a roster in the database do not decode"));
        return signatures;
    }
}
