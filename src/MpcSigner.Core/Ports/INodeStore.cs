using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Ports;

/// <summary>A node's durable state. One writer commits in groups; what <see cref="CommitAsync"/> acknowledged survives any crash.</summary>
public interface INodeStore : IAsyncDisposable
{
    /// <summary>Commits all writes or none, in call order, and completes when they are on disk. A conflict (booking, order, log sequence) is a <see cref="StoreConflictException"/>.</summary>
    ValueTask CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation);

    /// <summary>Answers in the order of the queries, from one snapshot that includes every acknowledged commit.</summary>
    ValueTask<IReadOnlyList<StoreAnswer>> ReadAsync(IReadOnlyList<StoreQuery> queries, CancellationToken cancellation);

    /// <summary>Sealed bytes of a share, null if this node has none of that generation.</summary>
    ValueTask<byte[]?> ReadSealedShareAsync(KeyId key, uint generation, CancellationToken cancellation);

    /// <summary>Adds one to the start counter, durably, and returns what a node needs to begin.</summary>
    ValueTask<StoredState> BeginInstanceAsync(InstanceId instance, CancellationToken cancellation);

    /// <summary>Keys in ascending id after <paramref name="after"/>, at most <paramref name="limit"/> (1..1,000).</summary>
    ValueTask<IReadOnlyList<KeyRow>> ListKeysAsync(KeyId? after, int limit, CancellationToken cancellation);

    /// <summary>Log entries from <paramref name="fromSequence"/> on, at most <paramref name="limit"/> (1..1,000).</summary>
    ValueTask<IReadOnlyList<AuditEntry>> ReadLogAsync(ulong fromSequence, int limit, CancellationToken cancellation);
}

/// <summary>What the store held when an instance began.</summary>
/// <param name="StartCounter">This instance's, already durable.</param>
/// <param name="OpenOrders">Orders in state Begun or Acknowledged.</param>
public sealed record StoredState(
    ulong StartCounter,
    LogHead Log,
    IReadOnlyList<OrderRow> OpenOrders,
    IReadOnlyDictionary<NodeId, SessionWindow> SessionWindows,
    IReadOnlyDictionary<NodeId, (InstanceId Instance, ulong StartCounter)> Peers);

/// <summary>A commit contradicted durable state: nothing of it was written. With a correct node this is our bug or a second writer.</summary>
public sealed class StoreConflictException(string message) : Exception(message);
