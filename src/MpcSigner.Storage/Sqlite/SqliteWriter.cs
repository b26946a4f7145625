using System.Threading.Channels;
using MpcSigner.Core.Ports;
using SQLitePCL;

namespace MpcSigner.Storage.Sqlite;

/// <summary>The one thread that writes. Whatever waits while a flush runs shares the next transaction, and so the next flush.</summary>
/// <remarks>Within the group each job has its savepoint: a job that contradicts the database is undone alone.</remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Jobs that may wait. A caller beyond them is told at once that the store is overloaded.</summary>
    internal const int MaxQueuedJobs = 8_192;

    /// <summary>Jobs of one transaction: bounds how long the first of them waits for the last.</summary>
    internal const int MaxJobsPerGroup = 512;

    /// <summary>Rows written between two checkpoints, some megabytes of log.</summary>
    internal const int RowsPerCheckpoint = 2_048;

    /// <summary>Frames of 4 KiB from which a checkpoint waits for readers and empties the log.</summary>
    internal const int FramesBeforeTruncate = 16_384;

    private readonly SqliteConnection _connection;
    private readonly Channel<WriteJob> _queue = Channel.CreateBounded<WriteJob>(
        new BoundedChannelOptions(MaxQueuedJobs) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly List<WriteJob> _group = new(MaxJobsPerGroup);
    private readonly List<(WriteJob Job, Exception Failure)> _refused = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile StoreUnavailableException? _closed;
    private volatile bool _disposed;
    private int _rowsSinceCheckpoint;

    /// <summary>Deleted shares stand in the log still. True at first: a process that was killed may have left some.</summary>
    private bool _mustEmptyLog = true;
    private long _commits;
    private long _transactions;

    internal SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        new Thread(RunToEnd) { Name = "store-writer", IsBackground = true }.Start();
    }

    /// <summary>Why the store closed itself; null while it works.</summary>
    internal StoreUnavailableException? Closed => _closed;

    internal long Commits => Interlocked.Read(ref _commits);

    internal long Transactions => Interlocked.Read(ref _transactions);

    internal Task<T> Enqueue<T>(WriteJob<T> job, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_queue.Writer.TryWrite(job))
            throw (Exception?)_closed ?? (_disposed
                ? new ObjectDisposedException(nameof(SqliteNodeStore))
                : new StoreUnavailableException($"{MaxQueuedJobs} commits wait already; nothing was written; try again later", closed: false));
        return job.Completion(cancellation);
    }

    /// <summary>Refuses new jobs, ends the queued ones, checkpoints and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _queue.Writer.TryComplete();
        await _ended.Task.ConfigureAwait(false);
    }

    private void RunToEnd()
    {
        try
        {
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                RunGroup();
        }
        finally
        {
            _connection.Dispose();
            _ended.SetResult();
        }
    }

    private void RunGroup()
    {
        _group.Clear();
        _refused.Clear();
        while (_group.Count + _refused.Count < MaxJobsPerGroup && _queue.Reader.TryRead(out var job))
        {
            if (!job.TryTake())
                continue;
            if (_closed is { } closed)
                job.Fail(closed);
            else
                _group.Add(job);
        }
        if (_group.Count == 0)
            return;

        try
        {
            Commit();
        }
        catch (Exception failure)
        {
            FailGroup(failure);
            return;
        }

        Interlocked.Add(ref _commits, _group.Count);
        foreach (var job in _group)
            job.Succeed();
        foreach (var (job, failure) in _refused)
            job.Fail(failure);
        CheckpointWhenDue();
    }

    /// <summary>Leaves in the group what is on disk, and in the refused what was undone. Refusals are told only now: they may rest on what the group wrote.</summary>
    private void Commit()
    {
        _connection.Statement("BEGIN IMMEDIATE").Run();
        for (var i = 0; i < _group.Count;)
        {
            _connection.Statement("SAVEPOINT job").Run();
            if (RunJob(_group[i]) is { } refusal)
            {
                _connection.Statement("ROLLBACK TO job").Run();
                _refused.Add((_group[i], refusal));
                _group.RemoveAt(i);
            }
            else
            {
                _rowsSinceCheckpoint += _group[i].Weight;
                _mustEmptyLog |= _group[i].Erases;
                i++;
            }
            _connection.Statement("RELEASE job").Run();
        }
        _connection.Statement(_group.Count == 0 ? "ROLLBACK" : "COMMIT").Run();
        if (_group.Count > 0)
            Interlocked.Increment(ref _transactions);
    }

    /// <summary>Null, or why this job alone is undone. A failure of the world is thrown: it is everybody's.</summary>
    private Exception? RunJob(WriteJob job)
    {
        try
        {
            job.Run(_connection);
            return null;
        }
        catch (SqliteError error) when (error.AsUnavailable() is null)
        {
            return error.IsConstraint ? new StoreConflictException(error.Message) : error;
        }
        catch (Exception failure) when (failure is not SqliteError and not OutOfMemoryException)
        {
            return failure;
        }
    }

    private void FailGroup(Exception failure)
    {
        var unavailable = (failure as SqliteError)?.AsUnavailable()
            ?? new StoreUnavailableException($"the store has closed itself after an unexpected failure: {failure.Message}", closed: true, failure);
        if (!unavailable.Closed && !TryRollBack())
            unavailable = new(unavailable.Message + "; and the transaction could not be undone", closed: true, failure);
        if (unavailable.Closed)
            Close(unavailable);
        foreach (var job in _group)
            job.Fail(unavailable);
        foreach (var (job, _) in _refused)
            job.Fail(unavailable);
    }

    private bool TryRollBack()
    {
        try
        {
            if (_connection.InTransaction)
                _connection.Script("ROLLBACK");
            return !_connection.InTransaction;
        }
        catch (SqliteError)
        {
            // The caller closes the store: what the disk holds is read again at the next opening.
            return false;
        }
    }

    private void Close(StoreUnavailableException why)
    {
        _closed = why;
        _queue.Writer.TryComplete();
    }

    /// <summary>After the answers, so that nobody waits for it but the next group. A log that must be emptied and could not be, for a reader's sake, is tried again after the next group.</summary>
    private void CheckpointWhenDue()
    {
        if (_rowsSinceCheckpoint < RowsPerCheckpoint && !_mustEmptyLog)
            return;
        try
        {
            if (_mustEmptyLog)
            {
                _connection.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE, out var busy);
                _mustEmptyLog = busy;
            }
            else if (_connection.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE, out _) >= FramesBeforeTruncate)
            {
                _connection.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE, out _);
            }
            _rowsSinceCheckpoint = 0;
        }
        catch (SqliteError error)
        {
            // The log still holds every commit. A full disk is tried again at the next checkpoint; a broken one ends the store.
            _rowsSinceCheckpoint = 0;
            if (error.AsUnavailable() is { Closed: false })
                return;
            Close(error.AsUnavailable() ?? new StoreUnavailableException(error.Message, closed: true, error));
        }
    }
}
