namespace MpcSigner.Storage.Sqlite;

/// <summary>One caller's change, waiting for the writer. It is either cancelled while it waits, and then nothing of it is written, or taken, and then it runs to its end.</summary>
internal abstract class WriteJob
{
    private const int Waiting = 0, Taken = 1, Cancelled = 2;

    private int _state;

    internal bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    protected bool TryCancel() => Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting;

    /// <summary>How many rows it writes, roughly: decides when the log is checkpointed.</summary>
    internal abstract int Weight { get; }

    /// <summary>Whether it deletes shares: the log must not keep what the database has overwritten.</summary>
    internal bool Erases { get; init; }

    internal abstract void Run(SqliteConnection connection);

    /// <summary>Its transaction is on disk.</summary>
    internal abstract void Succeed();

    internal abstract void Fail(Exception failure);
}

/// <inheritdoc cref="WriteJob"/>
internal sealed class WriteJob<T>(int weight, Func<SqliteConnection, T> run) : WriteJob
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    internal override int Weight { get; } = weight;

    /// <summary>Call once, after the job is in the queue.</summary>
    internal async Task<T> Completion(CancellationToken cancellation)
    {
        await using var registration = cancellation
            .UnsafeRegister(static (job, token) => ((WriteJob<T>)job!).Cancel(token), this).ConfigureAwait(false);
        return await _completion.Task.ConfigureAwait(false);
    }

    private void Cancel(CancellationToken cancellation)
    {
        if (TryCancel())
            _completion.SetCanceled(cancellation);
    }

    internal override void Run(SqliteConnection connection) => _result = run(connection);

    internal override void Succeed() => _completion.SetResult(_result!);

    internal override void Fail(Exception failure) => _completion.SetException(failure);
}
