using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Ports;

/// <summary>A node's durable state. One writer commits in groups; what <see cref="CommitAsync"/> acknowledged survives any crash.</summary>
public interface INodeStore : IAsyncDisposable
{
    /// <summary>Commits all writes (1..<see cref="StoreLimits.MaxWritesPerCommit"/>) or none, in call order, and completes when they are on disk.</summary>
    /// <remarks>Cancellation has two outcomes only: <see cref="OperationCanceledException"/>, and nothing was or will be written; or, once the writer has taken the commit, its own result.</remarks>
    /// <exception cref="StoreConflictException">A write contradicts durable state; only this commit is undone, its neighbours are not.</exception>
    /// <exception cref="StoreUnavailableException">Disk full, I/O error, queue full.</exception>
    ValueTask CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation);

    /// <summary>Answers in the order of the queries (1..<see cref="StoreLimits.MaxQueriesPerRead"/>), from one snapshot that includes every acknowledged commit.</summary>
    ValueTask<IReadOnlyList<StoreAnswer>> ReadAsync(IReadOnlyList<StoreQuery> queries, CancellationToken cancellation);

    /// <summary>Sealed bytes of a share, null if this node has none of that generation.</summary>
    ValueTask<byte[]?> ReadSealedShareAsync(KeyId key, uint generation, CancellationToken cancellation);

    /// <summary>Adds one to the start counter, durably, and returns what a node needs to begin.</summary>
    ValueTask<StoredState> BeginInstanceAsync(InstanceId instance, CancellationToken cancellation);

    /// <summary>One row a key that is not of a GivenUp order (the one that <see cref="StoreQuery.FindKey"/> finds) in ascending id after <paramref name="after"/>, at most <paramref name="limit"/> (1..1,000).</summary>
    ValueTask<IReadOnlyList<KeyRow>> ListKeysAsync(KeyId? after, int limit, CancellationToken cancellation);

    /// <summary>Log entries from <paramref name="fromSequence"/> on, at most <paramref name="limit"/> (1..1,000).</summary>
    ValueTask<IReadOnlyList<AuditEntry>> ReadLogAsync(ulong fromSequence, int limit, CancellationToken cancellation);
}

/// <summary>What the store held when an instance began.</summary>
/// <param name="StartCounter">This instance's, already durable.</param>
/// <param name="OpenOrders">Orders in state Begun, Acknowledged or GivenUp.</param>
public sealed record StoredState(
    ulong StartCounter,
    LogHead Log,
    IReadOnlyList<OrderRow> OpenOrders,
    IReadOnlyDictionary<NodeId, SessionWindow> SessionWindows,
    IReadOnlyDictionary<NodeId, (InstanceId Instance, ulong StartCounter)> Peers,
    IReadOnlyDictionary<NodeId, PairRow> Pairs)
{
    /// <summary>Maintenance orders that are not over: Begun, Acknowledged, Active.</summary>
    public IReadOnlyList<MaintenanceRow> OpenMaintenance { get; init; } = [];

    /// <summary>Jobs that were running.</summary>
    public IReadOnlyList<JobRow> RunningJobs { get; init; } = [];

    /// <summary>Destructions that wait for their time.</summary>
    public IReadOnlyList<DestructionRow> WaitingDestructions { get; init; } = [];

    /// <summary>Peers that are left out until the operator readmits them.</summary>
    public IReadOnlyDictionary<NodeId, ExclusionRow> Excluded { get; init; } = new Dictionary<NodeId, ExclusionRow>();

    /// <summary>When the operator last said that this store is a restored backup, or new in the place of a lost one; null if never. Said again it counts again: the clock may have been wrong.</summary>
    public DateTimeOffset? RestoredAt { get; init; }

    /// <summary>The newest roster this node has accepted, if any came after the one in its files.</summary>
    public RosterRow? Roster { get; init; }
}
