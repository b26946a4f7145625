using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>DONE of an order's new parties, other than this node. They may come before this node knows the new records: they are judged when it does.</summary>
internal sealed class OrderDones(MachineContext context, MaintenanceCase order)
{
    private readonly Dictionary<PartyId, ReadOnlyMemory<byte>> _unjudged = [];
    private readonly HashSet<PartyId> _good = [];

    /// <summary>All others that hold a new share have said so: nobody needs the old ones.</summary>
    public bool IsComplete => !Missing.Any();

    public IEnumerable<(PartyId Pid, NodeId Nid)> Missing => order.Terms.NewParties.Where(party => party.Nid != context.Self && !_good.Contains(party.Pid));

    public void Add(PartyId pid, ReadOnlyMemory<byte> done)
    {
        if (NidOf(pid) is not null && !_good.Contains(pid))
            _unjudged[pid] = done;
    }

    /// <summary>As stored: judged before.</summary>
    public void Restore(IReadOnlyDictionary<PartyId, ReadOnlyMemory<byte>> dones) => _good.UnionWith(dones.Keys);

    /// <summary>Judges what came and writes what holds; false when nothing new holds.</summary>
    public bool TakeNew(Digest32 recordsRoot, Batch batch)
    {
        var any = false;
        foreach (var (pid, done) in _unjudged)
        {
            if (!Holds(pid, done, recordsRoot) || !_good.Add(pid))
                continue;
            batch.Write(new StoreWrite.PutDone(order.Hash, pid, done));
            any = true;
        }
        _unjudged.Clear();
        return any;
    }

    /// <summary>That new party has signed it over these records.</summary>
    public bool Holds(PartyId pid, ReadOnlyMemory<byte> done, Digest32 recordsRoot) =>
        done.Length == Ed25519Signature.Size && NidOf(pid) is { } nid && context.Identities.TryGetValue(nid, out var identity)
        && identity.Verify(LifecycleDigests.Done(order.Hash, recordsRoot), done.Span);

    private NodeId? NidOf(PartyId pid)
    {
        foreach (var party in order.Terms.NewParties)
        {
            if (party.Pid == pid)
                return party.Nid;
        }
        return null;
    }
}
