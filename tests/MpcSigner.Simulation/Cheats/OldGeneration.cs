using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Cheats;

/// <summary>A node that shows everybody, again and again, the oldest certificates it has, and answers questions for the record in use with the first one it knew.</summary>
public sealed class OldGeneration(World world) : ICheat
{
    private readonly SimulatedNode _cheater = world.Cheater!;
    private readonly Dictionary<KeyId, CertifiedKey> _first = [];
    private readonly List<(NodeId Peer, PeerCall.PushMaintained Push)> _pushed = [];

    public void Computes(SimulatedNode cheater, Work work)
    {
    }

    public void Saw(SentMessage message)
    {
    }

    public NodeEffect? Bend(NodeEffect effect, SentMessage? sent)
    {
        switch (effect)
        {
            case NodeEffect.CallPeer { Body: PeerCall.PushMaintained push } call:
                _pushed.Add((call.Peer, push));
                break;
            case NodeEffect.AnswerPeer { Reply: PeerReply.Keys { Found: [{ } found] } } answer:
                if (_first.TryAdd(found.Record.KeyId, found))
                    break;
                Say($"answers with generation {_first[found.Record.KeyId].Record.Generation}");
                return answer with { Reply = new PeerReply.Keys([_first[found.Record.KeyId]]) };
            case NodeEffect.Commit commit when commit.Writes.Any(write => write is StoreWrite.ActivateMaintenance or StoreWrite.PutDone or StoreWrite.EraseOldShares):
                foreach (var (peer, push) in _pushed.Take(4))
                {
                    Say("shows an old certificate again");
                    world.Cluster.CallAside(_cheater, peer, push, world.Cluster.Settings.PeerCallTimeout);
                }
                Remember();
                break;
            default:
                break;
        }
        return effect;
    }

    /// <summary>What is in use here is shown also when something newer is.</summary>
    private void Remember()
    {
        foreach (var row in _cheater.Store.Keys.Where(row => row.State == KeyState.Active))
            _first.TryAdd(row.Record.KeyId, new(row.Record, row.Attempt, row.Certificate, row.Dealers));
    }

    private void Say(string what) => world.Chronicle.Write(world.Cluster.Time.Now, _cheater.Roster.Name, what);

    public void Dispose()
    {
    }
}
