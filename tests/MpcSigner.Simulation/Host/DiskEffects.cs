using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;

namespace MpcSigner.Simulation.Host;

/// <summary>What a node's process does with its disk and its seal: flushes end in their order, looks and seals take their time.</summary>
internal sealed class DiskEffects(SimulatedCluster cluster, SimulatedNode node)
{
    private readonly List<ScalarShares> _sealing = [];
    private TimeSpan _lastFlush;

    public void Commit(NodeEffect.Commit commit)
    {
        node.Store.Enqueue(commit);
        // Flushes end in order, whatever each takes.
        var at = cluster.Time.Now + cluster.Traffic.Flush(node.Nid);
        _lastFlush = at > _lastFlush ? at : _lastFlush;
        node.Later(_lastFlush - cluster.Time.Now, () =>
        {
            var (token, conflict) = node.Store.FlushOne();
            node.Step(conflict is null ? new NodeEvent.Committed(token) : new NodeEvent.CommitFailed(token, conflict));
        });
    }

    public void Read(NodeEffect.Read read) => node.Later(cluster.Traffic.Look(node.Nid), () => node.Step(new NodeEvent.ReadDone(read.Token, node.Store.Read(read.Queries))));

    public void Load(NodeEffect.LoadShare load) => node.Later(cluster.Traffic.Look(node.Nid), () => node.Step(
        cluster.Traffic.SealFails(node.Nid) is { } trouble ? new NodeEvent.ShareUnavailable(load.Token, trouble)
        : node.Store.OpenShare(load.Key, load.Generation) is { } share ? new NodeEvent.ShareLoaded(load.Token, node.BendShare?.Invoke(share) ?? share)
        : new NodeEvent.ShareUnavailable(load.Token, new(Reason.SealUnavailable, "no such share"))));

    /// <summary>The clear shares wait where a death finds them; nothing of them is on the disk.</summary>
    public void Seal(NodeEffect.SealShares seal)
    {
        var shares = new ScalarShares(seal.Shares);
        _sealing.Add(shares);
        node.Later(cluster.Traffic.Look(node.Nid), () =>
        {
            _sealing.Remove(shares);
            if (cluster.Traffic.SealFails(node.Nid) is { } trouble)
            {
                shares.Dispose();
                node.Step(new NodeEvent.SealUnavailable(seal.Token, trouble));
                return;
            }
            node.Step(new NodeEvent.SharesSealed(seal.Token, shares));
        });
    }

    /// <summary>The process died: what was being sealed is gone.</summary>
    public void Died()
    {
        _sealing.ForEach(shares => shares.Dispose());
        _sealing.Clear();
    }
}
