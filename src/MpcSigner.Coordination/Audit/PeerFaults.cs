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
        React(rooms, culprit, fault, pid);
        var batch = new Batch();
        Log(batch, rooms, culprit, fault, pid, request, key);
        rooms.Context.Commit(batch);
    }

    /// <summary>The entry alone, in a commit that must be durable before anything else follows; then <see cref="React"/>.</summary>
    public static void Log(Batch batch, Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid, Digest32 request, KeyId key) =>
        batch.Log(AuditKind.PeerFault, request, key, Journal.Text(TextOf(rooms, culprit, fault, pid)));

    public static void React(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid) =>
        React(rooms, culprit, TextOf(rooms, culprit, fault, pid), fault.ConsequenceFor(pid) == Consequence.ExcludeForever);

    /// <summary>What no round of a protocol judges: something that a peer has shown with its own hand, and that no honest node shows.</summary>
    public static void Record(Rooms rooms, NodeId culprit, string fault, Digest32 request)
    {
        var text = $"{rooms.Context.NameOf(culprit)} {fault}";
        React(rooms, culprit, text, exclude: false);
        rooms.Context.Commit(new Batch().Log(AuditKind.PeerFault, request, default, Journal.Text(text)));
    }

    private static string TextOf(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid)
    {
        var accusation = fault.Accusations.First(a => a.Culprit == pid);
        return $"{rooms.Context.NameOf(culprit)} (party {pid}): {accusation.Kind} in {fault.Round}, message {accusation.Digest}";
    }

    private static void React(Rooms rooms, NodeId culprit, string text, bool exclude)
    {
        rooms.Peers.Strike(culprit, exclude);
        rooms.Context.Observe(new Observation.PeerBlamed(culprit, text));
        rooms.Stock.PeerBlamed(culprit);
    }
}
