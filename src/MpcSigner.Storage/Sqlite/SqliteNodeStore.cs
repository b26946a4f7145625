using System.Collections.Concurrent;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Storage.Native;
using MpcSigner.Storage.Sqlite.Writes;

namespace MpcSigner.Storage.Sqlite;

/// <summary>A node's durable state in one SQLite file: one writer that commits in groups, readers beside it on snapshots of their own.</summary>
public sealed class SqliteNodeStore : INodeStore, ISealedShares
{
    /// <summary>Connections that read at the same time.</summary>
    public const int MaxReaders = 4;

    /// <summary>Reads that may wait for one of them. A caller beyond them is told at once that the store is overloaded.</summary>
    public const int MaxQueuedReads = 8_192;

    private readonly TimeProvider _clock;
    private readonly StoreLock _lock;
    private readonly SqliteWriter _writer;
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly SemaphoreSlim _freeReaders;
    private volatile StoreUnavailableException? _broken;
    private int _reads;
    private int _disposed;

    private SqliteNodeStore(TimeProvider clock, StoreLock @lock, SqliteConnection writer, IReadOnlyList<SqliteConnection> readers, StoreMeta meta)
    {
        (_clock, _lock, Meta) = (clock, @lock, meta);
        foreach (var reader in readers)
            _readers.Add(reader);
        _freeReaders = new(readers.Count, readers.Count);
        _writer = new(writer);
    }

    /// <summary>Whose store it is, and what recognises the key that its shares are sealed under.</summary>
    public StoreMeta Meta { get; private set; }

    /// <summary>Commits that are on disk since the opening.</summary>
    public long Commits => _writer.Commits;

    /// <summary>Transactions, each with one flush, that carried them.</summary>
    public long Transactions => _writer.Transactions;

    /// <summary>Makes a new store; never overwrites.</summary>
    /// <param name="path">The database file; its folder exists.</param>
    /// <exception cref="StoreOpenException">Something is there already, in use, or the disk refuses.</exception>
    /// <exception cref="Core.Faults.ServiceException">SQLite's library is missing or too old.</exception>
    public static void Create(string path, StoreMeta meta, TimeProvider clock)
    {
        if (meta.StoreId.Length != StoreMeta.StoreIdSize)
            throw new ArgumentException($"a store id of {meta.StoreId.Length} bytes", nameof(meta));
        CheckSeal(meta.SealParameters, meta.SealVerifier);
        SqliteLibrary.Load();
        using var @lock = StoreLock.Take(path);
        Guarded(path, () =>
        {
            SqliteFile.Create(path, meta, clock.GetUtcNow());
            return 0;
        });
    }

    /// <summary>The newest roster in a store that no process uses, for a look from outside: nothing of it changes. Null if it holds none.</summary>
    /// <exception cref="StoreOpenException">In use, or says which check refused.</exception>
    /// <exception cref="Core.Faults.ServiceException">SQLite's library is missing or too old.</exception>
    public static RosterRow? ReadRoster(string path, StoreIdentity expected)
    {
        SqliteLibrary.Load();
        using var @lock = StoreLock.Take(path);
        return Guarded(path, () => SqliteFile.ReadRoster(path, expected));
    }

    /// <summary>Opens a store for this process alone, after checking that it is whole, of a known version and this node's.</summary>
    /// <param name="maxBytes">The size the database may grow to; null: the disk's.</param>
    /// <exception cref="StoreOpenException">Says which check refused.</exception>
    /// <exception cref="Core.Faults.ServiceException">SQLite's library is missing or too old.</exception>
    public static SqliteNodeStore Open(string path, StoreIdentity expected, TimeProvider clock, long? maxBytes = null)
    {
        SqliteLibrary.Load();
        if (!File.Exists(path) && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            throw new StoreOpenException(StoreRefusal.Missing, $"There is no store at {path}. Create it with `node init`, or correct the path.");
        var opened = new Stack<IDisposable>();
        try
        {
            var @lock = StoreLock.Take(path);
            opened.Push(@lock);
            var (writer, meta) = Guarded(path, () => SqliteFile.OpenWriter(path, expected, maxBytes));
            opened.Push(writer);
            var readers = new List<SqliteConnection>();
            for (var i = 0; i < MaxReaders; i++)
            {
                readers.Add(Guarded(path, () => SqliteFile.OpenReader(path)));
                opened.Push(readers[i]);
            }
            return new(clock, @lock, writer, readers, meta);
        }
        catch
        {
            while (opened.TryPop(out var half))
                half.Dispose();
            throw;
        }
    }

    /// <summary>Keeps every other process off a store for a moment, without opening it.</summary>
    /// <exception cref="StoreOpenException">InUse while a process has it open.</exception>
    public static IDisposable Hold(string path) => StoreLock.Take(path);

    private static T Guarded<T>(string path, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (SqliteError error) when (error.IsDamage || error.IsSchema)
        {
            throw new StoreOpenException(StoreRefusal.Damaged, $"{path} is damaged ({error.Message}). Restore it from a backup.", error);
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException)
        {
            throw new StoreOpenException(StoreRefusal.Damaged, $"{path} holds what this program never writes ({failure.Message}). Restore it from a backup.", failure);
        }
        catch (Exception failure) when (failure is SqliteError or IOException or UnauthorizedAccessException or StoreUnavailableException)
        {
            throw new StoreOpenException(StoreRefusal.Unavailable, $"{path} cannot be used: {failure.Message}", failure);
        }
    }

    public async ValueTask CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        if (writes.Count is 0 or > StoreLimits.MaxWritesPerCommit)
            throw new ArgumentException($"{writes.Count} writes; 1..{StoreLimits.MaxWritesPerCommit}", nameof(writes));
        await _writer.Enqueue(new WriteJob<int>(WriteList.WeightOf(writes), connection =>
        {
            WriteList.Apply(connection, new(Meta.Identity.Node, _clock.GetUtcNow()), writes);
            return 0;
        }) { Erases = WriteList.Erases(writes) }, cancellation).ConfigureAwait(false);
    }

    /// <summary>For a store that is older than what its node has done since, or new in the place of a lost one: the next instance's start counter is above the wall clock's seconds and so above all that peers have seen.</summary>
    /// <param name="never">Recorded as begun; no process may ever be it.</param>
    public async ValueTask SkipStartsAsync(InstanceId never, CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        await _writer.Enqueue(new WriteJob<ulong>(1, connection => PeerWrites.SkipStarts(connection, never, now)), cancellation).ConfigureAwait(false);
    }

    /// <summary>The operator's word that a peer is to be chosen again from the next instance on.</summary>
    /// <param name="forgetFailures">Failed checks of pair setups with it are counted from 0 again.</param>
    /// <returns>Whether anything stood against it.</returns>
    public async ValueTask<bool> ReadmitAsync(NodeId peer, bool forgetFailures, CancellationToken cancellation) =>
        await _writer.Enqueue(new WriteJob<bool>(1, connection => PeerWrites.Readmit(connection, peer, forgetFailures)), cancellation).ConfigureAwait(false);

    public async ValueTask<StoredState> BeginInstanceAsync(InstanceId instance, CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        try
        {
            return await _writer.Enqueue(new WriteJob<StoredState>(1, connection => new(
                PeerWrites.BeginInstance(connection, instance, now),
                LogWrites.Head(connection),
                SqliteReads.OpenOrders(connection),
                SqliteReads.Windows(connection),
                SqliteReads.Peers(connection),
                SqliteReads.Pairs(connection))
            {
                OpenMaintenance = MaintenanceReads.Open(connection, int.MaxValue),
                RunningJobs = JobReads.Running(connection),
                WaitingDestructions = DestructionReads.Waiting(connection),
                Excluded = SqliteReads.Exclusions(connection),
                RestoredAt = SqliteReads.RestoredAt(connection),
                Roster = RosterReads.Head(connection),
            }), cancellation).ConfigureAwait(false);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            throw Damaged(damage);
        }
    }

    public async ValueTask<IReadOnlyList<StoreAnswer>> ReadAsync(IReadOnlyList<StoreQuery> queries, CancellationToken cancellation)
    {
        if (queries.Count is 0 or > StoreLimits.MaxQueriesPerRead)
            throw new ArgumentException($"{queries.Count} queries; 1..{StoreLimits.MaxQueriesPerRead}", nameof(queries));
        return await Read(connection => queries.Select(q => SqliteReads.Answer(connection, q)).ToArray(), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<byte[]?> ReadSealedShareAsync(KeyId key, uint generation, CancellationToken cancellation) =>
        await Read(connection => SqliteReads.ReadSealedShare(connection, key, generation), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<KeyRow>> ListKeysAsync(KeyId? after, int limit, CancellationToken cancellation)
    {
        CheckPage(limit);
        return await Read(connection => SqliteReads.ListKeys(connection, after, limit), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<AuditEntry>> ReadLogAsync(ulong fromSequence, int limit, CancellationToken cancellation)
    {
        CheckPage(limit);
        return await Read(connection => SqliteReads.ReadLog(connection, fromSequence, limit), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<SealedShare>> ListSealedAsync((KeyId Key, uint Generation)? after, int limit, CancellationToken cancellation)
    {
        CheckPage(limit);
        return await Read(connection => SqliteReads.ListSealed(connection, after, limit), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<int> ReplaceSealedAsync(IReadOnlyList<ResealedShare> shares, CancellationToken cancellation)
    {
        CheckPage(shares.Count);
        return await _writer.Enqueue(new WriteJob<int>(shares.Count, connection => SealWrites.Replace(connection, shares)), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<ErasureCounts> CountErasuresAsync(CancellationToken cancellation) =>
        await Read(SealWrites.Count, cancellation).ConfigureAwait(false);

    public async ValueTask RetireSealAsync(ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> verifier, long? retired, CancellationToken cancellation)
    {
        CheckSeal(parameters, verifier);
        await _writer.Enqueue(new WriteJob<int>(1, connection =>
        {
            SealWrites.Retire(connection, parameters, verifier, retired);
            return 0;
        }) { Erases = true }, cancellation).ConfigureAwait(false);
        Meta = Meta with { SealParameters = parameters, SealVerifier = verifier };
    }

    private static void CheckSeal(ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> verifier)
    {
        if (parameters.Length > StoreMeta.MaxSealBytes || verifier.Length > StoreMeta.MaxSealBytes)
            throw new ArgumentException($"seal parameters of {parameters.Length} and a verifier of {verifier.Length} bytes", nameof(parameters));
    }

    private static void CheckPage(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, StoreLimits.MaxPage);
    }

    private async Task<T> Read<T>(Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if ((_writer.Closed ?? _broken) is { } closed)
            throw closed;
        if (Interlocked.Increment(ref _reads) > MaxQueuedReads)
        {
            Interlocked.Decrement(ref _reads);
            throw new StoreUnavailableException($"{MaxQueuedReads} reads wait already; try again later", closed: false);
        }
        try
        {
            await _freeReaders.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                // SQLite blocks: not on the caller's thread.
                return await Task.Run(() => ReadNow(read), CancellationToken.None).ConfigureAwait(false);
            }
            finally { _freeReaders.Release(); }
        }
        finally { Interlocked.Decrement(ref _reads); }
    }

    private T ReadNow<T>(Func<SqliteConnection, T> read)
    {
        ObjectDisposedException.ThrowIf(!_readers.TryTake(out var connection), this);
        try
        {
            connection.Statement("BEGIN").Run();
            try { return read(connection); }
            finally { connection.Statement("COMMIT").Run(); }
        }
        catch (SqliteError error) when (error.AsUnavailable() is { } unavailable)
        {
            if (unavailable.Closed)
                _broken = unavailable;
            throw unavailable;
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            throw Damaged(damage);
        }
        finally { _readers.Add(connection); }
    }

    /// <summary>What reading rows says when they hold what this program never writes.</summary>
    private static bool IsDamage(Exception failure) => failure is InvalidDataException or ArgumentException or OverflowException;

    private StoreUnavailableException Damaged(Exception damage) =>
        _broken = new($"the database is damaged ({damage.Message}); restore it from a backup", closed: true, damage);

    /// <summary>Ends what is queued, moves the log into the database and lets go of the file. Reads under way end first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        for (var i = 0; i < MaxReaders; i++)
            await _freeReaders.WaitAsync().ConfigureAwait(false);
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        // All places are taken away for good: reads that still waited would wait for ever.
        _freeReaders.Release(MaxReaders);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
    }
}
