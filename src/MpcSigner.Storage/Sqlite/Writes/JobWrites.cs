using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Jobs: their orders are written once, their progress as it comes.</summary>
internal static class JobWrites
{
    internal static void Put(SqliteConnection connection, JobRow row)
    {
        Check(row);
        var known = JobReads.NumberAndState(connection, row.Job);
        if (known is null)
        {
            Insert(connection, row);
            return;
        }
        var (number, state) = known.Value;
        if (state != JobState.Running && state != row.State)
            throw new StoreConflictException($"job {row.Job} has ended as {state} and cannot become {row.State}");
        if (JobReads.StepCount(connection, number) != row.Steps.Count)
            throw new StoreConflictException($"job {row.Job} has another number of steps");
        connection.Statement("UPDATE job SET state = ?, detail = ?, updated_at = ? WHERE number = ?")
            .Bind((byte)row.State).Bind(row.Detail).Bind(row.UpdatedAt).Bind(number).Run();
        for (var i = 0; i < row.Steps.Count; i++)
        {
            var step = row.Steps[i];
            connection.Statement("UPDATE job_step SET tried = ?1, state = ?2, outcome = ?3 WHERE job = ?4 AND position = ?5 AND (tried, state, outcome) <> (?1, ?2, ?3)")
                .Bind(step.Tried).Bind((byte)step.State).Bind(step.Outcome).Bind(number).Bind(i).Run();
        }
    }

    private static void Check(JobRow row)
    {
        Bounds.CheckCount(row.Steps.Count, StoreLimits.MaxJobSteps, nameof(row.Steps));
        Bounds.Check(row.Title, nameof(row.Title));
        Bounds.Check(row.Detail, nameof(row.Detail));
        foreach (var step in row.Steps)
        {
            Bounds.Check(step.Outcome, nameof(step.Outcome));
            if (step.Tried < 0 || step.Tried > JobStep.MaxOrders)
                throw new ArgumentException($"{step.Tried} orders tried", nameof(row));
        }
    }

    private static void Insert(SqliteConnection connection, JobRow row)
    {
        connection.Statement("INSERT INTO job (job, state, title, detail, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)")
            .Bind(row.Job.Value).Bind((byte)row.State).Bind(row.Title).Bind(row.Detail).Bind(row.CreatedAt).Bind(row.UpdatedAt).Run();
        var number = connection.QueryNumber("SELECT last_insert_rowid()");
        for (var i = 0; i < row.Steps.Count; i++)
        {
            var step = row.Steps[i];
            Bounds.CheckCount(step.Orders.Count, JobStep.MaxOrders, nameof(step.Orders));
            connection.Statement("INSERT INTO job_step (job, position, tried, state, outcome) VALUES (?, ?, ?, ?, ?)")
                .Bind(number).Bind(i).Bind(step.Tried).Bind((byte)step.State).Bind(step.Outcome).Run();
            for (var place = 0; place < step.Orders.Count; place++)
                connection.Statement("INSERT INTO job_order (job, position, place, signed) VALUES (?, ?, ?, ?)")
                    .Bind(number).Bind(i).Bind(place).Bind(SignedOrderEncoding.Encode(step.Orders[place])).Run();
        }
    }
}
