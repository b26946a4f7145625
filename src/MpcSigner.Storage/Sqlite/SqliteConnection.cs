using SQLitePCL;

namespace MpcSigner.Storage.Sqlite;

/// <summary>One connection and its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _database;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    private SqliteConnection(sqlite3 database) => _database = database;

    /// <param name="flags">SQLITE_OPEN_*; the connection's own mutex is left out, see the class.</param>
    internal static SqliteConnection Open(string path, int flags)
    {
        var code = raw.sqlite3_open_v2(path, out var database, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            var error = new SqliteError(code, $"open {path}", raw.sqlite3_errstr(code).utf8_to_string());
            database?.Dispose();
            throw error;
        }
        var connection = new SqliteConnection(database);
        connection.Check(raw.sqlite3_extended_result_codes(database, 1), "report extended codes");
        return connection;
    }

    internal bool InTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    /// <summary>Rows that the last statement changed.</summary>
    internal int Changes => raw.sqlite3_changes(_database);

    /// <summary>A statement, prepared at its first use.</summary>
    internal SqliteStatement Statement(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
            return statement;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out var prepared), "prepare a statement");
        statement = new(this, prepared);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>Runs one or more statements that bind nothing.</summary>
    internal void Script(string sql)
    {
        var code = raw.sqlite3_exec(_database, sql);
        Check(code, "run a script");
    }

    internal long QueryNumber(string sql)
    {
        var statement = Statement(sql);
        try { return statement.Step() ? statement.Number(0) : throw new InvalidOperationException($"no row: {sql}"); }
        finally { statement.Reset(); }
    }

    internal string QueryText(string sql)
    {
        var statement = Statement(sql);
        try { return statement.Step() ? statement.Text(0) : throw new InvalidOperationException($"no row: {sql}"); }
        finally { statement.Reset(); }
    }

    /// <summary>Moves committed pages from the log into the database.</summary>
    /// <param name="busy">A reader still needs some of the log: it was not moved or emptied wholly.</param>
    /// <returns>Frames that the log holds, moved or not.</returns>
    internal int Checkpoint(int mode, out bool busy)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_database, "main", mode, out var frames, out _);
        // Busy: a reader still needs some frames; the rest was moved, and the next checkpoint takes them.
        busy = (code & 0xff) == raw.SQLITE_BUSY;
        if (!busy)
            Check(code, "checkpoint");
        return frames;
    }

    internal void Check(int code, string doing)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteError(code, doing, raw.sqlite3_errmsg(_database).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        _database.Dispose();
    }
}
