using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Coordination.Audit;

/// <summary>What follows when this node has itself seen a peer cheat: an entry in the log, a strike, an exclusion where the fault asks for it.</summary>
internal static class PeerFaults
{
    public static void Record(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid, Digest32 request, KeyId key)
    {
        var accusation = fault.Accusations.First(a => a.Culprit == pid);
        var text = $"{rooms.Context.NameOf(culprit)} (party {pid}): {accusation.Kind} in {fault.Round}, message {accusation.Digest}";
        rooms.Peers.Strike(culprit, fault.ConsequenceFor(pid) == Consequence.ExcludeForever);
        rooms.Context.Observe(new Observation.PeerBlamed(culprit, text));
        rooms.Stock.PeerBlamed(culprit);
        rooms.Context.Commit(new Batch().Log(AuditKind.PeerFault, request, key, Journal.Text(text)));
    }
}
