using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite;

/// <summary>Jobs with their steps; with their orders where they are asked for.</summary>
internal static class JobReads
{
    private const string Columns = "number, job, state, title, detail, created_at, updated_at";

    internal static JobRow? Find(SqliteConnection connection, Digest32 job) => Complete(connection, withOrders: true, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM job WHERE job = ?").Bind(job.Value), Read)).SingleOrDefault();

    /// <summary>Newest first, without their orders.</summary>
    internal static List<JobRow> List(SqliteConnection connection, int limit) => Complete(connection, withOrders: false, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM job ORDER BY number DESC LIMIT ?").Bind(limit), Read));

    /// <summary>Oldest first.</summary>
    internal static List<JobRow> Running(SqliteConnection connection) => Complete(connection, withOrders: true, SqliteReads.Rows(
        connection.Statement($"SELECT {Columns} FROM job WHERE state = 1 ORDER BY number"), Read));

    internal static (long Number, JobState State)? NumberAndState(SqliteConnection connection, Digest32 job)
    {
        var found = connection.Statement("SELECT number, state FROM job WHERE job = ?").Bind(job.Value);
        try { return found.Step() ? (found.Number(0), found.Named<JobState>(1)) : null; }
        finally { found.Reset(); }
    }

    internal static int StepCount(SqliteConnection connection, long number)
    {
        var found = connection.Statement("SELECT count(*) FROM job_step WHERE job = ?").Bind(number);
        try { return found.Step() ? (int)found.Number(0) : 0; }
        finally { found.Reset(); }
    }

    private static List<JobRow> Complete(SqliteConnection connection, bool withOrders, List<(long Number, JobRow Row)> rows) =>
        [.. rows.Select(r => r.Row with { Steps = StepsOf(connection, r.Number, withOrders) })];

    private static List<JobStep> StepsOf(SqliteConnection connection, long number, bool withOrders)
    {
        var orders = withOrders
            ? SqliteReads.Rows(
                connection.Statement("SELECT position, signed FROM job_order WHERE job = ? ORDER BY position, place").Bind(number),
                r => (Position: r.Number(0), Order: MaintenanceReads.ReadOrder(r.Bytes(1)))).ToLookup(o => o.Position, o => o.Order)
            : Enumerable.Empty<SignedOrder>().ToLookup(_ => 0L);
        return SqliteReads.Rows(
            connection.Statement("SELECT position, tried, state, outcome FROM job_step WHERE job = ? ORDER BY position").Bind(number),
            r => new JobStep([.. orders[r.Number(0)]], (int)r.Number(1), r.Named<JobStepState>(2), r.Text(3)));
    }

    private static (long Number, JobRow Row) Read(SqliteStatement r) =>
        (r.Number(0), new(new(r.Hash(1)), r.Text(3), r.Named<JobState>(2), [], r.Text(4), r.Time(5), r.Time(6)));
}
