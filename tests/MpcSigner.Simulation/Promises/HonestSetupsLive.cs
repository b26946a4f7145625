using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>No pair setup of two honest nodes ever fails a check or dies; a setup that a cheater's failed check destroys is dead on the disk before the cheater is named, and fails only once (spec §8.4, C3, C4).</summary>
public sealed class HonestSetupsLive(World world) : Promise(world)
{
    private static readonly string[] Condemning = ["BadOtExtension", "BadVectorOle", "BadOleInput"];

    private readonly Dictionary<(NodeId Node, NodeId Peer), PairRow> _failed = [];

    public override string Name => "P9_A_failed_check_destroys_its_setup_and_no_other";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is NodeEffect.Observe { Observation: Observation.PeerBlamed blamed } && Condemning.Any(kind => blamed.Fault.Contains(kind, StringComparison.Ordinal)))
        {
            Require(node.Store.Pairs.TryGetValue(blamed.Peer, out var row) && row.DeadSendingEpoch == row.SendingEpoch && row.DeadReceivingEpoch == row.ReceivingEpoch || IsPast(node, blamed.Peer),
                $"{node.Roster.Name} names {NameOf(blamed.Peer)} before the setup of the two is dead on its disk");
        }
        if (effect is not NodeEffect.Commit commit || World.WentBack.Contains(node.Nid))
            return;
        foreach (var pair in commit.Writes.OfType<StoreWrite.PutPair>().Select(write => write.Row))
        {
            Require(World.IsCheater(pair.Peer) || (pair.DeadSendingEpoch == 0 && pair.Failures == 0), $"{node.Roster.Name}'s setup with {NameOf(pair.Peer)} fails, and both are honest");
            RequireOnce(node, pair);
        }
    }

    /// <summary>A newer setup may be under way by then; the dead one was marked.</summary>
    private static bool IsPast(SimulatedNode node, NodeId peer) => node.Store.Pairs.TryGetValue(peer, out var row) && row.DeadSendingEpoch > 0;

    /// <summary>What counts one failure more is another setup than the last one that failed.</summary>
    private void RequireOnce(SimulatedNode node, PairRow pair)
    {
        if (_failed.TryGetValue((node.Nid, pair.Peer), out var before) && pair.Failures > before.Failures)
        {
            Require(pair.SendingEpoch > before.SendingEpoch || pair.ReceivingEpoch > before.ReceivingEpoch,
                $"{node.Roster.Name} reaches a second verdict on one setup with {NameOf(pair.Peer)}");
        }
        if (pair.Failures > (before?.Failures ?? 0))
            _failed[(node.Nid, pair.Peer)] = pair;
    }
}
