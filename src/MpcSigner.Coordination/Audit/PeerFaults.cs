using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Coordination.Audit;

/// <summary>What follows when this node has itself seen a peer cheat: an entry in the log with what proves it, a strike, an exclusion where the fault asks for it.</summary>
internal static class PeerFaults
{
    /// <summary>A session ended with this fault: every culprit is recorded with its evidence. Where nobody can be named yet, what was received is kept, for another node's to be held against it (spec §15).</summary>
    /// <param name="session">What the statements were signed in; null where this node cannot show it, and then they are not kept.</param>
    public static void Record(Rooms rooms, ProtocolFault fault, Func<PartyId, NodeId> nidOf, Digest32 request, KeyId key, EvidenceSession? session)
    {
        foreach (var culprit in fault.Culprits)
            Record(rooms, nidOf(culprit), fault, culprit, request, key, session);
        if (fault.Statements.Count == 0 || session is null)
            return;
        var batch = new Batch();
        var kept = KeptEvidence.AddMismatch(batch, rooms.Context, session, fault, request, key);
        rooms.Context.Commit(batch.Log(AuditKind.EvidenceKept, request, key, Journal.Text($"{fault.Kind} in {fault.Round}: {kept}")));
    }

    /// <summary>One culprit of a fault of which nothing signed is proof, unless <paramref name="session"/> is given.</summary>
    public static void Record(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid, Digest32 request, KeyId key, EvidenceSession? session = null)
    {
        var accusation = AgainstIn(fault, pid);
        var batch = new Batch();
        var text = TextOf(rooms, culprit, fault, pid);
        if (session is not null && accusation.Evidence.Count > 0)
            text += $", {KeptEvidence.Add(batch, rooms.Context, session, culprit, accusation, request, key)}";
        if (ExclusionOf(rooms, culprit, fault, pid) is { } exclusion)
            batch.Write(new StoreWrite.ExcludePeer(exclusion));
        React(rooms, culprit, fault, pid, text);
        rooms.Context.Commit(batch.Log(AuditKind.PeerFault, request, key, Journal.Text(text)));
    }

    /// <summary>The entry and the exclusion, in a commit that must be durable before anything else follows; then <see cref="React(Rooms, NodeId, ProtocolFault, PartyId)"/>.</summary>
    public static void Log(Batch batch, Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid, Digest32 request, KeyId key)
    {
        var text = TextOf(rooms, culprit, fault, pid);
        if (ExclusionOf(rooms, culprit, fault, pid) is { } exclusion)
            batch.Write(new StoreWrite.ExcludePeer(exclusion));
        batch.Log(AuditKind.PeerFault, request, key, Journal.Text(text));
    }

    public static void React(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid) => React(rooms, culprit, fault, pid, TextOf(rooms, culprit, fault, pid));

    /// <summary>A message that no round's judge is needed for: what it is shows by itself.</summary>
    public static void Record(Rooms rooms, NodeId culprit, RoundId round, FaultKind kind, PartyId pid, ReadOnlySpan<byte> message, Digest32 request, KeyId key) =>
        Record(rooms, culprit, new ProtocolFault(round, kind, [new(pid, kind, null, new(SHA256.HashData(message)), [])], [], []), pid, request, key);

    /// <summary>What no round of a protocol judges: something that a peer has shown with its own hand, and that no honest node shows.</summary>
    public static void Record(Rooms rooms, NodeId culprit, string fault, Digest32 request)
    {
        var text = $"{rooms.Context.NameOf(culprit)} {fault}";
        React(rooms, culprit, text);
        rooms.Context.Commit(new Batch().Log(AuditKind.PeerFault, request, default, Journal.Text(text)));
    }

    private static Accusation AgainstIn(ProtocolFault fault, PartyId pid) =>
        fault.Accusations.FirstOrDefault(a => a.Culprit == pid && a.Evidence.Count > 0) ?? fault.Accusations.First(a => a.Culprit == pid);

    private static string TextOf(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid)
    {
        var accusation = AgainstIn(fault, pid);
        return $"{rooms.Context.NameOf(culprit)} (party {pid}): {accusation.Kind} in {fault.Round}, message {accusation.Digest}";
    }

    /// <summary>Null where the fault asks for none.</summary>
    private static ExclusionRow? ExclusionOf(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid)
    {
        if (fault.ConsequenceFor(pid) != Consequence.ExcludeForever)
            return null;
        var why = TextOf(rooms, culprit, fault, pid);
        return new(culprit, rooms.Context.Now.Wall, why.Length <= ExclusionRow.MaxWhyLength ? why : why[..ExclusionRow.MaxWhyLength]);
    }

    private static void React(Rooms rooms, NodeId culprit, ProtocolFault fault, PartyId pid, string text)
    {
        if (ExclusionOf(rooms, culprit, fault, pid) is { } exclusion)
            rooms.Peers.Exclude(exclusion);
        React(rooms, culprit, text);
    }

    private static void React(Rooms rooms, NodeId culprit, string text)
    {
        rooms.Peers.Strike(culprit);
        rooms.Context.Observe(new Observation.PeerBlamed(culprit, text));
        rooms.Stock.PeerBlamed(culprit);
    }
}
