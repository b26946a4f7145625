using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>DONE of an order's new parties, other than this node. They may come before this node knows the new records: they are judged when it does.</summary>
internal sealed class OrderDones(MachineContext context, MaintenanceOrder order)
{
    private readonly Dictionary<PartyId, ReadOnlyMemory<byte>> _unjudged = [];
    private readonly HashSet<PartyId> _good = [];

    /// <summary>All others that hold a new share have said so: nobody needs the old ones.</summary>
    private bool IsComplete => !Missing.Any();

    public IEnumerable<(PartyId Pid, NodeId Nid)> Missing => order.Case.Terms.NewParties.Where(party => party.Nid != context.Self && !_good.Contains(party.Pid));

    /// <summary>Kept in memory until the order is ACTIVE here, then on the disk; a recovery ends on it.</summary>
    public void Add(PartyId pid, ReadOnlyMemory<byte> done)
    {
        if (order.Case.IsRecovery)
        {
            if (Holds(pid, done, order.Case.Terms.OldRoot) && order.Phase == MaintenancePhase.Begun)
                order.Ends.EndRecovery();
            return;
        }
        if (order.Phase is MaintenancePhase.Done or MaintenancePhase.Aborted or MaintenancePhase.Aborting)
            return;
        if (NidOf(pid) is not null && !_good.Contains(pid))
            _unjudged[pid] = done;
        Take();
    }

    /// <summary>As stored: judged before.</summary>
    public void Restore(IReadOnlyDictionary<PartyId, ReadOnlyMemory<byte>> dones) => _good.UnionWith(dones.Keys);

    /// <summary>Judges what came once the records are in use here, and writes what holds; when all have come the old shares go.</summary>
    public void Take()
    {
        if (order.Phase != MaintenancePhase.Active)
            return;
        var batch = new Batch();
        if (TakeNew(batch))
            context.Commit(batch, OnDurable);
        else
            OnDurable();
    }

    private void OnDurable()
    {
        if (order.Phase == MaintenancePhase.Active && IsComplete)
            order.Ends.Erase();
    }

    private bool TakeNew(Batch batch)
    {
        var any = false;
        foreach (var (pid, done) in _unjudged)
        {
            if (!Holds(pid, done, order.RecordsRoot) || !_good.Add(pid))
                continue;
            batch.Write(new StoreWrite.PutDone(order.Hash, pid, done));
            any = true;
        }
        _unjudged.Clear();
        return any;
    }

    /// <summary>That new party has signed it over these records.</summary>
    private bool Holds(PartyId pid, ReadOnlyMemory<byte> done, Digest32 recordsRoot) =>
        done.Length == Ed25519Signature.Size && NidOf(pid) is { } nid && context.Identities.TryGetValue(nid, out var identity)
        && identity.Verify(LifecycleDigests.Done(order.Hash, recordsRoot), done.Span);

    private NodeId? NidOf(PartyId pid)
    {
        foreach (var party in order.Case.Terms.NewParties)
        {
            if (party.Pid == pid)
                return party.Nid;
        }
        return null;
    }
}
