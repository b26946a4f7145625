using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Coordination.Bookings;

/// <summary>Signed bookings of one exclusive choice: made, verified, carried (design §11.1).</summary>
internal static class BookingAcks
{
    /// <summary>Our own word. Only to be given once the booking is durable.</summary>
    public static BookingAck Own(MachineContext context, AuthenticatedRequest request) =>
        new(context.Self, context.Identity.Sign(Digest(context, request, context.Self)));

    /// <summary>Whether a node of the roster has signed the booking of exactly this request.</summary>
    public static bool Verify(MachineContext context, AuthenticatedRequest request, BookingAck ack) =>
        context.Identities.TryGetValue(ack.Node, out var identity) && ack.Signature.Length == Ed25519Signature.Size
        && identity.Verify(Digest(context, request, ack.Node), ack.Signature.Span);

    /// <summary>W distinct nodes, each with a good signature.</summary>
    public static bool AreQuorum(MachineContext context, AuthenticatedRequest request, IReadOnlyList<BookingAck> acks) =>
        acks.Count >= context.Roster.BookingQuorum
        && acks.Select(ack => ack.Node).Distinct().Count() == acks.Count
        && acks.All(ack => Verify(context, request, ack));

    /// <summary>The same with this node's own, which it makes durable itself before anything leaves it.</summary>
    public static bool AreQuorumWithOurs(MachineContext context, AuthenticatedRequest request, IReadOnlyList<BookingAck> acks)
    {
        BookingAck[] others = [.. acks.Where(ack => ack.Node != context.Self)];
        return others.Length + 1 >= context.Roster.BookingQuorum
            && others.Select(ack => ack.Node).Distinct().Count() == others.Length
            && others.All(ack => Verify(context, request, ack));
    }

    /// <summary>u8 count ‖ (nid ‖ signature)…</summary>
    public static void Write(ByteWriter writer, IReadOnlyList<BookingAck> acks)
    {
        writer.U8(checked((byte)acks.Count));
        foreach (var ack in acks)
            writer.Bytes32(ack.Node.Value).Bytes(ack.Signature.Span);
    }

    /// <summary>Reads what <see cref="Write"/> writes; at most one ack a node of the largest roster.</summary>
    public static bool TryRead(ref ByteReader reader, out IReadOnlyList<BookingAck> acks)
    {
        acks = [];
        if (!reader.U8(out var count) || count > Core.Rosters.Roster.MaxNodes)
            return false;
        var read = new BookingAck[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.Bytes32(out var nid) || !reader.Bytes(Ed25519Signature.Size, out var signature))
                return false;
            read[i] = new(new(nid), signature.ToArray());
        }
        acks = read;
        return true;
    }

    private static Digest32 Digest(MachineContext context, AuthenticatedRequest request, NodeId nid) =>
        RequestStatements.Booking(context.Roster.Cluster, BookingRow.IdempotencyKind, request.Scope, request.BodyHash, nid);
}
