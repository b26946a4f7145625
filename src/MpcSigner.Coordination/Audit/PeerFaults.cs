using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Coordination.Audit;

/// <summary>What follows when this node has itself seen a peer cheat: an entry in the log, a strike, an exclusion where the fault asks for it.</summary>
internal static class PeerFaults
{
    public static void Record(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid, Digest32 request, KeyId key)
    {
        var accusation = fault.Accusations.First(a => a.Culprit == pid);
        var text = $"{rooms.Context.NameOf(culprit)} (party {pid}): {accusation.Kind} in {fault.Round}, message {accusation.Digest}";
        Record(rooms, culprit, text, fault.ConsequenceFor(pid) == Consequence.ExcludeForever, request, key);
    }

    /// <summary>A message that no round's judge is needed for: what it is shows by itself.</summary>
    public static void Record(Rooms rooms, NodeId culprit, RoundId round, FaultKind kind, PartyId pid, ReadOnlySpan<byte> message, Digest32 request, KeyId key) =>
        Record(rooms, culprit, new ProtocolFault(round, kind, [new(pid, kind, null, new(SHA256.HashData(message)), [])], [], []), pid, request, key);

    /// <summary>What no round of a protocol judges: something that a peer has shown with its own hand, and that no honest node shows.</summary>
    public static void Record(Rooms rooms, NodeId culprit, string fault, Digest32 request) =>
        Record(rooms, culprit, $"{rooms.Context.NameOf(culprit)} {fault}", exclude: false, request, default);

    private static void Record(Rooms rooms, NodeId culprit, string text, bool exclude, Digest32 request, KeyId key)
    {
        rooms.Peers.Strike(culprit, exclude);
        rooms.Context.Observe(new Observation.PeerBlamed(culprit, text));
        rooms.Stock.PeerBlamed(culprit);
        rooms.Context.Commit(new Batch().Log(AuditKind.PeerFault, request, key, Journal.Text(text)));
    }
}
