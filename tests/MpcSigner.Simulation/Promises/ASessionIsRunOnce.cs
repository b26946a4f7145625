using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>A node joins one session of an initiator under one id, whatever it is shown, and after a restart none that it has begun anything in.</summary>
public sealed class ASessionIsRunOnce(World world) : Promise(world)
{
    private readonly HashSet<(NodeId Node, int Life, NodeId Initiator, SessionId Session)> _joined = [];

    public override string Name => "P4_A_session_is_run_once";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.SendFrame { Frame: SessionFrame.Join frame } || !SignedJoin.TryDecode(frame.Bytes.Span, out var signed))
            return;
        var (initiator, session) = (signed.Join.Terms.Initiator, signed.Join.Terms.Session);
        Require(_joined.Add((node.Nid, node.Life, initiator, session)), $"{node.Roster.Name} joins two sessions of {NameOf(initiator)} under one id");
        Require(new SessionWindows(node.Store.Windows).TryUse(initiator, session), $"{node.Roster.Name} joins a session of {NameOf(initiator)} whose id is used, by its own disk");
    }
}
