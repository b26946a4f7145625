using MpcSigner.Core.Ports;
using SQLitePCL;

namespace MpcSigner.Storage.Sqlite;

/// <summary>A result code of SQLite other than success.</summary>
/// <param name="code">The extended code.</param>
internal sealed class SqliteError(int code, string doing, string detail)
    : Exception($"SQLite refused to {doing}: {detail} (code {code})")
{
    internal int Code { get; } = code;

    /// <summary>The low byte: which family the extended code belongs to.</summary>
    internal int Primary => Code & 0xff;

    internal bool IsConstraint => Primary == raw.SQLITE_CONSTRAINT;

    /// <summary>SQL that does not fit the schema. The statements are tested, so at an opening it is the schema that is wrong.</summary>
    internal bool IsSchema => Primary == raw.SQLITE_ERROR;

    internal bool IsDamage => Primary is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_FORMAT;

    /// <summary>What the world did to us, or null where the code accuses the program.</summary>
    /// <remarks>
    /// Full, busy, locked, read-only and out of memory are found before a commit record is whole, so nothing was written.
    /// After any other failure nobody knows what the disk holds: a failed flush may have dropped the pages it did not write.
    /// </remarks>
    internal StoreUnavailableException? AsUnavailable() => Primary switch
    {
        raw.SQLITE_FULL => new("the disk, or the size allowed to the store, is full; nothing was written; free space and try again", closed: false, this),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new("the database is locked by another program; nothing was written; end that program", closed: false, this),
        raw.SQLITE_READONLY => new("the database cannot be written (read-only file or file system); nothing was written", closed: false, this),
        raw.SQLITE_NOMEM => new("SQLite ran out of memory; nothing was written", closed: false, this),
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
            new($"the disk failed under the store, which has closed itself ({Message}); mend the disk and restart the node", closed: true, this),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_FORMAT =>
            new($"the database is damaged, and the store has closed itself ({Message}); restore it from a backup", closed: true, this),
        _ => null,
    };
}
