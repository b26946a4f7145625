using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host.Disk;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The simulation's disk behind the port, so that the same contract judges it. What a restart keeps is the tables.</summary>
internal sealed class MemoryNodeStore(MemoryTables<byte[]> tables, HashSet<InstanceId> instances) : INodeStore
{
    public ValueTask CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        if (writes.Count is 0 or > StoreLimits.MaxWritesPerCommit)
            throw new ArgumentException($"{writes.Count} writes", nameof(writes));
        tables.Commit(writes, [.. writes.OfType<StoreWrite.PutSealedShare>().Select(share => (share.Key, share.Generation, share.Sealed.ToArray()))]);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<StoreAnswer>> ReadAsync(IReadOnlyList<StoreQuery> queries, CancellationToken cancellation) => queries.Count is 0 or > StoreLimits.MaxQueriesPerRead
        ? throw new ArgumentException($"{queries.Count} queries", nameof(queries))
        : new(tables.Read(queries));

    public ValueTask<byte[]?> ReadSealedShareAsync(KeyId key, uint generation, CancellationToken cancellation) => new(tables.Keys.Share(key, generation));

    public ValueTask<StoredState> BeginInstanceAsync(InstanceId instance, CancellationToken cancellation) => instances.Add(instance)
        ? new(tables.BeginInstance())
        : throw new StoreConflictException("an instance that has begun before");

    public ValueTask<IReadOnlyList<KeyRow>> ListKeysAsync(KeyId? after, int limit, CancellationToken cancellation)
    {
        CheckPage(limit);
        return new(tables.ListKeys(after, limit));
    }

    public ValueTask<IReadOnlyList<AuditEntry>> ReadLogAsync(ulong fromSequence, int limit, CancellationToken cancellation)
    {
        CheckPage(limit);
        return new([.. tables.Ledger.Log.Where(entry => entry.Sequence >= fromSequence).Take(limit)]);
    }

    private static void CheckPage(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, StoreLimits.MaxPage);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
