using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Simulation.Host.Disk;

namespace MpcSigner.Simulation.Host;

/// <summary>A node's disk: commits become durable in order, one by one, when flushed; a crash loses what was not. Refuses what the port says a store refuses.</summary>
/// <param name="self">Whose disk it is.</param>
/// <param name="clock">The node's own.</param>
public sealed class MemoryStore(NodeId self, Func<DateTimeOffset> clock) : IDisposable
{
    private readonly Queue<PendingCommit> _pending = new();
    private readonly List<Written> _history = [];
    private MemoryTables<SecretScalar> _tables = new(self, clock);

    /// <summary>What became durable at once: a commit, or the count of a process that began.</summary>
    /// <param name="Starts">The start counter from here on.</param>
    /// <param name="Restored">When this disk was last said to be restored.</param>
    private sealed record Written(IReadOnlyList<StoreWrite> Writes, IReadOnlyList<(KeyId Key, uint Generation, SecretScalar Share)> Shares, ulong Starts, DateTimeOffset? Restored)
    {
        /// <summary>Whom the operator readmitted then, and whether counts of failed checks begin anew.</summary>
        public (NodeId Peer, bool ForgetFailures)? Readmission { get; init; }
    }

    /// <summary>A commit on its way to the disk.</summary>
    public sealed record PendingCommit(Token Token, IReadOnlyList<StoreWrite> Writes, IReadOnlyList<(KeyId Key, uint Generation, SecretScalar Share)> Shares);

    public IReadOnlyList<AuditEntry> Log => _tables.Ledger.Log;

    /// <summary>Every generation of every key.</summary>
    public IReadOnlyCollection<KeyRow> Keys => [.. _tables.Keys.All];

    public IReadOnlyCollection<OrderRow> Orders => _tables.Orders.Rows;

    public IReadOnlyCollection<MaintenanceRow> Maintenance => _tables.Maintenance.Rows;

    public IReadOnlyCollection<DestructionRow> Destructions => [.. _tables.Administration.Destructions];

    public IReadOnlyCollection<JobRow> Jobs => [.. _tables.Administration.Jobs];

    public IReadOnlyCollection<RosterRow> Rosters => [.. _tables.Administration.Rosters];

    public IReadOnlyCollection<RequestRow> Requests => _tables.Ledger.Requests;

    public IReadOnlyCollection<BookingRow> Bookings => _tables.Ledger.Bookings;

    /// <summary>The newest process of a peer that this disk knows of.</summary>
    public InstanceId? NewestOf(NodeId peer) => _tables.Ledger.Peers.TryGetValue(peer, out var newest) ? newest.Instance : null;

    /// <summary>Session ids that initiators have used, as far as that is durable.</summary>
    public IReadOnlyDictionary<NodeId, SessionWindow> Windows => _tables.Ledger.Windows;

    public IReadOnlyDictionary<NodeId, PairRow> Pairs => _tables.Ledger.Pairs;

    public IReadOnlyDictionary<NodeId, ExclusionRow> Exclusions => _tables.Ledger.Exclusions;

    public bool HasPending => _pending.Count > 0;

    /// <summary>Pages of the log that the oldest pending commit takes: it is there only if all of them are.</summary>
    public int PagesOfNext => 1 + _pending.Peek().Writes.Count;

    /// <summary>Takes a commit with the shares that were sealed for it.</summary>
    public void Enqueue(NodeEffect.Commit commit) => _pending.Enqueue(new(commit.Token, commit.Writes, ((ScalarShares?)commit.Shares)?.Take() ?? []));

    /// <summary>Makes the oldest pending commit durable, or says why it cannot be.</summary>
    public (Token Token, string? Conflict) FlushOne()
    {
        var commit = _pending.Dequeue();
        try
        {
            IReadOnlyList<(KeyId, uint, SecretScalar)> copies = [.. commit.Shares.Select(share => (share.Key, share.Generation, share.Share.Copy()))];
            _history.Add(new(commit.Writes, copies, _tables.StartCounter, _tables.RestoredAt));
            foreach (var deleted in _tables.Commit(commit.Writes, commit.Shares))
                deleted.Dispose();
            return (commit.Token, null);
        }
        catch (StoreConflictException conflict)
        {
            foreach (var (_, _, share) in commit.Shares.Concat(_history[^1].Shares))
                share.Dispose();
            _history.RemoveAt(_history.Count - 1);
            return (commit.Token, conflict.Message);
        }
    }

    /// <summary>The process died: what was not flushed never was.</summary>
    public void Crash()
    {
        foreach (var (_, _, share) in _pending.SelectMany(commit => commit.Shares))
            share.Dispose();
        _pending.Clear();
    }

    public void Dispose()
    {
        Crash();
        foreach (var share in _tables.Keys.Shares.Concat(_history.SelectMany(written => written.Shares).Select(share => share.Share)))
            share.Dispose();
    }

    /// <summary>How much is durable now: what <see cref="GoBackTo"/> takes.</summary>
    public int Mark => _history.Count;

    /// <summary>The disk as it was: a backup is restored, or, at 0, a new disk takes its place; starts are counted from where they stood there.</summary>
    public void GoBackTo(int mark)
    {
        Crash();
        foreach (var share in _tables.Keys.Shares)
            share.Dispose();
        foreach (var (_, _, share) in _history.Skip(mark).SelectMany(written => written.Shares))
            share.Dispose();
        _history.RemoveRange(mark, _history.Count - mark);
        _tables = new(self, clock);
        foreach (var written in _history)
        {
            foreach (var deleted in _tables.Commit(written.Writes, [.. written.Shares.Select(share => (share.Key, share.Generation, share.Share.Copy()))]))
                deleted.Dispose();
            if (written.Readmission is { } readmitted)
                _tables.Ledger.Readmit(readmitted.Peer, readmitted.ForgetFailures);
            _tables.StartCounter = written.Starts;
            _tables.RestoredAt = written.Restored;
        }
    }

    /// <summary>When that was last said.</summary>
    public DateTimeOffset? RestoredAt => _tables.RestoredAt;

    /// <summary>The operator says that the disk was restored or is new: counts on to the wall clock's seconds, and remembers when, as the node's own store does.</summary>
    public void SkipStarts()
    {
        _tables.RestoredAt = clock();
        CountTo(Math.Max(_tables.StartCounter + 1, (ulong)clock().ToUnixTimeSeconds()));
    }

    /// <summary>Between two processes the operator readmits a peer.</summary>
    public void Readmit(NodeId peer, bool forgetFailures = false)
    {
        _tables.Ledger.Readmit(peer, forgetFailures);
        _history.Add(new([], [], _tables.StartCounter, _tables.RestoredAt) { Readmission = (peer, forgetFailures) });
    }

    public StoredState BeginInstance()
    {
        var stored = _tables.BeginInstance();
        CountTo(stored.StartCounter);
        return stored;
    }

    private void CountTo(ulong starts)
    {
        _tables.StartCounter = starts;
        _history.Add(new([], [], starts, _tables.RestoredAt));
    }

    public IReadOnlyList<StoreAnswer> Read(IReadOnlyList<StoreQuery> queries) => _tables.Read(queries);

    /// <summary>A copy of a share, as unsealing gives one; null when there is none.</summary>
    public SecretScalar? OpenShare(KeyId key, uint generation) => _tables.Keys.Share(key, generation)?.Copy();
}
