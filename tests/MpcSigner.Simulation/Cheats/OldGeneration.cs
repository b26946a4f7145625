using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A node that shows everybody, again and again, the oldest certificates it has, and answers questions for the record in use with the first one it knew.</summary>
public sealed class OldGeneration(World world, SimulatedNode cheater) : ICheat
{
    private readonly Dictionary<KeyId, CertifiedKey> _first = [];
    private readonly List<(Digest32 Order, PeerCall.PushMaintained Push)> _certificates = [];

    public void Computes(Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        switch (effect)
        {
            case NodeEffect.AnswerPeer { Reply: PeerReply.Keys { Found: [{ } found] } } answer:
                if (_first.TryAdd(found.Record.KeyId, found))
                    break;
                Say($"answers with generation {_first[found.Record.KeyId].Record.Generation}");
                return answer with { Reply = new PeerReply.Keys([_first[found.Record.KeyId]]) };
            case NodeEffect.Commit commit when commit.Writes.Any(write => write is StoreWrite.ActivateMaintenance or StoreWrite.PutDone or StoreWrite.EraseOldShares):
                Remember();
                if (_certificates.Count > 0)
                    Show(_certificates[0].Push);
                break;
            default:
                break;
        }
        return effect;
    }

    private void Show(PeerCall.PushMaintained push)
    {
        foreach (var peer in world.Mini.Nodes.Where(node => node != cheater))
        {
            Say($"shows {peer.Roster.Name} an old certificate");
            world.Cluster.CallAside(cheater, peer.Nid, push, world.Cluster.Settings.PeerCallTimeout);
        }
    }

    /// <summary>What is in use here is shown also when something newer is: its certificate to those who were in the session and, with all that proves it, to those who were not.</summary>
    private void Remember()
    {
        foreach (var order in cheater.Store.Maintenance.Where(row => row.State is MaintenanceState.Active or MaintenanceState.Done && _certificates.All(known => known.Order != row.Order)))
        {
            var keys = ((StoreAnswer.OrderKeys)cheater.Store.Read([new StoreQuery.FindOrderKeys(order.Order)])[0]).Rows;
            KeyAnchor[] anchors = [.. ((StoreAnswer.Anchors)cheater.Store.Read([new StoreQuery.FindAnchors([.. keys.Select(key => key.Record.KeyId)])])[0]).Values.OfType<KeyAnchor>()];
            if (keys.Count == order.Keys.Count && anchors.Length == keys.Count && keys.All(key => !key.Certificate.IsEmpty))
                _certificates.Add((order.Order, new(OrderCertificates.FromKey(keys[0], order.RecordsRoot), default, new(order.Signed, [.. keys.Select(key => key.Record)], anchors))));
        }
        foreach (var row in cheater.Store.Keys.Where(row => row.State == KeyState.Active))
            _first.TryAdd(row.Record.KeyId, new(row.Record, row.Attempt, row.Certificate, row.Dealers));
    }

    private void Say(string what) => world.Chronicle.Write(world.Cluster.Time.Now, cheater.Roster.Name, what);

    public void Dispose()
    {
    }
}
