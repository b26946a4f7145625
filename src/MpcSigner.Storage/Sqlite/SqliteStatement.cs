using System.Globalization;
using MpcSigner.Core.Identities;
using SQLitePCL;

namespace MpcSigner.Storage.Sqlite;

/// <summary>A prepared statement: bind in order, step, read, reset.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt statement) : IDisposable
{
    private int _bound;

    internal SqliteStatement Bind(long value)
    {
        connection.Check(raw.sqlite3_bind_int64(statement, ++_bound, value), "bind a number");
        return this;
    }

    /// <summary>The signed number of the same bits, for values a peer chooses; see the schema.</summary>
    internal SqliteStatement BindBits(ulong value) => Bind(unchecked((long)value));

    internal SqliteStatement Bind(string value)
    {
        connection.Check(raw.sqlite3_bind_text(statement, ++_bound, value), "bind a text");
        return this;
    }

    internal SqliteStatement Bind(ReadOnlySpan<byte> value)
    {
        // An empty span would bind NULL: it has no address.
        var code = value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, ++_bound, 0) : raw.sqlite3_bind_blob(statement, ++_bound, value);
        connection.Check(code, "bind bytes");
        return this;
    }

    internal SqliteStatement Bind(Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        value.CopyTo(bytes);
        return Bind(bytes);
    }

    internal SqliteStatement Bind(InstanceId value)
    {
        Span<byte> bytes = stackalloc byte[InstanceId.Size];
        value.CopyTo(bytes);
        return Bind(bytes);
    }

    internal SqliteStatement Bind(DateTimeOffset value) => Bind(value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks);

    /// <summary>True: a row can be read. False: done.</summary>
    internal bool Step()
    {
        var code = raw.sqlite3_step(statement);
        connection.Check(code, "run a statement");
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    internal void Run()
    {
        try { Step(); }
        finally { Reset(); }
    }

    /// <summary>Ready for the next use. The code repeats what the last step said, and that was checked.</summary>
    internal void Reset()
    {
        _bound = 0;
        _ = raw.sqlite3_reset(statement);
        connection.Check(raw.sqlite3_clear_bindings(statement), "clear bindings");
    }

    internal long Number(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>A number that the enumeration names.</summary>
    /// <exception cref="InvalidDataException">It names none.</exception>
    internal T Named<T>(int column)
        where T : struct, Enum
    {
        var number = Number(column);
        var value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value) && Convert.ToInt64(value, CultureInfo.InvariantCulture) == number
            ? value
            : throw new InvalidDataException($"{number} is no {typeof(T).Name}");
    }

    internal ulong Bits(int column) => unchecked((ulong)Number(column));

    internal string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    internal byte[] Bytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    internal Bytes32 Hash(int column) => new(raw.sqlite3_column_blob(statement, column));

    internal InstanceId Instance(int column) => new(raw.sqlite3_column_blob(statement, column));

    internal DateTimeOffset Time(int column) => DateTimeOffset.UnixEpoch.AddTicks(Number(column));

    public void Dispose() => statement.Dispose();
}
