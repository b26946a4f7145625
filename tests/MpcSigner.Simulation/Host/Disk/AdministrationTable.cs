using System.Collections.Immutable;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using static MpcSigner.Simulation.Host.Disk.UndoLog;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>What administrators bring about: destructions, jobs, rosters; and what keys are known by.</summary>
/// <param name="clock">The node's own.</param>
public sealed class AdministrationTable(UndoLog undo, Func<DateTimeOffset> clock)
{
    private readonly Table<Digest32, (int Number, DestructionRow Row)> _destructions = new(undo);
    private readonly Table<Digest32, (int Number, JobRow Row)> _jobs = new(undo);
    private readonly Table<uint, RosterRow> _rosters = new(undo);
    private readonly Table<(Digest32, NodeId), ReadOnlyMemory<byte>> _acks = new(undo);
    private readonly Table<KeyId, KeyAnchor> _anchors = new(undo);

    /// <summary>Newest first.</summary>
    public IEnumerable<DestructionRow> Destructions => _destructions.Rows.OrderByDescending(d => d.Number).Select(d => d.Row);

    /// <summary>Newest first.</summary>
    public IEnumerable<JobRow> Jobs => _jobs.Rows.OrderByDescending(job => job.Number).Select(job => job.Row);

    /// <summary>Ascending, each with the words of those that hold it.</summary>
    public IEnumerable<RosterRow> Rosters => _rosters.Rows.OrderBy(row => row.Version).Select(row => row with
    {
        Acks = _acks.ByKey.Where(ack => ack.Key.Item1 == row.Hash).ToDictionary(ack => ack.Key.Item2, ack => ack.Value),
    });

    public DestructionRow? Destruction(Digest32 order) => _destructions.TryFind(order, out var found) ? found.Row : null;

    public JobRow? Job(Digest32 job) => _jobs.TryFind(job, out var found) ? found.Row : null;

    public KeyAnchor? Anchor(KeyId key) => _anchors.Find(key);

    public bool IsDestroyed(KeyId key) => _destructions.Rows.Any(d => d.Row.State == DestructionState.Destroyed && d.Row.Keys.Contains(key));

    public void Accept(DestructionRow row)
    {
        if (!_destructions.Contains(row.Order))
            _destructions.Set(row.Order, (_destructions.Rows.Count, row));
    }

    public void Cancel(StoreWrite.CancelDestruction write)
    {
        Require(_destructions.TryFind(write.Order, out var found), "no such destruction");
        if (found.Row.State == DestructionState.Cancelled)
            return;
        Require(found.Row.State == DestructionState.Waiting, "a destruction that has happened");
        _destructions.Set(write.Order, found with { Row = found.Row with { State = DestructionState.Cancelled, UpdatedAt = clock() } });
    }

    /// <returns>The keys to destroy.</returns>
    public IReadOnlyList<KeyId> Destroy(StoreWrite.DestroyKeys write)
    {
        Require(_destructions.TryFind(write.Order, out var found) && found.Row.State == DestructionState.Waiting, "a destruction that does not wait");
        _destructions.Set(write.Order, found with { Row = found.Row with { State = DestructionState.Destroyed, Attestation = write.Attestation, UpdatedAt = clock() } });
        return found.Row.Keys;
    }

    public void PutJob(JobRow row)
    {
        if (!_jobs.TryFind(row.Job, out var found))
        {
            _jobs.Set(row.Job, (_jobs.Rows.Count, row));
            return;
        }
        Require(found.Row.State == JobState.Running || found.Row.State == row.State, "a job that has ended never runs again");
        Require(found.Row.Steps.Count == row.Steps.Count, "another number of steps");
        _jobs.Set(row.Job, found with
        {
            Row = found.Row with
            {
                State = row.State, Detail = row.Detail, UpdatedAt = row.UpdatedAt,
                Steps = [.. found.Row.Steps.Zip(row.Steps, (old, step) => step with { Orders = old.Orders })],
            },
        });
    }

    public void AppendRoster(RosterRow row)
    {
        if (_rosters.TryFind(row.Version, out var known))
        {
            Require(known.Hash == row.Hash, "another roster of this version");
            return;
        }
        Require(_rosters.Rows.Count == 0 || row.Version == _rosters.Rows.Max(r => r.Version) + 1ul, "a roster that does not follow");
        Require(_rosters.Rows.All(other => other.Hash != row.Hash), "a roster under two versions");
        _rosters.Set(row.Version, row with { Acks = ImmutableDictionary<NodeId, ReadOnlyMemory<byte>>.Empty });
        foreach (var (node, signature) in row.Acks)
            PutRosterAck(new(row.Hash, node, signature));
    }

    public void PutRosterAck(StoreWrite.PutRosterAck write)
    {
        if (!_acks.Contains((write.Roster, write.Node)))
            _acks.Set((write.Roster, write.Node), write.Signature);
    }

    public void PutAnchor(KeyAnchor anchor)
    {
        Require(anchor.Record.Generation == 0 && !anchor.Certificate.IsEmpty, "an anchor is generation 0 with its certificate");
        if (!_anchors.Contains(anchor.Record.KeyId))
            _anchors.Set(anchor.Record.KeyId, anchor);
    }
}
