using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Coordination.Audit;

/// <summary>The session that statements were signed in, and by whose identity keys they were judged here.</summary>
internal sealed record EvidenceSession(Membership Members, EvidenceSubject Subject);

/// <summary>Writes evidence files with the log entries that name them. The store bounds what is kept of one culprit (<see cref="StoreWrite.PutEvidence"/>).</summary>
internal static class KeptEvidence
{
    /// <returns>What the log says of it.</returns>
    public static string Add(Batch batch, MachineContext context, EvidenceSession session, NodeId culprit, Accusation accusation, Digest32 request, KeyId key) =>
        Add(batch, context, session, culprit, accusation.Kind, accusation.Culprit, accusation.Key, accusation.Evidence, request, key);

    /// <summary>What this node received before an echo mismatch.</summary>
    /// <returns>What the log says of it.</returns>
    public static string AddMismatch(Batch batch, MachineContext context, EvidenceSession session, ProtocolFault fault, Digest32 request, KeyId key) =>
        Add(batch, context, session, default, fault.Kind, null, null, fault.Statements, request, key);

    private static string Add(
        Batch batch, MachineContext context, EvidenceSession session, NodeId culprit, FaultKind kind, PartyId? pid, int? index,
        IReadOnlyList<ISignedEvidence> statements, Digest32 request, KeyId key)
    {
        var roster = session.Members.Roster;
        var foundAt = DateTimeOffset.FromUnixTimeMilliseconds(context.Now.Wall.ToUnixTimeMilliseconds()); // as precise as its encoding
        var file = EvidenceFileEncoding.Encode(new(roster.Cluster, roster.Version, roster.Hash, context.Self, foundAt, kind, pid, index, session.Subject, statements));
        if (file.Length > EvidenceFile.MaxBytes)
            return $"its evidence of {file.Length} bytes is above the bound and not kept";
        var id = EvidenceFile.IdOf(file);
        batch.Write(new StoreWrite.PutEvidence(new(id, culprit, (byte)session.Subject.Protocol, (ushort)kind, request, key, foundAt, file.Length), file));
        return $"evidence {id}";
    }
}
